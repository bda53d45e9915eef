package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Os;
import skyproxy.testing.Program;

/// The start at login: what is written for each system, and that it starts what it should.
final class AutostartTest {
  private static final String NAME = "Käse & 100% $HOME `x` (1)";

  @TempDir
  Path folder;

  private Path jar() throws IOException {
    return Files.createDirectories(folder.resolve(NAME)).resolve("skyrimnet-proxy.jar");
  }

  private Autostart.Start start(String... options) throws IOException {
    return new Autostart.Start(jar(), folder.resolve("java"),
        List.of("-XX:AOTCache=of this jar", "-Xmx512m"),
        folder.resolve(NAME), List.of(options));
  }

  private String written(String system, Autostart.Start start, String file) throws IOException {
    Autostart autostart = new Autostart(system, folder.resolve("programs"), start);
    Path entry = folder.resolve(file);
    assertEquals("{\"on\":false,\"file\":" + new Json.Str(entry.toString()) + "}",
        autostart.shown(null).toString());
    assertTrue(on(autostart.change(body(true))));
    assertTrue(on(autostart.shown(null)));
    String text = Files.readString(entry);
    assertFalse(on(autostart.change(body(false))));
    assertFalse(Files.exists(entry), "the same switch removes it");
    assertFalse(on(autostart.change(body(false))), "twice is no mistake");
    return text;
  }

  private static boolean on(Json.Obj shown) {
    return Cursor.of(shown).at("on").bool();
  }

  private static Cursor body(boolean on) {
    return Cursor.of(Json.Obj.builder().put("on", on).build());
  }

  @Test
  void the_desktop_runs_the_very_command() throws Exception {
    assumeFalse(Os.WINDOWS, "The command of a desktop entry is a shell's.");
    Path said = folder.resolve("said");
    Path script = jar().resolveSibling("run.sh");
    Files.writeString(script, "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >'" + said + "'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> options = List.of("--config=ä \"b\"\\c%f.json", "--verbose");
    String entry = written("Linux", start(options.toArray(String[]::new)),
        "programs/autostart/skyrimnet-proxy.desktop");
    assertTrue(entry.startsWith("[Desktop Entry]\nType=Application\n"), entry);
    assertTrue(entry.contains("\nPath=" + folder.resolve(NAME) + "\n"), entry);
    // Undone as the specification says: first the file's escapes, then the command's.
    String exec = entry.lines().filter(line -> line.startsWith("Exec=")).findFirst().orElseThrow()
        .substring(5).replace("\\\\", "\\").replace("%%", "%");
    assertEquals(0, new ProcessBuilder("sh", "-c", exec).start().waitFor());
    List<String> expected = new ArrayList<>(List.of(script.toString()));
    expected.addAll(options);
    assertEquals(expected, Files.readAllLines(said));
  }

  @Test
  void without_a_script_the_java_that_runs_is_used() throws Exception {
    assumeFalse(Os.WINDOWS, "No path of Windows is like this.");
    String entry = written("Linux", start("--port=8001"),
        "programs/autostart/skyrimnet-proxy.desktop");
    assertTrue(entry.contains("Exec=\"" + folder.resolve("java") + "\" \"-Xmx512m\" \"-jar\" \""),
        entry);
    assertTrue(entry.contains("skyrimnet-proxy.jar\" \"--port=8001\"\n"), entry);
    assertTrue(entry.contains("100%% \\\\$HOME \\\\`x\\\\`"), entry);
  }

  @Test
  void on_a_mac_it_is_a_launch_agent() throws Exception {
    String entry = written("Mac OS X", start("--codex=<off>"),
        "LaunchAgents/skyrimnet-proxy.plist");
    assertTrue(entry.contains("<key>RunAtLoad</key><true/>"), entry);
    assertTrue(entry.contains("Käse &amp; 100% $HOME"), entry);
    assertTrue(entry.contains("<string>--codex=&lt;off&gt;</string></array>"), entry);
  }

