package skyproxy.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/// A file of the page, out of the jar that this class is in, or its folder.
///
/// Not by `getResourceAsStream`: the URL that it goes by ends at the first `!/`, and a folder's
/// name may end in `!`.
final class PageFile {
  private PageFile() {}

  static byte[] bytes(String name) throws IOException {
    String inside = PageFile.class.getPackageName().replace('.', '/') + "/" + name;
    Path place = Path.of(URI.create(
        PageFile.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    if (Files.isDirectory(place)) return Files.readAllBytes(place.resolve(inside));
    try (ZipFile jar = new ZipFile(place.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(inside))) {
      return in.readAllBytes();
    }
  }
}
