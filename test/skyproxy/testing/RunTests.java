package skyproxy.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.platform.engine.Filter;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import skyproxy.threads.Threads;

/// Runs the compiled tests: `RunTests CLASSES COUNT [tag=A,B | untagged=A,B] [class=Name,Other]
/// [threads=other] [plus=OTHER] [split=yes]`, where OTHER is the COUNT of another run that is added
/// to this one's. With `threads=other` the program works on the kind of thread that it would not
/// choose on this Java. With `split=yes` a second process runs half of the classes meanwhile, for
/// tests wait more than they work; its count is added too.
///
/// What is tagged `windows` runs on Windows only: there it is one of the fast tests.
///
/// The last line it prints is `N passed, N failed, N skipped`, on Windows after its name. It is
/// also written to the file COUNT as the last act, behind the names of what failed, so that
/// whoever started this knows whether it came to its end. JUnit's own console is not used: it
/// counts neither the tests of a class that was skipped nor says why it was.
public final class RunTests {
  /// Kept here, for the log forgets the level of a logger that nobody holds.
  private static final Logger OURS = Logger.getLogger("skyproxy");
  private static final Logger JUNIT = Logger.getLogger("org.junit");

  private static final String SECOND = ".second";

  private RunTests() {}

  /// Exits with 0 when tests ran and none failed.
  public static void main(String[] args) throws IOException, InterruptedException {
    PrintStream out = System.out;
    OURS.setLevel(Level.WARNING); // a line for each request is too much here
    JUNIT.setLevel(Level.WARNING); // and one for each folder that stays
    TestLog log = new TestLog(out);
    LauncherDiscoveryRequest request = request(args);
    out.println("On " + Threads.kind().wireName() + " threads:");
    Process second = List.of(args).contains("split=yes") ? second(args) : null;
    LauncherFactory.create().execute(request, log);
    for (String arg : args) {
      if (arg.startsWith("plus=")) log.add(Files.readString(Path.of(arg.substring(5))));
    }
    if (second != null) log.add(count(second, Path.of(args[1] + SECOND)));
    String count = log.finish();
    out.println(Os.WINDOWS ? "Windows: " + count : count);
    out.flush();
    Files.writeString(Path.of(args[1]), log.failed() + count + "\n");
    // Not by returning: a test that left a thread behind must not keep the run alive.
    System.exit(log.good() ? 0 : 1);
  }

  /// This very command once more, for the other half.
  private static Process second(String[] args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), RunTests.class.getName()));
    for (String arg : args) command.add(arg.equals("split=yes") ? "split=second" : arg);
    command.set(command.indexOf(args[1]), args[1] + SECOND);
    command.removeIf(arg -> arg.startsWith("plus="));
    Files.deleteIfExists(Path.of(args[1] + SECOND));
    Process process = new ProcessBuilder(command).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return process;
  }

  private static String count(Process process, Path file) throws InterruptedException {
    process.waitFor();
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "0 passed, 1 failed, 0 skipped"; // it came to no end
    }
  }

  private static LauncherDiscoveryRequest request(String[] args) {
    List<Filter<?>> filters = new ArrayList<>();
    if (!Os.WINDOWS) filters.add(TagFilter.excludeTags("windows"));
    for (String arg : List.of(args).subList(2, args.length)) {
      String[] values = arg.substring(arg.indexOf('=') + 1).split(",");
      switch (arg.substring(0, arg.indexOf('='))) {
        case "tag" -> filters.add(TagFilter.includeTags(values));
        case "untagged" -> filters.add(TagFilter.excludeTags(values));
        case "class" -> filters.add(ClassNameFilter.includeClassNamePatterns(
            ".*\\b(" + String.join("|", values) + ")(\\$.*)?"));
        case "threads" -> {
          if (!values[0].equals("other")) throw new IllegalArgumentException(arg);
          System.setProperty(Threads.PROPERTY, Threads.Kind.of(Runtime.version())
              == Threads.Kind.VIRTUAL ? "ordinary" : "virtual");
        }
        case "split" -> filters.add(new Half(values[0].equals("second") ? 1 : 0));
        case "plus" -> { }
        default -> throw new IllegalArgumentException(arg);
      }
    }
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(selectClasspathRoots(Set.of(Path.of(args[0]))))
        .filters(filters.toArray(Filter[]::new))
        // Generous: it is there for what hangs, not for what is slow: real programs on a busy
        // machine, or a Windows that is made up of another system.
        .configurationParameter("junit.jupiter.execution.timeout.default", "600 s")
        .configurationParameter(
            "junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
        // Windows deletes no file that is open, and what a test has killed lets go of its files a
        // moment later. There all of them are thrown away with the run.
        .configurationParameter("junit.jupiter.tempdir.cleanup.mode.default",
            Os.WINDOWS ? "NEVER" : "ALWAYS")
        .build();
  }

  /// Classes by their names, so that both processes agree.
  private record Half(int which) implements PostDiscoveryFilter {
    @Override
    public FilterResult apply(TestDescriptor test) {
      String name = test.getSource().map(source -> source instanceof ClassSource type
          ? type.getClassName() : ((MethodSource) source).getClassName()).orElse(null);
      if (name == null) return FilterResult.included("not of a class");
      String outer = name.replaceFirst("\\$.*", "");
      return FilterResult.includedIf(Math.floorMod(outer.hashCode(), 2) == which);
    }
  }
}
