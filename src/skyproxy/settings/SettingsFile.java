package skyproxy.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import skyproxy.files.OwnerFile;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.json.JsonWriter;

/// The settings file: read, and written so that it is the old one or the new one at any moment.
///
/// Its owner alone can read it. Holds nothing in memory; one thread at a time.
final class SettingsFile {
  private static final System.Logger LOG = System.getLogger(SettingsFile.class.getName());

  private final Path path;

  SettingsFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /// Tells one state of the file from another.
  ///
  /// @param time when it was written, or null when it is not there
  record Stamp(FileTime time, long size) {}

  Stamp stamp() {
    try {
      return new Stamp(Files.getLastModifiedTime(path), Files.size(path));
    } catch (IOException none) {
      return new Stamp(null, 0);
    }
  }

  /// What is in it; a file that is not there is empty. Others lose the right to read it.
  ///
  /// @throws SettingsException when it is not a JSON object
  /// @throws IOException when it can't be read now
  Json.Obj read() throws SettingsException, IOException {
    try {
      if (Files.isDirectory(path)) throw unusable("it is a folder");
      byte[] bytes = OwnerFile.read(path);
      tighten();
      if (Json.parse(bytes) instanceof Json.Obj content) return content;
      throw unusable("it must hold a JSON object, in braces (line 1, column 1)");
    } catch (NoSuchFileException none) {
      return Json.Obj.builder().build();
    } catch (JsonException broken) {
      throw unusable(broken.getMessage());
    }
  }

  /// The same at the start of the program, when what a killed one left goes too.
  Json.Obj readFirst() throws SettingsException {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (Files.isDirectory(folder)) OwnerFile.sweep(folder);
      return read();
    } catch (IOException unreadable) {
      throw SettingsException.unusable("The settings can't be read. " + unreadable.getMessage()
          + " See to it, then start again.");
    }
  }

  private SettingsException unusable(String why) {
    return SettingsException.unusable("The settings file " + path + " can't be used: " + why
        + ". Correct it, or move it away; it was left as it is.");
  }

  /// Puts this in its place, whole or not at all; where the file is a link, in that of its target.
  void write(Json.Obj content) throws IOException {
    StringBuilder text = new StringBuilder();
    indented(content, "\n", text);
    OwnerFile.write(Files.exists(path) ? path.toRealPath() : path,
        text.append('\n').toString().getBytes(UTF_8));
  }

  private void tighten() {
    try {
      OwnerFile.tighten(path);
    } catch (IOException refused) {
      LOG.log(Level.WARNING, "Others can read {0}, and that can''t be changed: {1}", path,
          refused.getMessage());
    }
  }

  /// People edit this file, so each member has a line of its own.
  private static void indented(Json value, String newline, StringBuilder out) {
    String deeper = newline + "  ";
    switch (value) {
      case Json.Obj object when !object.members().isEmpty() -> {
        String before = "{";
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          out.append(before).append(deeper).append(new Json.Str(member.getKey())).append(": ");
          indented(member.getValue(), deeper, out);
          before = ",";
        }
        out.append(newline).append('}');
      }
      case Json.Arr(var items) when items.stream().anyMatch(Json.Obj.class::isInstance) -> {
        String before = "[";
        for (Json item : items) {
          out.append(before).append(deeper);
          indented(item, deeper, out);
          before = ",";
        }
        out.append(newline).append(']');
      }
      case Json other -> JsonWriter.write(other, out);
    }
  }
}
