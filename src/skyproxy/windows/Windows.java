package skyproxy.windows;

import java.util.Locale;

/// The system that this program runs on.
public final class Windows {
  private static final boolean HERE =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

  private Windows() {}

  /// Whether it is Windows.
  public static boolean here() {
    return HERE;
  }
}
