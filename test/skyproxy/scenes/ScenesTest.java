package skyproxy.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// The file that scenes are kept in.
@Tag("slow")
final class ScenesTest {
  private static final Instant NOW = Instant.parse("2026-11-26T20:00:00Z");

  @TempDir
  private Path folder;
  private Path file;
  private Scenes scenes;

  @BeforeEach
  void start() {
    file = folder.resolve("config-scenes.json");
    scenes = new Scenes(file);
  }

  private static Scene scene(String name, int letters) {
    return Scene.of(name, (Json.Obj) Json.parse(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(letters) + "\"}]}"), NOW);
  }

  private static Failure.Rejected refused(ChatException why) {
    return (Failure.Rejected) why.failure();
  }

  @Test
  void what_is_kept_is_there_after_a_restart_and_only_its_owner_can_read_it() throws Exception {
    assertEquals(List.of(), scenes.all());
    scenes.add(scene("a", 10));
    scenes.add(scene("b", 10));
    assertEquals(List.of("a", "b"),
        new Scenes(file).all().stream().map(Scene::name).toList());
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void of_a_thousand_in_a_row_fifty_are_kept_and_the_others_drop_nothing() throws Exception {
    int refused = 0;
    for (int i = 0; i < 1_000; i++) {
      Scene one = scene("scene " + i, 100);
      try {
        scenes.add(one);
      } catch (ChatException full) {
        assertEquals(409, refused(full).status());
        assertEquals("scenes_full", refused(full).code());
        refused++;
      }
    }
    assertEquals(950, refused);
    assertEquals("scene 0", scenes.all().getFirst().name());
    assertEquals("scene 49", scenes.all().getLast().name());
    scenes.remove("scene 7");
    scenes.add(scene("one more", 100));
    assertEquals(Scenes.MOST, scenes.all().size());
  }

  @Test
  void twenty_megabytes_are_kept_and_what_is_too_much_drops_nothing() throws Exception {
    for (int i = 0; i < 6; i++) scenes.add(scene("large " + i, 3 << 20));
    ChatException full =
        assertThrows(ChatException.class, () -> scenes.add(scene("too much", 3 << 20)));
    assertEquals(409, refused(full).status());
    assertEquals(6, scenes.all().size());
    assertTrue(Files.size(file) <= Scenes.MOST_BYTES);
  }

  @Test
  void a_name_is_given_once() throws Exception {
    scenes.add(scene("a", 1));
    ChatException taken = assertThrows(ChatException.class, () -> scenes.add(scene("a", 2)));
    assertEquals("name_taken", refused(taken).code());
    assertEquals(1, scenes.all().size());
  }

  @Test
  void one_that_is_not_there_is_a_404() {
    ChatException none = assertThrows(ChatException.class, () -> scenes.remove("nobody"));
    assertEquals(404, refused(none).status());
  }

  @Test
  void they_are_deleted_one_by_one_and_all_at_once() throws Exception {
    scenes.add(scene("a", 1));
    scenes.add(scene("b", 1));
    scenes.remove("a");
    assertEquals(List.of("b"), scenes.all().stream().map(Scene::name).toList());
    scenes.removeAll();
    assertFalse(Files.exists(file));
    scenes.removeAll();
  }

  @Test
  void a_broken_file_is_named_and_left_as_it_is() throws Exception {
    for (String broken : List.of("no json", "{\"scenes\":7}", "{\"scenes\":[{\"name\":\"x\"}]}")) {
      Files.writeString(file, broken);
      IOException why = assertThrows(IOException.class, () -> scenes.add(scene("a", 1)));
      assertTrue(why.getMessage().contains(file.toString()), why.getMessage());
      assertEquals(broken, Files.readString(file));
    }
  }
}
