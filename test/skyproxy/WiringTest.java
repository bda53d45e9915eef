package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// That the parts fit together: what is set reaches the upstream that it is meant for.
final class WiringTest {
  private static final String COMPLETION = """
      {"id":"x","object":"chat.completion",\
      "model":"m","choices":[{"index":0,"message":{"role":"assistant",\
      "content":"Aye."},"finish_reason":"stop"}]}""";
  private static final String MESSAGE = """
      {"id":"m","type":"message","role":"assistant",\
      "model":"claude-x","content":[{"type":"text","text":"Aye."}],\
      "stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}""";

  @TempDir
  private Path folder;
  private FakeUpstream upstream;

  @BeforeEach
  void start() {
    upstream = new FakeUpstream();
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  private Program program(String config, String... arguments) throws IOException {
    Files.writeString(folder.resolve("c.json"), config);
    String[] all = new String[arguments.length + 2];
    all[0] = "--config";
    all[1] = "c.json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Program.listening(folder, all);
  }

  private static RawClient.Answer ask(Program program, String model) throws IOException {
    return post(program, "/v1", "{\"model\":\"" + model
        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
  }

  private static RawClient.Answer post(Program program, String path, String json)
      throws IOException {
    try (RawClient client = program.client()) {
      return client.post(path, json, "Content-Type: application/json",
          "Authorization: Bearer of-the-game").answer();
    }
  }

  /// The last request that a reply was asked with.
  private FakeUpstream.Received asked() {
    return upstream.requests().stream().filter(each -> each.method().equals("POST"))
        .reduce((_, last) -> last).orElseThrow();
  }

  @Test
  void a_key_for_openrouter_is_used_from_the_next_request_on() throws Exception {
    upstream.answer(FakeUpstream.json(COMPLETION));
    try (Program program = program("{}", "--openrouter-url", upstream.url() + "/v1")) {
      assertEquals(503, ask(program, "openai/gpt").status());
      assertEquals("{\"status\":\"saved\"}",
          post(program, "/config/openrouter-key", "{\"key\":\"sk-or-1\"}").text());
      assertEquals(200, ask(program, "openai/gpt").status());
      assertEquals("Bearer sk-or-1", asked().header("authorization"));
      post(program, "/config/openrouter-key", "{\"key\":\"sk-or-2\"}");
      assertEquals(200, ask(program, "openai/gpt").status());
      assertEquals("Bearer sk-or-2", asked().header("authorization"));
      assertEquals("{\"status\":\"cleared\"}",
          post(program, "/config/openrouter-key", "{\"key\":\" \"}").text());
      assertEquals(503, ask(program, "openai/gpt").status());
      assertFalse(program.stderr().contains("sk-or-"), program.stderr());
    }
  }

  @Test
  void a_limit_holds_for_the_provider_that_it_was_set_for() throws Exception {
    upstream.answer(FakeUpstream.silence());
    try (Program program = program("""
        {"openrouter_api_key":"sk-or-1","limits":\
        {"openrouter":{"first_token_seconds":0.2}},"providers":{"mine":{\
        "base_url":"%s/v1","first_token_seconds":0.2}}}""".formatted(upstream.url()),
        "--openrouter-url", upstream.url() + "/v1")) {
      // Without the limit the stream would be opened, and be a 200, long before its end.
      for (String model : new String[] {"vendor/model", "mine:model"}) {
        assertEquals(504, post(program, "/v1", "{\"stream\":true,\"model\":\"" + model
            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}").status());
      }
    }
  }

  @Test
  void a_mode_that_is_none_is_refused_also_where_another_one_takes_precedence() throws Exception {
    try (Program program = program("{}", "--claude-mode", "cli")) {
      assertEquals(400, post(program, "/config/claude-mode", "{\"mode\":\"magic\"}").status());
      assertEquals("{}", Files.readString(folder.resolve("c.json")));
      RawClient.Answer saved = post(program, "/config/claude-mode", "{\"mode\":\"api-key\"}");
      assertTrue(saved.text().contains("takes precedence"), saved.text());
      assertEquals("cli", health(program).at("claude").at("mode").string());
    }
  }

  @Test
  void a_configured_server_is_asked_by_its_name_and_by_an_alias() throws Exception {
    upstream.answer(FakeUpstream.json(COMPLETION));
    try (Program program = program("""
        {"aliases":{"lydia":"mine:qwen"},"providers":{"mine":\
        {"base_url":"%s/v1","api_key":" of-mine "}}}""".formatted(upstream.url()))) {
      for (String model : new String[] {"mine:qwen", "lydia", "nobody/x > mine:qwen"}) {
        assertEquals(200, ask(program, model).status());
        assertEquals("/v1/chat/completions", asked().path());
        assertEquals("Bearer of-mine", asked().header("authorization"));
        assertEquals("qwen", Cursor.of(asked().json()).at("model").string());
      }
    }
  }

  @Test
  void auto_stands_for_the_model_of_the_job_and_no_model_for_the_default() throws Exception {
    upstream.answer(FakeUpstream.json(COMPLETION));
    try (Program program = program("""
        {"default_model":"mine:usual","jobs":{"other":\
        "mine:qwen"},"providers":{"mine":{"base_url":"%s/v1"}}}""".formatted(upstream.url()))) {
      assertEquals(200, ask(program, "auto").status());
      assertEquals("qwen", Cursor.of(asked().json()).at("model").string());
      assertEquals(200, ask(program, " , ").status());
      assertEquals("usual", Cursor.of(asked().json()).at("model").string());
    }
  }

  @Test
  void claude_is_reached_with_a_key_at_the_address_that_was_set() throws Exception {
    upstream.answer(FakeUpstream.json(MESSAGE));
    try (Program program = program("{\"anthropic_api_key\":\"sk-ant-1\"}",
        "--anthropic-url", upstream.url())) {
      ask(program, "claude-x");
      assertEquals("sk-ant-1", asked().header("x-api-key"));
      assertNull(asked().header("authorization"), "that is the game's own");
      Cursor health = health(program);
      assertEquals("api-key", health.at("claude").at("mode").string());
      assertEquals("healthy", health.at("status").string());
    }
  }

  @Test
  void with_nothing_set_up_only_the_demo_answers_and_health_says_what_to_do() throws Exception {
    try (Program program = program("{}")) {
      assertEquals(200, ask(program, "demo").status());
      for (String model : new String[] {"claude-x", "gpt-x", "a/b"}) {
        RawClient.Answer answer = ask(program, model);
        assertEquals(503, answer.status(), answer.text());
        assertTrue(answer.header("retry-after") != null);
      }
      Cursor health = health(program);
      assertEquals("unconfigured", health.at("status").string());
      assertFalse(health.at("claude").at("error").string().isBlank());
      assertFalse(health.at("codex").at("error").string().isBlank());
      assertFalse(health.at("openrouter_configured").bool());
    }
  }

  private static Cursor health(Program program) throws IOException {
    try (RawClient client = program.client()) {
      client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return Cursor.of(Json.parse(client.answer().body()));
    }
  }
}
