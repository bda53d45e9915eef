package skyproxy.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/// A file that lies beside a class, in the jar or the folder that both are in.
///
/// Not by `getResourceAsStream`: the URL that it goes by ends at the first `!/`, and a folder's
/// name may end in `!`.
public final class Resource {
  private Resource() {}

  /// All that is in it.
  public static byte[] bytes(Class<?> beside, String name) throws IOException {
    String inside = beside.getPackageName().replace('.', '/') + "/" + name;
    Path place = Path.of(URI.create(
        beside.getProtectionDomain().getCodeSource().getLocation().toString()));
    if (Files.isDirectory(place)) return Files.readAllBytes(place.resolve(inside));
    try (ZipFile jar = new ZipFile(place.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(inside))) {
      return in.readAllBytes();
    }
  }
}