  @Test
  void on_windows_it_is_a_small_window_from_the_folder_of_the_jar() throws Exception {
    String entry = written("Windows 11", start("--port=8001"), "programs/Microsoft/Windows/"
        + "Start Menu/Programs/Startup/SkyrimNet Proxy.cmd");
    String place = folder.resolve(NAME).toString().replace("%", "%%");
    String java = folder.resolve("java").toString();
    assertEquals(List.of("@echo off", "chcp 65001 >nul", "cd /d \"" + place + "\"",
        "if not exist \"" + java + "\" goto script", "set \"SKYRIMNET_PROXY_FROM=" + place + "\"",
        "start \"SkyrimNet Proxy\" /min \"" + java
            + "\" \"-Xmx512m\" -jar \"skyrimnet-proxy.jar\" \"--port=8001\"",
        "exit /b", ":script",
        "start \"SkyrimNet Proxy\" /min cmd /c run.bat \"--port=8001\""), entry.lines().toList());
    assertTrue(entry.endsWith("\"\r\n"));
  }

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "It is a batch file.")
  void what_windows_runs_at_login_answers() throws Exception {
    // Wine reads a percent sign twice, and no batch file in UTF-8.
    Path place = Files.createDirectories(folder.resolve("Cheese & (1)!"));
    Path jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")),
        place.resolve("skyrimnet-proxy.jar"));
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Autostart autostart = new Autostart("Windows 11", folder.resolve("programs"),
        new Autostart.Start(jar, Path.of(Os.java()), List.of("-Xmx128m", Os.QUIET), place,
            List.of("--config=my & b.json", "--port=" + port, "--claude=off", "--codex=off")));
    String entry = Cursor.of(autostart.change(body(true))).at("file").string();
    new ProcessBuilder("cmd.exe", "/c", entry).directory(folder.toFile())
        .redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String address = "http://127.0.0.1:" + port;
      String said = answer(client, HttpRequest.newBuilder(URI.create(address + "/stats")).build());
      assertEquals(place.resolve("my & b.json").toString(),
          Cursor.of(Json.parse(said)).at("settings").at("file").string());
      answer(client, HttpRequest.newBuilder(URI.create(address + "/config/stop"))
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString("{}")).build());
    }
  }

  /// What is said, once somebody listens.
  private static String answer(HttpClient client, HttpRequest request) throws Exception {
    for (int i = 0; ; i++) {
      try {
        HttpResponse<String> answer =
            client.send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
      } catch (IOException notYet) {
        if (i == 1_200) throw notYet;
        Thread.sleep(100);
      }
    }
  }

  @Test
  void the_page_switches_it_on_with_the_options_of_now_and_off() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "The place is that of Linux.");
    Path entry = folder.resolve(".config/autostart/skyrimnet-proxy.desktop");
    try (Program proxy = Program.listening(folder, "--config", "my config.json", "--verbose")) {
      assertFalse(proxy.json("/config/autostart").at("on").bool());
      assertEquals(200, proxy.post("/config/autostart", "{\"on\":true}").statusCode());
      String text = Files.readString(entry);
      assertTrue(text.contains("\"--config=my config.json\"") && text.contains("\"--verbose\""),
          text);
      assertTrue(text.contains("\nPath=" + folder.toRealPath() + "\n")
          || text.contains("\nPath=" + folder + "\n"), text);
      assertFalse(text.contains("--open"), text);
      assertEquals("rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(entry)));
      assertEquals(400, proxy.post("/config/autostart", "{}").statusCode());
      assertEquals(403, proxy.post("/config/autostart", "{\"on\":false}",
          "Origin", "http://elsewhere.invalid").statusCode());
      assertTrue(proxy.json("/config/autostart").at("on").bool());
      assertEquals(200, proxy.post("/config/autostart", "{\"on\":false}").statusCode());
      assertFalse(Files.exists(entry));
    }
  }

  @Test
  void where_there_is_no_jar_there_is_nothing_to_start() throws Exception {
    Autostart none = new Autostart("Linux", folder, new Autostart.Start(null,
        folder.resolve("java"), List.of(), folder, List.of()));
    assertFalse(Cursor.of(none.shown(null)).at("problem").isMissing());
    assertThrows(IOException.class,
        () -> none.change(body(true)));
  }
}
