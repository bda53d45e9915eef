package skyproxy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/// The names of this release, as its jar tells them. Any thread.
final class Release {
  private Release() {}

  /// The version, such as `1.0.0`.
  static String version() {
    String version = Release.class.getPackage().getImplementationVersion();
    return version == null ? "(unpacked)" : version;
  }

  /// Version, Java and the commit that was built.
  static String whole() {
    return "SkyrimNet Proxy " + version() + ", Java " + Runtime.version() + ", build " + commit();
  }

  /// The jar, or null when the classes lie in a folder.
  static Path jar() {
    Path place = Path.of(URI.create(
        Release.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    return Files.isDirectory(place) ? null : place;
  }

  private static String commit() {
    Path place = jar();
    if (place == null) return "unknown";
    try (JarFile jar = new JarFile(place.toFile())) {
      String commit = jar.getManifest().getMainAttributes().getValue("Build-Commit");
      return commit == null ? "unknown" : commit;
    } catch (IOException unreadable) {
      return "unknown";
    }
  }
}
