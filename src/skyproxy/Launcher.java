package skyproxy;

import java.lang.reflect.InvocationTargetException;

/// Starts `Main`, or says in one line which Java is needed: the class that `java -jar` runs.
///
/// Compiled for Java 8, unlike everything else, because an older Java answers a newer class with
/// a stack trace. So it names `Main` in a string only: a reference would be resolved too early.
public final class Launcher {
  private static final int NEEDED = 25;

  private Launcher() {}

  /// Ends with status 1 on a Java that is too old; else as `Main` does.
  public static void main(String[] args) throws Throwable {
    String version = System.getProperty("java.specification.version", "");
    if (feature(version) < NEEDED) {
      System.err.println("SkyrimNet Proxy needs Java " + NEEDED + " or newer, and this is Java "
          + feature(version) + " (" + System.getProperty("java.home") + "): install Temurin "
          + NEEDED + " from adoptium.net and start again.");
      System.exit(1);
    }
    try {
      Class.forName("skyproxy.Main").getDeclaredMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /// `1.8` is 8, `17` is 17; 0 for what nobody has seen yet.
  static int feature(String version) {
    String number = version.startsWith("1.") ? version.substring(2) : version;
    try {
      return Integer.parseInt(number);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
