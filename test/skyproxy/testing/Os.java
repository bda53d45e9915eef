package skyproxy.testing;

import java.io.File;
import java.nio.file.Path;

/// The system that the tests run on: how it names programs, and the Java that runs them.
public final class Os {
  public static final boolean WINDOWS = File.separatorChar == '\\';

  private Os() {}

  /// The file name of a program.
  public static String program(String name) {
    return WINDOWS ? name + ".exe" : name;
  }

  /// The Java that runs these tests, to start another one with.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", program("java")).toString();
  }
}
