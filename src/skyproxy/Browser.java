package skyproxy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/// Opens a page in the player's browser, by the program that each system has for it: the JDK's
/// own way needs java.desktop, which a Java without a screen lacks.
final class Browser {
  private static final System.Logger LOG = System.getLogger(Browser.class.getName());

  private Browser() {}

  static void open(URI page) {
    try {
      new ProcessBuilder(command(System.getProperty("os.name"), page))
          .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
    } catch (IOException none) {
      LOG.log(Level.WARNING, "No browser could be opened: go to {0} yourself.", page);
    }
  }

  static List<String> command(String system, URI page) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return List.of("rundll32", "url.dll,FileProtocolHandler", page.toString());
    }
    return List.of(name.startsWith("mac") ? "open" : "xdg-open", page.toString());
  }
}
