package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// The whole program between a game and a Messages API.
@Tag("slow")
final class ClaudeProgramTest {
  private static final String HAIL = """
      {"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"Hail!"}]}""";
  private static final String DEMO = """
      {"model":"demo","messages":[{"role":"user","content":"Hail!"}]}""";

  private final FakeUpstream upstream = new FakeUpstream();

  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  void the_first_delta_reaches_the_game_before_the_upstream_sends_its_second() throws Exception {
    Semaphore gate = new Semaphore(4);
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(gate));
    try (Program program = byKey(); RawClient game = program.client()) {
      game.post("/v1/chat/completions", HAIL);
      String line;
      do {
        line = game.lineStarting("data: ");
      } while (!line.contains("Ten "));
      gate.release(100);
      game.lineStarting("data: [DONE]");
    }
  }

  /// The second retires some day, and is gone before it.
  @Test
  void the_successor_of_a_retired_model_answers_and_says_so() throws Exception {
    upstream.answer(received -> {
      if (!received.method().equals("POST")) return status(404);
      String model = Cursor.of(received.json()).at("model").string();
      return model.endsWith("-5-5") ? sse(Fixtures.text("claude/text.sse")) : status(404).body("""
          {"type":"error","error":{"type":"not_found_error","message":"model: %s"}}"""
          .formatted(model));
    });
    try (Program program = byKey(); RawClient game = program.client()) {
      for (String old : List.of("claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929")) {
        String successor = old.contains("opus") ? "claude-opus-5-5" : "claude-sonnet-5-5";
        for (int i = 0; i < 2; i++) {
          for (boolean stream : new boolean[] {true, false}) {
            String text = game.post("/v1/chat/completions", """
                {"model":"%s","stream":%s,"messages":[{"role":"user","content":"Hail!"}]}"""
                .formatted(old, stream)).answer().text();
            assertTrue(text.contains("\"model\":\"" + successor + "\""), text);
            assertFalse(text.contains(old), text);
            assertTrue(text.contains("Ten "), text);
          }
        }
      }
      String models = game.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()
          .text();
      assertTrue(models.contains("\"id\":\"claude-sonnet-4-5-20250929\""), models);
      String stats = game.send("GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text();
      for (String old : List.of("claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929")) {
        assertTrue(stats.contains("Anthropic has retired " + old), stats);
      }
    }
    long asked = upstream.requests().stream().filter(each -> each.text().contains("4-5-2025"))
        .count();
    assertTrue(asked <= 1, "it is not asked for again");
  }

  @Test
  void a_game_that_hangs_up_ends_the_call_to_anthropic() throws Exception {
    upstream.answer(sse(Fixtures.text("claude/text.sse")).stallAfter(5));
    try (Program program = byKey(); RawClient game = program.client()) {
      game.post("/v1/chat/completions", HAIL);
      game.lineStarting("data: ");
      game.hangUp();
      assertTrue(upstream.cuts().tryAcquire(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void every_sample_of_the_game_is_answered_streamed_and_not() throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    try (Program program = byKey()) {
      Samples.askAll(program);
    }
  }

  @Test
  void faults_of_anthropic_reach_the_game_as_the_table_says() throws Exception {
    try (Program program = byKey()) {
      assertFault(program, 401, "authentication_error", "503 api_error upstream_auth");
      assertFault(program, 403, "permission_error", "503 api_error upstream_auth");
      assertFault(program, 404, "not_found_error", "404 invalid_request_error model_not_found");
      assertFault(program, 400, "invalid_request_error",
          "400 invalid_request_error invalid_request_error");
      assertFault(program, 402, "billing_error", "402 billing_error billing_error");
      assertFault(program, 429, "rate_limit_error", "429 rate_limit_error rate_limit_exceeded");
      assertFault(program, 529, "overloaded_error", "503 api_error upstream_overloaded");
      assertFault(program, 500, "api_error", "502 api_error upstream_error");
    }
  }

  private void assertFault(Program program, int code, String type, String expected)
      throws IOException {
    upstream.answer(status(code).body("""
        {"type":"error","error":{"type":"%s","message":"Words of Anthropic"}}""".formatted(type)));
    try (RawClient game = program.client()) {
      RawClient.Answer answer = game.post("/v1/chat/completions", HAIL).answer();
      Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
      String told = answer.status() + " " + error.at("type").string() + " "
          + error.at("code").string();
      assertEquals(expected, told);
      assertTrue(error.at("message").string().contains("Words of Anthropic"), answer.text());
    }
  }

  @Test
  void what_breaks_before_and_inside_an_answer_is_told_as_such() throws Exception {
    Files.writeString(folder.resolve("config.json"), """
        {"limits":{"claude":{"first_token_seconds":1,"silence_seconds":1}}}""");
    Answer text = sse(Fixtures.text("claude/text.sse"));
    try (Program program = byKey("--config", folder.resolve("config.json").toString())) {
      upstream.answer(FakeUpstream.silence());
      assertEquals(504, ask(program, HAIL).status());
      upstream.answer(FakeUpstream.hangUp());
      assertEquals(502, ask(program, HAIL).status());
      upstream.answer(text.stallAfter(5));
      assertBrokenOff(ask(program, HAIL), "upstream_timeout");
      upstream.answer(sse(Fixtures.text("claude/text.sse").substring(0, 1_000)));
      assertBrokenOff(ask(program, HAIL), "upstream_error");
    }
  }

  private static void assertBrokenOff(RawClient.Answer answer, String code) {
    assertEquals(200, answer.status());
    assertTrue(answer.text().contains("Ten "), answer.text());
    assertTrue(answer.text().contains(code), answer.text());
    assertFalse(answer.text().contains("[DONE]"), answer.text());
  }

  @Test
  void a_capture_that_works_answers_the_game() throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    try (Program program = direct(FakeCli.program(folder, "works"))) {
      Cursor health = await(program, at -> at.at("auth_cached").bool());
      assertEquals("direct", health.at("mode").string());
      assertTrue(health.at("error").isMissing());
      assertTrue(ask(program, HAIL).text().contains("Ten "));
      assertFalse(get(program, "/health").text().contains("sk-ant"));
    }
    assertFalse(Files.readString(folder.resolve("stderr")).contains("sk-ant"));
  }

  @Test
  void a_cli_that_is_not_logged_in_leaves_a_proxy_that_serves_and_says_what_to_do()
      throws Exception {
    assertServesOn("not-logged-in", "log in");
  }

  @Test
  void a_cli_that_dies_leaves_a_proxy_that_serves_and_says_what_to_do() throws Exception {
    assertServesOn("dies", "(exit status 137) without a call. Run `claude`");
    String log = Files.readString(folder.resolve("stderr"));
    assertTrue(log.contains("(exit status 137) without a call."), log);
    assertFalse(log.contains("Lock violation"), "a program's own words are for the player alone");
  }

  @Test
  void a_cli_that_is_missing_leaves_a_proxy_that_serves_and_says_what_to_do() throws Exception {
    try (Program program = direct(folder.resolve("missing"))) {
      assertServesOn(program, "Install Claude Code");
    }
  }

  @Test
  void a_cli_that_hangs_keeps_nobody_else_waiting_and_ends_with_the_proxy() throws Exception {
    try (Program program = direct(FakeCli.program(folder, "hang"))) {
      Cursor claude = Cursor.of(Json.parse(get(program, "/health").body())).at("claude");
      assertFalse(claude.at("auth_cached").bool());
      assertEquals(200, ask(program, DEMO).status());
      List<ProcessHandle> children = program.process().descendants().toList();
      program.process().destroy();
      assertEquals(Os.WINDOWS ? 1 : 143, program.exitStatus());
      for (ProcessHandle child : children) child.onExit().join();
    }
  }

  private void assertServesOn(String how, String advice) throws Exception {
    try (Program program = direct(FakeCli.program(folder, how))) {
      assertServesOn(program, advice);
    }
  }

  private static void assertServesOn(Program program, String advice) throws Exception {
    Cursor health = await(program, at -> !at.at("error").isMissing());
    assertTrue(health.at("error").string().contains(advice), health.toString());
    RawClient.Answer answer = ask(program, HAIL);
    assertEquals(503, answer.status(), answer.text());
    assertTrue(answer.text().contains(advice), answer.text());
    assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
    assertEquals(200, ask(program, DEMO).status());
  }

  /// The `claude` object of `/health`, once it is as wanted.
  private static Cursor await(Program program, Predicate<Cursor> wanted) throws Exception {
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    while (true) {
      Cursor claude = Cursor.of(Json.parse(get(program, "/health").body())).at("claude");
      if (wanted.test(claude)) return claude;
      assertTrue(System.nanoTime() < end, claude.toString());
      Thread.sleep(10);
    }
  }

  private static RawClient.Answer get(Program program, String path) throws IOException {
    try (RawClient client = program.client()) {
      return client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").answer();
    }
  }

  private static RawClient.Answer ask(Program program, String body) throws IOException {
    try (RawClient client = program.client()) {
      return client.post("/v1/chat/completions", body).answer();
    }
  }

  private Program byKey(String... more) throws IOException {
    return start(Map.of("ANTHROPIC_API_KEY", "sk-ant-made-up-0123"), "off", "auto", more);
  }

  private Program direct(Path cli) throws IOException {
    return start(Map.of(), cli.toString(), "direct");
  }

  private Program start(Map<String, String> environment, String cli, String mode,
      String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--port", "0", "--codex", "off",
        "--claude", cli, "--claude-mode", mode, "--anthropic-url", upstream.url()));
    arguments.addAll(List.of(more));
    Program program = Program.start(folder, environment, arguments.toArray(String[]::new));
    program.awaitListening();
    return program;
  }
}
