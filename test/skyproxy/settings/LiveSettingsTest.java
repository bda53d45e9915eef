package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Json;
import skyproxy.testing.Os;

/// The settings file: what is read, what is kept when it is written, who can read it.
@Tag("slow")
final class LiveSettingsTest {
  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("config.json");
  }

  private LiveSettings load() throws SettingsException {
    return LiveSettings.load(CommandLine.parse(List.of("--config", file.toString())), Map.of(),
        null);
  }

  private String mode() throws IOException {
    assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"),
        "Windows has no file modes.");
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void a_file_that_is_not_there_is_empty_and_made_when_something_is_saved() throws Exception {
    file = folder.resolve("not/yet/config.json");
    LiveSettings live = load();
    assertNull(live.now().openRouter().apiKey());
    assertFalse(Files.exists(file));
    live.change("openrouter_api_key", new Json.Str("sk-or-1"));
    assertEquals("{\n  \"openrouter_api_key\": \"sk-or-1\"\n}\n", Files.readString(file));
    assertEquals("sk-or-1", live.now().openRouter().apiKey());
    assertEquals("sk-or-1", load().now().openRouter().apiKey());
    assertEquals("rw-------", mode());
  }

  @Test
  void everything_else_in_the_file_is_kept_in_its_order() throws Exception {
    Files.writeString(file, """
        {"mine":[1.50,{"b":1,"a":12345678901234567890}],\
        "openrouter_api_key":"old","port":8001,"empty":{},"words":["é","x"]}""");
    LiveSettings live = load();
    live.change("openrouter_api_key", new Json.Str("new"));
    assertEquals("""
        {
          "mine": [
            1.50,
            {
              "b": 1,
              "a": 12345678901234567890
            }
          ],
          "openrouter_api_key": "new",
          "port": 8001,
          "empty": {},
          "words": ["é","x"]
        }
        """, Files.readString(file));
    live.change("openrouter_api_key", null);
    assertFalse(Files.readString(file).contains("openrouter_api_key"));
    assertNull(live.now().openRouter().apiKey());
    try (var left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList(), "no temporary file is left");
    }
  }

  @Test
  void what_was_written_by_hand_meanwhile_is_kept_too() throws Exception {
    LiveSettings live = load();
    Files.writeString(file, "{\"default_model\":\"demo\"}");
    live.change("openrouter_api_key", new Json.Str("k"));
    assertEquals("demo", live.now().defaultModel());
    assertTrue(Files.readString(file).contains("\"default_model\": \"demo\""));
  }

  @Test
  void others_lose_the_right_to_read_the_file_when_it_is_loaded() throws Exception {
    Files.writeString(file, "{}");
    mode();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    load();
    assertEquals("rw-------", mode());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    load();
    assertEquals("r--------", mode(), "stricter ones stay");
  }

  @Test
  void a_file_behind_a_link_stays_where_it_is() throws Exception {
    Path real = folder.resolve("real.json");
    Files.writeString(real, "{}");
    Os.link(file, real);
    load().change("default_model", new Json.Str("demo"));
    assertTrue(Files.isSymbolicLink(file));
    assertTrue(Files.readString(real).contains("demo"));
  }

  @Test
  void a_corrupt_file_is_refused_with_line_and_column_and_left_untouched() throws Exception {
    String broken = "{\n  \"port\": 8001,,\n}";
    Files.writeString(file, broken);
    SettingsException refused = assertThrows(SettingsException.class, this::load);
    assertEquals(1, refused.exitStatus());
    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("(line 2, column 16)"), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
    assertEquals(broken, Files.readString(file));
  }

  @Test
  void a_file_that_is_not_utf8_or_no_object_or_a_folder_is_refused() throws Exception {
    Files.write(file, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    assertTrue(assertThrows(SettingsException.class, this::load).getMessage().contains("column 3"));
    Files.writeString(file, "[]");
    assertTrue(assertThrows(SettingsException.class, this::load).getMessage().contains("object"));
    Files.delete(file);
    Files.createDirectory(file);
    SettingsException refused = assertThrows(SettingsException.class, this::load);
    assertEquals(1, refused.exitStatus());
    assertTrue(refused.getMessage().contains("it is a folder"), refused.getMessage());
  }

  @Test
  void a_byte_order_mark_does_no_harm() throws Exception {
    Files.writeString(file, "\uFEFF{\"port\":8001}");
    assertEquals(8001, load().now().listen().port());
  }

  @Test
  void a_file_that_was_broken_meanwhile_is_not_written() throws Exception {
    LiveSettings live = load();
    Files.writeString(file, "{oops");
    assertThrows(SettingsException.class, () -> live.change("port", Json.Num.of(1)));
    assertEquals("{oops", Files.readString(file));
    assertEquals(8000, live.now().listen().port());
  }

  @Test
  void a_change_that_can_not_work_is_refused_before_it_is_written() throws Exception {
    LiveSettings live = load();
    List<Settings> told = new ArrayList<>();
    live.onChange(told::add);
    assertThrows(SettingsException.class, () -> live.change("port", new Json.Str("x")));
    live.check(settings -> {
      if (settings.defaultModel().equals("loop")) throw new IllegalArgumentException("it loops");
    });
    var refused = assertThrows(SettingsException.class,
        () -> live.change("default_model", new Json.Str("loop")));
    assertEquals("In " + file + " it loops.", refused.getMessage());
    assertFalse(Files.exists(file));
    live.change("default_model", new Json.Str("demo"));
    assertEquals(List.of(live.now()), told);
  }

  @Test
  void settings_that_can_not_work_together_are_refused_at_the_start() throws Exception {
    Files.writeString(file, """
        {"aliases":{"a":"a"}}""");
    LiveSettings live = load();
    var refused = assertThrows(SettingsException.class, () -> live.check(_ -> {
      throw new IllegalArgumentException("it loops");
    }));
    assertEquals(2, refused.exitStatus());
  }

  @Test
  void the_file_beside_the_jar_goes_before_that_of_the_user() throws Exception {
    Files.writeString(file, "{}");
    Map<String, String> env = Map.of("XDG_CONFIG_HOME", "/opt/xdg", "APPDATA", "/opt/roaming");
    assertEquals(file, SettingsPath.find(CommandLine.parse(List.of()), env, folder));
    Files.delete(file);
    Path users = SettingsPath.find(CommandLine.parse(List.of()), env, folder);
    assertTrue(users.endsWith(Path.of("skyrimnet-proxy", "config.json")), users.toString());
    Path other = folder.resolve("other.json");
    assertEquals(other, SettingsPath.find(CommandLine.parse(List.of()),
        Map.of("SKYRIMNET_PROXY_CONFIG", other.toString()), folder));
  }

  @Test
  void each_system_has_its_own_place_for_the_file_of_a_user() {
    Path home = Path.of("/home/player");
    assertEquals(Path.of("/home/player/.config/skyrimnet-proxy/config.json"),
        SettingsPath.ofUser(Map.of(), "Linux", home));
    assertEquals(folder.resolve("xdg/skyrimnet-proxy/config.json"), SettingsPath.ofUser(
        Map.of("XDG_CONFIG_HOME", folder.resolve("xdg").toString()), "Linux", home));
    assertEquals(Path.of("/home/player/.config/skyrimnet-proxy/config.json"),
        SettingsPath.ofUser(Map.of("XDG_CONFIG_HOME", "relative"), "Linux", home));
    assertEquals(
        Path.of("/home/player/Library/Application Support/skyrimnet-proxy/config.json"),
        SettingsPath.ofUser(Map.of(), "Mac OS X", home));
    assertEquals(folder.resolve("roaming/skyrimnet-proxy/config.json"), SettingsPath.ofUser(
        Map.of("APPDATA", folder.resolve("roaming").toString()), "Windows 11", home));
    assertEquals(Path.of("/home/player/AppData/Roaming/skyrimnet-proxy/config.json"),
        SettingsPath.ofUser(Map.of(), "Windows 11", home));
  }

  /// A file in the place of its folder keeps the settings file from being made.
  private LiveSettings held(Duration again) throws Exception {
    file = folder.resolve("held").resolve("config.json");
    LiveSettings live = new LiveSettings(CommandLine.parse(List.of()), Map.of(),
        new SettingsFile(file), again);
    Files.writeString(file.getParent(), "no folder");
    assertThrows(NotSavedException.class, () -> live.change("default_model", new Json.Str("demo")));
    assertEquals("demo", live.now().defaultModel());
    return live;
  }

  private void release(String byHand) throws IOException {
    Files.delete(file.getParent());
    Files.createDirectory(file.getParent());
    if (byHand != null) Files.writeString(file, byHand);
  }

  @Test
  void what_could_not_be_written_is_written_later_into_what_is_there_then() throws Exception {
    try (LiveSettings live = held(Duration.ofMillis(20))) {
      assertThrows(NotSavedException.class, () -> live.change("port", Json.Num.of(8001)));
      synchronized (live) { // or a try comes in between
        release("{\"jobs\":{\"mood\":\"demo\"}}");
      }
      while (live.now().jobs().isEmpty()) Thread.sleep(5);
      assertEquals(8001, live.now().listen().port());
      assertEquals("demo", live.now().defaultModel());
    }
    LiveSettings anew = load();
    assertEquals(8001, anew.now().listen().port());
    assertEquals("demo", anew.now().defaultModel());
    assertEquals(Map.of("mood", "demo"), anew.now().jobs());
  }

  @Test
  void the_next_change_and_the_end_write_it_too() throws Exception {
    LiveSettings live = held(Duration.ofHours(1));
    release(null);
    live.change("openrouter_api_key", new Json.Str("k"));
    assertEquals("demo", load().now().defaultModel());
    assertEquals("k", load().now().openRouter().apiKey());
    Files.delete(file);
    Files.delete(file.getParent());
    LiveSettings other = held(Duration.ofHours(1));
    release("{}");
    other.close();
    assertEquals("demo", load().now().defaultModel());
  }

  @Test
  void a_change_that_can_not_work_does_not_stay_among_those_to_be_written() throws Exception {
    LiveSettings live = held(Duration.ofHours(1));
    assertThrows(SettingsException.class, () -> live.change("port", new Json.Str("x")));
    release(null);
    live.close();
    assertEquals(Json.parse("{\"default_model\":\"demo\"}"), Json.parse(Files.readString(file)));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_file_that_another_program_has_open_is_written_when_that_lets_go() throws Exception {
    Files.writeString(file, "{}");
    try (LiveSettings live = new LiveSettings(CommandLine.parse(List.of()), Map.of(),
        new SettingsFile(file), Duration.ofMillis(20))) {
      try (InputStream holder = new FileInputStream(file.toFile())) {
        String message = assertThrows(NotSavedException.class,
            () -> live.change("default_model", new Json.Str("demo"))).getMessage();
        assertTrue(message.contains("Another program") && message.contains(file.toString()),
            message);
        assertEquals('{', holder.read());
      }
      while (!Files.readString(file).contains("demo")) Thread.sleep(20);
    }
  }

  @Test
  void what_a_hand_edits_holds_within_seconds_and_what_is_broken_changes_nothing()
      throws Exception {
    Files.writeString(file, "{\"default_model\":\"a\"}");
    LiveSettings live = load();
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    live.onChange(settings -> told.add(settings.defaultModel()));
    live.watch(Duration.ofMillis(10));
    Files.writeString(file, "{\"default_model\":\"bb\"}");
    await(() -> told.equals(List.of("bb")));
    assertNull(live.problem());

    Files.writeString(file, "{\"default_model\":\"cc");
    await(() -> live.problem() != null);
    assertTrue(live.problem().contains(file.toString()), live.problem());
    assertEquals("bb", live.now().defaultModel());
    Files.writeString(file, "{\"aliases\":{\"demo\":\"x\"}}");
    await(() -> live.problem().contains("demo"));
    assertEquals("bb", live.now().defaultModel());

    Files.writeString(file, "{\"default_model\":\"dddd\"}");
    await(() -> told.equals(List.of("bb", "dddd")));
    assertNull(live.problem());
    live.change("default_model", new Json.Str("ours"));
    assertEquals("ours", live.now().defaultModel());
    live.close();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 3_000 && !condition.getAsBoolean(); i++) Thread.sleep(10);
    assertTrue(condition.getAsBoolean());
  }

  @Test
  void the_key_of_the_python_proxy_is_taken_over_once() throws Exception {
    Path theirs = Files.createDirectories(folder.resolve("theirs"));
    Files.writeString(theirs.resolve("config.json"),
        "{\"openrouter_api_key\":\" sk-or-1 \",\"port\":1}");
    Map<String, String> environment = Map.of("SKYRIMNET_PROXY_FROM", theirs.toString(),
        "APPDATA", folder.toString(), "XDG_CONFIG_HOME", folder.toString());
    LiveSettings live = LiveSettings.load(CommandLine.parse(List.of()), environment, null);
    assumeTrue(live.now().file().startsWith(folder), "This system keeps settings elsewhere.");
    assertEquals("sk-or-1", live.now().openRouter().apiKey());
    assertEquals(8000, live.now().listen().port());
    assertEquals("{\n  \"openrouter_api_key\": \"sk-or-1\"\n}\n",
        Files.readString(live.now().file()));
    live.change("openrouter_api_key", null);
    assertNull(LiveSettings.load(CommandLine.parse(List.of()), environment, null).now()
        .openRouter().apiKey());
  }

  @Test
  void what_is_no_file_of_the_python_proxy_is_nothing() throws Exception {
    for (String content : List.of("no json", "[]", "{\"openrouter_api_key\":\" \"}", "{}")) {
      Files.writeString(folder.resolve("config.json"), content);
      Path own = Files.createTempDirectory(folder, "own");
      LiveSettings live = LiveSettings.load(CommandLine.parse(List.of()),
          Map.of("SKYRIMNET_PROXY_FROM", folder.toString(), "APPDATA", own.toString(),
              "XDG_CONFIG_HOME", own.toString()), null);
      assertFalse(Files.exists(live.now().file()), content);
    }
  }
}
