package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Leaks;
import skyproxy.testing.OpenedPages;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// The program as a player meets it: the packed jar, started, asked, stopped.
@Tag("slow")
final class MainTest {
  private static final String HI = """
      {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""";

  @TempDir
  private Path folder;

  /// The one line that is said on stderr before it ends with this status.
  private String refusal(int status, Map<String, String> env, String... arguments)
      throws Exception {
    try (Program program = Program.start(folder, env, arguments)) {
      assertEquals("", program.stdout());
      assertEquals(status, program.exitStatus(), program.stderr());
      assertEquals(1, program.stderr().lines().count(), program.stderr());
      return program.stderr().strip();
    }
  }

  @Test
  void it_says_where_it_listens_and_answers_there_on_both_addresses() throws Exception {
    try (Program program = Program.listening(folder)) {
      assertEquals("http://127.0.0.1:" + program.port(), program.address());
      try (RawClient client = program.client().post("/v1/chat/completions",
          HI.replace("{\"m", "{\"stream\":true,\"m"))) {
        String text = client.answer().text();
        assertTrue(text.contains("data: {") && text.endsWith("data: [DONE]\n\n"), text);
      }
      if (NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1")) != null) {
        try (RawClient client = new RawClient("::1", program.port())) {
          assertEquals(200, client.post("/v1", HI).answer().status());
        }
      }
      assertTrue(program.process().isAlive());
    }
  }

  @Test
  void it_can_listen_on_one_address_alone() throws Exception {
    try (Program program = Program.listening(folder, "--host", "127.0.0.1")) {
      assertEquals("http://127.0.0.1:" + program.port(), program.address());
      assertThrows(ConnectException.class, () -> new RawClient("::1", program.port()));
    }
  }

  @Test
  void with_a_key_it_lets_other_computers_in() throws Exception {
    Files.writeString(folder.resolve("c.json"), "{\"api_key\":\"k\"}");
    try (Program program =
        Program.listening(folder, "--host", "0.0.0.0", "--config", "c.json")) {
      assertEquals("http://127.0.0.1:" + program.port(), program.address());
      try (RawClient client = program.client()) {
        assertEquals(401, client.post("/v1", HI).answer().status());
        assertEquals(200, client.post("/v1", HI, "Authorization: Bearer k").answer().status());
      }
    }
  }

