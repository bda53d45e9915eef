package skyproxy.testing;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// Says how a run of the tests goes: one line for each class, every failure with its stack trace,
/// and at the end why tests were skipped.
///
/// A class that fails before its first test is one failure; the tests of a class that is skipped
/// are each counted as skipped.
final class TestLog implements TestExecutionListener {
  private static final int FRAMES = 25;
  private static final String FAILED = "FAILED ";

  private final PrintStream out;
  private final Map<String, Long> started = new HashMap<>();
  /// The tests that were skipped, as often as each counts, by the reason.
  private final Map<String, List<String>> reasons = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private TestPlan plan;
  private int passed;
  private int skipped;
  private int passedBefore;

  TestLog(PrintStream out) {
    this.out = out;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    this.plan = plan;
  }

  @Override
  public synchronized void executionStarted(TestIdentifier test) {
    started.put(test.getUniqueId(), System.nanoTime());
    if (isClass(test)) {
      passedBefore = passed;
    }
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    skip(test, reason);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Throwable problem = result.getThrowable().orElse(null);
    switch (result.getStatus()) {
      case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
      case ABORTED -> skip(test, problem == null ? "" : String.valueOf(problem.getMessage()));
      case FAILED -> fail(test, problem);
    }
    if (isClass(test)) {
      long ms = (System.nanoTime() - started.get(test.getUniqueId())) / 1_000_000;
      out.printf("%-40s %4d passed %7d ms%n", name(test), passed - passedBefore, ms);
    }
  }

  /// Adds what another run counted: the text of its file COUNT.
  synchronized void add(String count) {
    List<String> lines = count.lines().toList();
    String[] words = lines.getLast().split(" ");
    List<String> named = lines.subList(0, lines.size() - 1);
    named.forEach(line -> failures.add(line.substring(FAILED.length())));
    int unnamed = Integer.parseInt(words[2]) - named.size();
    failures.addAll(Collections.nCopies(unnamed, "elsewhere, see above"));
    passed += Integer.parseInt(words[0]);
    skipped += Integer.parseInt(words[4]);
  }

  /// What failed, each on a line of its own, for the file COUNT.
  synchronized String failed() {
    return failures.stream().map(name -> FAILED + name + "\n").collect(Collectors.joining());
  }

  /// The count, after what there is to say about failures and skipped tests.
  synchronized String finish() {
    reasons.forEach((reason, tests) -> {
      out.println("skipped " + tests.size() + ": " + reason);
      Set.copyOf(tests).stream().sorted().forEach(name -> out.println("  " + name));
    });
    out.print(failed());
    if (passed + skipped + failures.size() == 0) {
      out.println("No test was found.");
    }
    return passed + " passed, " + failures.size() + " failed, " + skipped + " skipped";
  }

  synchronized boolean good() {
    return failures.isEmpty() && passed + skipped > 0;
  }

  private void skip(TestIdentifier test, String reason) {
    // Rows of a table that was never opened are not known: they are one.
    int tests = Math.max(1, (int) plan.getDescendants(test).stream()
        .filter(each -> each.isTest() && !started.containsKey(each.getUniqueId())).count());
    skipped += tests;
    reasons.computeIfAbsent(reason.replaceFirst("^Assumption failed: ", ""),
        none -> new ArrayList<>()).addAll(Collections.nCopies(tests, name(test)));
  }

  private void fail(TestIdentifier test, Throwable problem) {
    failures.add(name(test).replace('\n', ' '));
    out.println(FAILED + name(test));
    if (problem != null) {
      trace(problem, "  ");
    }
  }

  private void trace(Throwable problem, String indent) {
    out.println(indent + problem);
    StackTraceElement[] stack = problem.getStackTrace();
    for (int i = 0; i < stack.length && i < FRAMES; i++) {
      String frame = stack[i].toString();
      if (frame.contains("skyproxy.") || i < 3) {
        out.println(indent + "  at " + frame);
      }
    }
    if (problem.getCause() != null) {
      out.println(indent + "caused by");
      trace(problem.getCause(), indent + "  ");
    }
  }

  private String name(TestIdentifier test) {
    TestIdentifier parent = plan.getParent(test).orElse(null);
    boolean top = parent == null || plan.getParent(parent).isEmpty();
    return top ? test.getDisplayName() : name(parent) + "." + test.getDisplayName();
  }

  private static boolean isClass(TestIdentifier test) {
    return test.getSource().filter(ClassSource.class::isInstance).isPresent()
        && !test.getUniqueId().contains("[nested-class:");
  }
}
