package skyproxy.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.platform.engine.Filter;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import skyproxy.threads.Threads;

/// Runs the compiled tests: `RunTests CLASSES COUNT [tag=A,B | untagged=A,B] [class=Name,Other]
/// [threads=other] [plus=OTHER]`, where OTHER is the COUNT of another run that is added to this
/// one's. With `threads=other` the program works on the kind of thread that it would not choose
/// on this Java.
///
/// What is tagged `windows` runs on Windows only: there it is one of the fast tests.
///
/// The last line it prints is `N passed, N failed, N skipped`, on Windows after its name. It is
/// also written to the file COUNT as the last act, so that whoever started this knows whether it
/// came to its end. JUnit's own console is not used: it counts neither the tests of a class that
/// was skipped nor says why it was.
public final class RunTests {
  /// Kept here, for the log forgets the level of a logger that nobody holds.
  private static final Logger OURS = Logger.getLogger("skyproxy");

  private RunTests() {}

  /// Exits with 0 when tests ran and none failed.
  public static void main(String[] args) throws IOException {
    PrintStream out = System.out;
    OURS.setLevel(Level.WARNING); // a line for each request is too much here
    TestLog log = new TestLog(out);
    LauncherDiscoveryRequest request = request(args);
    out.println("On " + Threads.kind().wireName() + " threads:");
    LauncherFactory.create().execute(request, log);
    for (String arg : args) {
      if (arg.startsWith("plus=")) log.add(Files.readString(Path.of(arg.substring(5))));
    }
    String count = log.finish();
    out.println(Os.WINDOWS ? "Windows: " + count : count);
    out.flush();
    Files.writeString(Path.of(args[1]), count + "\n");
    // Not by returning: a test that left a thread behind must not keep the run alive.
    System.exit(log.good() ? 0 : 1);
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
        case "plus" -> { }
        default -> throw new IllegalArgumentException(arg);
      }
    }
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(selectClasspathRoots(Set.of(Path.of(args[0]))))
        .filters(filters.toArray(Filter[]::new))
        // Generous: it is there for what hangs, not for what is slow on a busy machine.
        .configurationParameter("junit.jupiter.execution.timeout.default", "120 s")
        .configurationParameter(
            "junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
        .build();
  }
}