  @Test
  void without_a_key_it_does_not_listen_to_other_computers() throws Exception {
    String line = refusal(2, Map.of(), "--host", "0.0.0.0");
    assertTrue(line.startsWith("--host is 0.0.0.0, which lets other computers in: set"), line);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no HOME.")
  void the_player_is_at_home_where_the_environment_says() throws Exception {
    Path home = folder.resolve("elsewhere");
    Path file = home.resolve(System.getProperty("os.name").startsWith("Mac")
        ? "Library/Application Support" : ".config").resolve("skyrimnet-proxy/config.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{oops}");
    String line = refusal(1, Map.of("HOME", home.toString()), "--port", "0");
    assertTrue(line.contains(file.toString()), line);
  }

  @Test
  void help_and_version_are_printed_and_that_is_all() throws Exception {
    try (Program program = Program.start(folder, Map.of(), "--help")) {
      assertTrue(program.stdout().contains("--openrouter-url URL"));
      assertEquals(0, program.exitStatus());
      assertEquals("", program.stderr());
    }
    try (Program program = Program.start(folder, Map.of(), "--version")) {
      assertTrue(program.stdout().matches("SkyrimNet Proxy \\d+\\.\\d+\\.\\d+, Java [\\w.+-]+,"
          + " build (?:unknown|[0-9a-f]{12}\\+?)\n"));
      assertEquals(0, program.exitStatus());
    }
  }

  @Test
  void what_is_set_wrong_is_said_in_one_line() throws Exception {
    assertEquals("There is no option '--prot': --help lists all there are.",
        refusal(2, Map.of(), "--prot", "1"));
    assertEquals("--port takes a number from 0 to 65535, and none was given.",
        refusal(2, Map.of(), "--port"));
    assertEquals("SKYRIMNET_PROXY_PORT takes a number from 0 to 65535, not 'x'.",
        refusal(2, Map.of("SKYRIMNET_PROXY_PORT", "x")));
  }

  @Test
  void a_member_of_the_file_that_is_wrong_is_said_in_one_line() throws Exception {
    Path file = folder.resolve("c.json");
    Files.writeString(file, """
        {"aliases":{"a":"b","b":"demo, a"}}""");
    String line = refusal(2, Map.of("SKYRIMNET_PROXY_CONFIG", file.toString()));
    assertTrue(line.startsWith("In " + file + " the alias '"), line);
    assertTrue(line.contains("leads back to itself"), line);
  }

  @Test
  void a_corrupt_file_is_named_with_line_and_column_and_left_untouched() throws Exception {
    assumeFalse(System.getProperty("os.name").startsWith("Mac"), "The place can't be set there.");
    Path file = Files.createDirectories(folder.resolve("skyrimnet-proxy")).resolve("config.json");
    Files.writeString(file, "{\n  \"port\": 8001,\n}\n");
    String line = refusal(1,
        Map.of("XDG_CONFIG_HOME", folder.toString(), "APPDATA", folder.toString()));
    assertTrue(line.contains(file + " can't be used") && line.contains("line 3, column 1"), line);
    assertEquals("{\n  \"port\": 8001,\n}\n", Files.readString(file));
  }

  @Test
  void the_file_beside_the_jar_is_used_and_made_private() throws Exception {
    Path jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")),
        folder.resolve("proxy.jar"), StandardCopyOption.REPLACE_EXISTING);
    Path file = Files.writeString(folder.resolve("config.json"), """
        {"port":0,"codex":"off","claude":"off","aliases":{"lydia":"demo"}}""");
    Process process = new ProcessBuilder(Os.java(), Os.QUIET, "-jar", jar.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String line = process.inputReader().readLine();
      int port = URI.create(line.substring("Listening on ".length())).getPort();
      try (RawClient client = new RawClient(port)) {
        assertEquals(200, client.post("/v1", HI.replace("demo", "lydia")).answer().status());
      }
      if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        assertEquals("rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    } finally {
      process.destroy();
      process.onExit().join();
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no signals.")
  void a_signal_lets_the_running_reply_end() throws Exception {
    try (Program program = Program.listening(folder);
        RawClient running = program.client().post("/v1",
            HI.replace("{\"m", "{\"stream\":true,\"m"))) {
      running.lineStarting("data: ");
      program.process().destroy();
      String text = "";
      for (String line; (line = running.line()) != null && !line.equals("data: [DONE]"); ) {
        text += line;
      }
      assertTrue(text.contains("\"finish_reason\":\"stop\""), text);
      program.exitStatus();
      assertThrows(IOException.class, program::client);
    }
  }

  @Test
  void it_ends_with_the_last_process_of_the_game() throws Exception {
    Path sleep = Os.WINDOWS ? Path.of(System.getenv("SystemRoot"), "System32", "cmd.exe")
        : Path.of("/usr/bin/sleep");
    assumeTrue(Files.exists(sleep), "There is no sleep to copy.");
    // Others may run beside it, such as those on Wine.
    String name = "SkyrimSE" + UUID.randomUUID();
    Path game = Files.copy(sleep, folder.resolve(name + ".exe"),
        StandardCopyOption.COPY_ATTRIBUTES);
    List<String> playing = Os.WINDOWS ? List.of(game.toString(), "/c", "set /p X=")
        : List.of(game.toString(), "600");
    try (Program program =
        Program.listening(folder, "--exit-with", name.toLowerCase(Locale.ROOT))) {
      List<Process> games = List.of(new ProcessBuilder(playing).start(),
          new ProcessBuilder(playing).start());
      try {
        awaitLogged(program, "is running");
        games.getFirst().destroyForcibly().onExit().join();
        assertTrue(program.process().isAlive(), "one is left");
      } finally {
        games.forEach(each -> each.destroyForcibly().onExit().join());
      }
      assertEquals(0, program.exitStatus());
      assertTrue(program.stderr().contains("has ended"), program.stderr());
    }
  }

  private static void awaitLogged(Program program, String words) throws Exception {
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    while (!program.stderr().contains(words)) {
      assertTrue(System.nanoTime() < end, "never logged: " + words);
      Thread.sleep(20);
    }
  }

  @Test
  void the_log_has_a_line_for_a_request_and_no_word_of_it() throws Exception {
    Files.writeString(folder.resolve("c.json"), "{\"api_key\":\"open-sesame\"}");
    try (Program program = Program.listening(folder, "--verbose", "--config", "c.json");
        RawClient client = program.client()) {
      client.post("/v1?secret=query", HI.replace("Hi", "SECRETWORDS"),
          "Authorization: Bearer open-sesame").answer();
      client.post("/v1", HI, "Authorization: Bearer sk-wrong").answer();
      awaitLogged(program, " 401,");
      String log = program.stderr();
      assertTrue(log.lines().anyMatch(
          line -> line.matches("\\d\\d:\\d\\d:\\d\\d INFO other demo answered.*")), log);
      for (String secret : new String[] {"SECRETWORDS", "open-sesame", "sk-wrong", "query"}) {
        assertFalse(log.contains(secret), log);
      }
    }
  }

  @Test
  void no_line_of_the_log_shows_a_credential_or_a_mail_address() throws Exception {
    Path home = Files.createDirectories(folder.resolve("player@example.com"));
    Files.writeString(home.resolve("c.json"), "{}");
    Files.writeString(home.resolve("c-stats.json"), "{");
    try (Program program = Program.listening(folder, "--config", home + "/c.json")) {
      awaitLogged(program, "begin anew: " + folder + File.separator + "***");
      assertFalse(program.stderr().contains("player@"), program.stderr());
    }
  }

  @Test
  void a_line_of_the_log_is_masked_and_tells_of_its_cause_the_kind_and_the_place() {
    LogRecord line = new LogRecord(Level.WARNING, Leaks.WORDS);
    line.setThrown(new IOException(Leaks.WORDS, new IOException(Leaks.WORDS)));
    String written = new LogLine("HH:mm:ss").format(line);
    Leaks.assertNone(written);
    assertTrue(written.contains("WARNING No: ***"), written);
    assertTrue(written.contains("\tat skyproxy.MainTest.a_line_of_"), written);
    assertTrue(written.lines().anyMatch("Caused by: java.io.IOException"::equals), written);
  }

  @Test
  void each_system_opens_a_page_in_its_own_way() {
    URI page = URI.create("http://127.0.0.1:8000");
    assertEquals(List.of("xdg-open", page.toString()), Browser.command("Linux", page));
    assertEquals(List.of("open", page.toString()), Browser.command("Mac OS X", page));
    assertEquals(List.of("rundll32", "url.dll,FileProtocolHandler", page.toString()),
        Browser.command("Windows 11", page));
  }

  @Test
  void the_dashboard_is_opened_once_it_can_be_reached() throws Exception {
    OpenedPages opened = new OpenedPages(folder);
    try (Program program = Program.listening(folder, "--open")) {
      opened.await(program.address());
    }
  }

  @Test
  void the_page_can_stop_it_and_gets_its_answer() throws Exception {
    try (Program program = Program.listening(folder, "--config", "config.json")) {
      assertEquals(415, program.postPlain("/config/stop", "{}").statusCode());
      assertEquals(200, program.get("/health").statusCode());
      var answer = program.post("/config/stop", "{}");
      assertEquals(200, answer.statusCode());
      assertTrue(answer.body().contains("has stopped"), answer.body());
      assertEquals(0, program.exitStatus());
    }
  }
}
