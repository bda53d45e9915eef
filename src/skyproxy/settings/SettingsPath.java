package skyproxy.settings;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import skyproxy.json.Json;

/// Finds the settings file: where the player says, else beside the jar if there is one, else where
/// this operating system keeps such files.
final class SettingsPath {
  private SettingsPath() {}

  static Path find(CommandLine commandLine, Map<String, String> environment, Path besideJar)
      throws SettingsException {
    Json.Obj none = Json.Obj.builder().build();
    Sources sources = new Sources(commandLine, environment, Path.of("config.json"), none);
    var given = sources.given(Option.CONFIG);
    if (given != null) {
      try {
        return sources.path(given.value()).toAbsolutePath();
      } catch (InvalidPathException unusable) {
        throw given.wrong();
      }
    }
    Path beside = besideJar == null ? null : besideJar.resolve("config.json");
    if (beside != null && Files.exists(beside)) return beside;
    return ofUser(environment, System.getProperty("os.name"),
        Path.of(System.getProperty("user.home")));
  }

  /// The place of this user.
  static Path ofUser(Map<String, String> environment, String system, Path home) {
    String name = system.toLowerCase(Locale.ROOT);
    Path folder;
    if (name.startsWith("windows")) {
      folder = absoluteOr(environment.get("APPDATA"), home.resolve("AppData", "Roaming"));
    } else if (name.startsWith("mac")) {
      folder = home.resolve("Library", "Application Support");
    } else {
      folder = absoluteOr(environment.get("XDG_CONFIG_HOME"), home.resolve(".config"));
    }
    return folder.resolve("skyrimnet-proxy", "config.json");
  }

  /// A relative path in such a variable counts for nothing, says the XDG specification.
  private static Path absoluteOr(String path, Path fallback) {
    if (path == null || path.isBlank()) return fallback;
    Path folder = Path.of(path);
    return folder.isAbsolute() ? folder : fallback;
  }
}
