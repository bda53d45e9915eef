package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.codex.CodexBackend.reply;
import static skyproxy.testing.FakeUpstream.status;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Limits;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;
import skyproxy.testing.RawClient;
import skyproxy.testing.RealCli;
import skyproxy.testing.TestProxy;
import skyproxy.upstream.Readiness;

/// The whole way: the game's HTTP requests, the proxy, the real Codex CLI, an upstream.
@Tag("cli")
final class RealCodexGameTest {
  private static final String CHAT = "/v1/chat/completions";

  @TempDir Path temp;
  private CodexBackend backend;
  private CodexProvider codex;
  private TestProxy proxy;

  @BeforeEach
  void start() throws IOException {
    String cli = RealCli.codex().toString();
    backend = new CodexBackend();
    CodexBackend.logInWithKey(temp.resolve("real"));
    codex = new CodexProvider(cli, temp.resolve("real"), temp.resolve("own"), Limits.DEFAULT,
        true, backend.settings(), backend.environment(), new Readiness(true, Readiness.USUAL));
    proxy = new TestProxy(temp, "{}", codex);
  }

  @AfterEach
  void stop() {
    if (proxy != null) proxy.close();
    if (codex != null) codex.close();
    if (backend != null) backend.close();
  }

  private static String hello(String more) {
    return """
        {"model":"gpt-5.5","messages":[{"role":"user","content":"Hello"}]%s}""".formatted(more);
  }

  private static Cursor error(RawClient.Answer answer) {
    return Cursor.of(Json.parse(answer.body())).at("error");
  }

  @Test
  void the_sample_requests_of_the_game_are_answered_as_it_wants_them() throws IOException {
    backend.answer(_ -> reply("Ten", " septims", " for the", " night."));
    for (String sample : Fixtures.text("codex/samples.jsonl").lines().toList()) {
      RawClient.Answer answer = proxy.post(CHAT, sample);
      assertEquals(200, answer.status(), answer.text());
      if (sample.contains("\"stream\":true")) {
        assertTrue(answer.text().contains("\"finish_reason\":\"stop\""), answer.text());
        assertTrue(answer.text().endsWith("data: [DONE]\n\n"), answer.text());
      } else {
        Cursor whole = Cursor.of(Json.parse(answer.body()));
        assertEquals("Ten septims for the night.",
            whole.at("choices").at(0).at("message").at("content").string());
        assertEquals(120, whole.at("usage").at("prompt_tokens").integer());
        assertEquals(64, whole.at("usage").at("prompt_tokens_details").at("cached_tokens")
            .integer());
      }
    }
  }

  @Test
  void eleven_requests_at_the_same_instant_are_all_answered() throws Exception {
    List<Callable<RawClient.Answer>> eleven = new ArrayList<>();
    for (int i = 0; i < 11; i++) eleven.add(() -> proxy.post(CHAT, hello("")));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var answer : threads.invokeAll(eleven)) {
        assertEquals(200, answer.get().status(), answer.get().text());
        assertTrue(answer.get().text().contains("Well met!"));
      }
    }
  }

  @Test
  void a_game_that_hangs_up_ends_the_call() throws IOException {
    Semaphore gate = new Semaphore(4);
    backend.answer(_ -> reply("a ", "b ", "c ", "d ", "e ").gate(gate));
    try (RawClient game = new RawClient(proxy.port())) {
      game.post(CHAT, hello(",\"stream\":true"));
      until("the upstream was asked", () -> !backend.asked().isEmpty());
    }
    until("the upstream saw the end", () -> backend.upstream().cuts().tryAcquire());
  }

  private RawClient.Answer refused(int status, String body) throws IOException {
    backend.answer(_ -> status(status).body(body));
    // Not streamed: a stream is opened when a busy machine has been silent for three seconds.
    return proxy.post(CHAT, hello(""));
  }

  @Test
  void what_goes_wrong_upstream_has_a_fitting_status_and_never_401() throws IOException {
    for (int code : List.of(401, 403)) {
      RawClient.Answer login = refused(code, "{\"detail\":\"no\"}");
      assertEquals(503, login.status(), login.text());
      assertEquals("upstream_auth", error(login).at("code").string());
      assertTrue(error(login).at("message").string().contains("codex login"));
      assertTrue(login.header("Retry-After") != null);
    }
    RawClient.Answer many = refused(429, "{\"detail\":\"slow down\"}");
    assertEquals(429, many.status(), many.text());
    assertTrue(many.header("Retry-After") != null);
    RawClient.Answer unknown = refused(404, """
        {"error":{"message":"The model does not exist","code":"model_not_found"}}""");
    assertEquals(404, unknown.status(), unknown.text());
    assertEquals("model_not_found", error(unknown).at("code").string());
    assertTrue(error(unknown).at("message").string().contains("gpt-6-luna"));
    RawClient.Answer tools = proxy.post(CHAT, hello("""
        ,"tools":[{"type":"function","function":{"name":"f"}}]"""));
    assertEquals(400, tools.status());
    assertEquals("unsupported_in_cli_mode", error(tools).at("code").string());
  }

  @Test
  void an_answer_that_breaks_in_the_middle_ends_in_an_error_event() throws IOException {
    int[] tries = {0};
    backend.answer(_ -> tries[0]++ == 0 ? reply("Well met, ", "tra", "veler").dropAfter(4)
        : reply("Hello ", "there"));
    RawClient.Answer answer = proxy.post(CHAT, hello(",\"stream\":true"));
    assertEquals(200, answer.status());
    assertTrue(answer.text().contains("data: {\"error\":"), answer.text());
    assertFalse(answer.text().contains("[DONE]"), answer.text());
  }

  @Test
  void models_and_health_show_codex() throws IOException {
    until("ready", () -> codex.health().ready());
    RawClient.Answer models = proxy.ask("GET /v1/models");
    for (String id : List.of("gpt-6-luna", "gpt-5.5", "gpt-5.3-codex", "gpt-5.1-codex-max")) {
      assertTrue(models.text().contains("\"" + id + "\""), models.text());
    }
    Cursor health = Cursor.of(Json.parse(proxy.ask("GET /health").body()));
    assertTrue(health.at("codex").at("auth_cached").bool());
    assertFalse(health.at("codex").at("token_expired").bool());
    assertTrue(health.at("codex").at("error").isMissing());
  }
}
