package skyproxy.scenes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The kept scenes, in a file that its owner alone can read. Any number of threads.
///
/// Nothing of it stays in memory: it is read when somebody looks and written with each change. One
/// scene too many is refused and drops nothing.
final class Scenes {
  static final int MOST = 50;
  static final int MOST_BYTES = 20 << 20;

  private final Path file;

  Scenes(Path file) {
    this.file = file;
  }

  /// All of them, the oldest first.
  ///
  /// @throws IOException saying why not, in words for a player
  synchronized List<Scene> all() throws IOException {
    if (!Files.exists(file)) return List.of();
    if (Files.size(file) > 2L * MOST_BYTES) throw new IOException(file + " is too large.");
    try {
      List<Scene> scenes = new ArrayList<>();
      for (Cursor each : Cursor.of(Json.parse(OwnerFile.read(file))).at("scenes").array()) {
        scenes.add(Scene.kept(each));
      }
      return scenes;
    } catch (JsonException | Cursor.Mismatch | ChatException broken) {
      throw new IOException(file + " holds no scenes that can be read (" + broken.getMessage()
          + "): mend it, or move it away.", broken);
    }
  }

  /// Keeps one more.
  ///
  /// @throws ChatException when its name is taken, or no more can be kept
  synchronized void add(Scene scene) throws IOException {
    List<Scene> all = new ArrayList<>(all());
    if (all.stream().anyMatch(each -> each.name().equals(scene.name()))) {
      throw conflict("There is a scene of that name already: choose another.", "name_taken");
    }
    all.add(scene);
    if (all.size() > MOST) throw full(MOST + " scenes are kept, and no more can be");
    write(all);
  }

  /// @throws ChatException when there is none of that name
  synchronized Scene get(String name) throws IOException {
    List<Scene> all = all();
    return all.get(place(all, name));
  }

  /// Puts a changed one in its place.
  synchronized void change(String name, UnaryOperator<Scene> change) throws IOException {
    List<Scene> all = new ArrayList<>(all());
    int place = place(all, name);
    all.set(place, change.apply(all.get(place)));
    write(all);
  }

  synchronized void changeAll(UnaryOperator<Scene> change) throws IOException {
    write(all().stream().map(change).toList());
  }

  synchronized void remove(String name) throws IOException {
    List<Scene> all = new ArrayList<>(all());
    all.remove(place(all, name));
    write(all);
  }

  /// Deletes the file, whatever is in it.
  synchronized void removeAll() throws IOException {
    Files.deleteIfExists(file);
  }

  private void write(List<Scene> scenes) throws IOException {
    byte[] content = Json.Obj.builder().put("scenes",
            new Json.Arr(scenes.stream().map(each -> (Json) each.json()).toList()))
        .build().toString().getBytes(UTF_8);
    if (content.length > MOST_BYTES) throw full("The kept scenes would be larger than 20 MB");
    OwnerFile.write(file, content);
  }

  private static int place(List<Scene> all, String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(name.strip())) return i;
    }
    throw new ChatException(
        new Failure.Rejected(404, "There is no scene of that name.", "name", "not_found"));
  }

  private static ChatException full(String why) {
    return conflict(why + ": delete one first. Nothing was dropped.", "scenes_full");
  }

  private static ChatException conflict(String message, String code) {
    return new ChatException(new Failure.Rejected(409, message, null, code));
  }
}
