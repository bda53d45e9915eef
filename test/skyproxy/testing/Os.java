package skyproxy.testing;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The system that the tests run on: how it names programs, and the Java that runs them.
public final class Os {
  public static final boolean WINDOWS = File.separatorChar == '\\';

  /// An option for a JVM under Wine, which it would else ask what Wine can not tell, and say so
  /// on stderr.
  public static final String QUIET =
      "-XX:ActiveProcessorCount=" + Runtime.getRuntime().availableProcessors();

  private Os() {}

  /// The file name of a program.
  public static String program(String name) {
    return WINDOWS ? name + ".exe" : name;
  }

  /// Makes a symbolic link; skips the test where none can be made, or none be read through: Windows
  /// wants a right for it, and under Wine the links lead nowhere.
  public static void link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      abort("No symbolic link can be made here: " + e.getMessage());
    }
    assumeTrue(Files.exists(link), "A symbolic link can't be read through here.");
  }

  /// The Java that runs these tests, to start another one with.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", program("java")).toString();
  }
}
