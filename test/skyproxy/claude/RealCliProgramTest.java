package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.Replies.until;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.testing.RealCli;

/// The running program and the real Claude CLI, with a made-up login, in the mode `cli`.
@Tag("cli")
final class RealCliProgramTest {
  private static final String TOKEN = "sk-ant-oat01-made-up-0123456789";
  private static final String HAIL = """
      {"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"Hail!"}]}""";
  private static final int WORDS = 300;

  private final FakeUpstream upstream = new FakeUpstream();

  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  @Tag("claude")
  void every_sample_of_the_game_is_answered_and_nothing_is_left_behind() throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    List<ProcessHandle> children;
    try (Program program = start()) {
      until("somebody is logged in", () -> health(program).at("auth_cached").bool());
      assertEquals("cli", health(program).at("mode").string());
      Samples.askAll(program);
      assertTrue(get(program, "/v1/models").contains("claude-opus-5-5"));
      assertRefusesTools(program);
      children = program.children();
      program.process().destroy();
      assertEquals(Os.WINDOWS ? 1 : 143, program.exitStatus());
    }
    until("its processes are gone",
        () -> children.stream().noneMatch(ProcessHandle::isAlive));
    assertEquals(14, upstream.requests().size());
    assertFalse(Files.readString(folder.resolve("stderr")).contains("sk-ant"));
    assertNothingIsLeft();
  }

  /// To end a program is to kill it on Windows: what it left goes when the next one starts.
  private void assertNothingIsLeft() throws IOException {
    if (!Os.WINDOWS) {
      until("nothing is left in " + folder, () -> left().isEmpty());
      System.out.println("cli: after the end, processes left 0, files left " + left().size());
      return;
    }
    List<Path> ours = left().stream().filter(file -> file.toString().contains("-proxy-")).toList();
    try (Program _ = start()) {
      until("it is swept", () -> ours.stream().noneMatch(Files::exists));
    }
  }

  private static void assertRefusesTools(Program program) throws IOException {
    String tools = HAIL.replace("{\"model\"",
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"model\"");
    try (RawClient game = program.client()) {
      RawClient.Answer answer = game.post("/v1/chat/completions", tools).answer();
      assertEquals(400, answer.status());
      assertTrue(answer.text().contains("unsupported_in_cli_mode"), answer.text());
    }
  }

  @Test
  void eleven_at_once_are_all_answered() throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")).pause(Duration.ofMillis(20)));
    try (Program program = start()) {
      until("somebody is logged in", () -> health(program).at("auth_cached").bool());
      long asked = System.nanoTime();
      List<RawClient> games = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        games.add(program.client().post("/v1/chat/completions",
            HAIL.replace("Hail!", "Hello there! Are you working?")));
      }
      for (RawClient game : games) {
        try (game) {
          RawClient.Answer answer = game.answer();
          assertEquals(200, answer.status(), answer.text());
          assertTrue(answer.text().endsWith("data: [DONE]\n\n"), answer.text());
        }
      }
      System.out.printf("cli: eleven at once, all answered after %.1f s%n",
          (System.nanoTime() - asked) / 1e9);
      assertTrue(program.children().size() <= 6);
    }
  }

  @Test
  @Tag("claude")
  void a_game_that_hangs_up_cuts_the_call_off() throws Exception {
    upstream.answer(endless());
    try (Program program = start()) {
      RawClient game = speaking(program);
      long left = System.nanoTime();
      game.hangUp();
      assertTrue(upstream.cuts().tryAcquire(60, TimeUnit.SECONDS), "the call goes on");
      System.out.printf("cli: game gone to the call cut off %.0f ms%n",
          (System.nanoTime() - left) / 1e6);
    }
  }

  @Test
  @Tag("claude")
  void a_cli_killed_in_mid_reply_is_told_and_the_next_request_is_answered() throws Exception {
    upstream.answer(endless(), sse(Fixtures.text("claude/text.sse")));
    try (Program program = start(); RawClient game = speaking(program)) {
      program.children().forEach(ProcessHandle::destroyForcibly);
      assertTrue(game.lineStarting("data: {\"error\"").contains("ended in the middle"));
      try (RawClient next = program.client().post("/v1/chat/completions", HAIL)) {
        assertTrue(next.answer().text().contains("Ten "));
      }
    }
  }

  @Test
  @Tag("claude")
  void a_proxy_that_is_killed_takes_its_processes_along() throws Exception {
    assumeTrue(Os.WINDOWS || new File("/usr/bin/setpriv").canExecute(), "There is no setpriv.");
    upstream.answer(endless());
    try (Program program = start()) {
      speaking(program);
      List<ProcessHandle> children = program.children();
      assertFalse(children.isEmpty());
      long killed = System.nanoTime();
      program.process().destroyForcibly();
      until("they are gone", () -> children.stream().noneMatch(ProcessHandle::isAlive));
      System.out.printf("cli: proxy killed, %d processes gone after %.0f ms%n", children.size(),
          (System.nanoTime() - killed) / 1e6);
      assertTrue(upstream.cuts().tryAcquire(60, TimeUnit.SECONDS), "the call goes on");
    }
  }

  /// A reply that goes on for a minute and a half.
  private static FakeUpstream.Answer endless() {
    StringBuilder text = new StringBuilder();
    String[] events = Fixtures.text("claude/text.sse").split("(?<=\n\n)");
    for (int i = 0; i < 4; i++) text.append(events[i]);
    for (int i = 0; i < WORDS; i++) text.append(events[3]);
    for (int i = 4; i < events.length; i++) text.append(events[i]);
    return sse(text.toString()).pause(Duration.ofMillis(300));
  }

  /// A game that has heard the first word.
  private static RawClient speaking(Program program) throws IOException {
    RawClient game = program.client().post("/v1/chat/completions", HAIL);
    String line;
    do {
      line = game.lineStarting("data: ");
    } while (!line.contains("Ten "));
    return game;
  }

  private Program start() throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Map<String, String> environment = Map.of("CLAUDE_CODE_OAUTH_TOKEN", TOKEN,
        "HOME", home.toString(), "PATH", "/usr/bin:/bin",
        "CLAUDE_CONFIG_DIR", home.resolve(".claude").toString(),
        "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    // On a busy machine a process may take longer to start than a player would wait.
    Path config = Files.writeString(folder.resolve("config.json"),
        "{\"limits\":{\"claude\":{\"first_token_seconds\":300,\"silence_seconds\":300}}}");
    Program program = Program.start(folder, environment, "--port", "0", "--codex", "off",
        "--claude", RealCli.claude().toString(), "--claude-mode", "cli",
        "--anthropic-url", upstream.url(), "--config", config.toString());
    program.awaitListening();
    return program;
  }

  /// What is left of the CLI's processes: temporary files, and notes that they run.
  private List<Path> left() {
    List<Path> left = new ArrayList<>();
    for (Path place : List.of(folder.resolve("tmp"), folder.resolve("home/.claude/sessions"))) {
      try (Stream<Path> files = Files.list(place)) {
        left.addAll(files.filter(file -> !file.toString().contains("hsperf")).toList());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return left;
  }

  private static Cursor health(Program program) {
    try {
      return Cursor.of(Json.parse(get(program, "/health"))).at("claude");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String get(Program program, String path) throws IOException {
    try (RawClient client = program.client()) {
      return client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text();
    }
  }
}
