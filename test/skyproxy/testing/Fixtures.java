package skyproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The files below `test/fixtures`; tests run in the project's folder.
public final class Fixtures {
  private static final Path ROOT = Path.of("test", "fixtures");

  private Fixtures() {}

  public static Path path(String name) {
    return ROOT.resolve(name);
  }

  public static String text(String name) {
    try {
      return Files.readString(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
