package skyproxy.stats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import skyproxy.files.OwnerFile;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The figures on disk: a small JSON file that is whole at any time.
final class StatsFile {
  /// As much as the fullest tables need, and more than any hand would write.
  private static final long LARGEST = 4 << 20;

  private final Path path;

  StatsFile(Path path) {
    this.path = path;
  }

  /// What was saved, or null when there is no file.
  ///
  /// @throws IOException when it can't be read, is far too large or no JSON object
  Json.Obj load() throws IOException {
    if (!Files.exists(path)) return null;
    if (Files.size(path) > LARGEST) throw new IOException(path + " is too large");
    try {
      if (Json.parse(OwnerFile.read(path)) instanceof Json.Obj saved) return saved;
      throw new IOException(path + " holds no JSON object");
    } catch (JsonException e) {
      throw new IOException(path + " is no JSON: " + e.getMessage(), e);
    }
  }

  /// Puts the new figures in the place of the old ones in one step.
  void save(Json.Obj figures) throws IOException {
    OwnerFile.write(path, figures.toString().getBytes(UTF_8));
  }
}
