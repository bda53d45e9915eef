package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// The data that the page reads and changes, over HTTP.
final class DashboardApiTest {
  private static final String QUESTION = """
      {"model":"demo","messages":[{"role":"user",\
      "content":"You are Hroki, in Skyrim. Respond in character now."}]}""";

  @TempDir
  static Path folder;
  private static Program proxy;

  @BeforeAll
  static void start() throws Exception {
    proxy = Program.listening(folder, "--config", "config.json");
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  @Test
  void the_page_and_its_parts_are_sent_with_a_policy_that_lets_nothing_else_in() throws Exception {
    for (String path : new String[] {"/", "/dashboard/dashboard.css", "/dashboard/core.js"}) {
      var page = proxy.get(path);
      assertEquals(200, page.statusCode());
      String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
      assertFalse(policy.contains("unsafe"), policy);
      String tag = page.headers().firstValue("ETag").orElseThrow();
      assertEquals(304, proxy.get(path, "If-None-Match", tag).statusCode());
    }
  }

  @Test
  void the_whole_page_is_small() throws Exception {
    String html = proxy.get("/").body();
    int size = html.length();
    for (String part : Dashboard.pages().keySet()) {
      if (part.equals("/")) continue;
      assertTrue(part.endsWith(".json") || html.contains(part), part + " needs a second round");
      size += proxy.get(part).body().length();
    }
    assertTrue(size < 115_000, size + " bytes");
  }

  @Test
  void a_request_is_counted_and_can_be_looked_at() throws Exception {
    assertEquals(200, proxy.post("/v1/chat/completions", QUESTION).statusCode());
    Cursor stats = proxy.json("/stats");
    Cursor last = stats.at("recent").at(0);
    assertEquals("dialogue", last.at("job").string());
    assertEquals("demo", last.at("model").string());
    assertEquals("answered", last.at("outcome").string());
    long id = last.at("id").integer();
    assertEquals(0, proxy.json("/stats?after=" + id).at("recent").array().size());
    assertEquals("demo", proxy.json("/stats?id=" + id).at("model").string());
    assertEquals(400, proxy.get("/stats?id=999999").statusCode());
    assertEquals(400, proxy.get("/stats?after=x").statusCode());
  }

  @Test
  void settings_are_changed_and_wrong_ones_refused_in_words() throws Exception {
    assertEquals(200, proxy.post("/config/jobs", "{\"jobs\":{\"mood\":\"demo\"}}").statusCode());
    assertEquals("demo", proxy.json("/stats").at("settings").at("jobs").at("mood").string());
    assertEquals(200, proxy.post("/config/claude-mode", "{\"mode\":\"cli\"}").statusCode());
    assertEquals("cli", proxy.json("/stats").at("settings").at("claude_mode").string());
    var wrong = proxy.post("/config/claude-mode", "{\"mode\":\"magic\"}");
    assertEquals(400, wrong.statusCode());
    assertFalse(Cursor.of(Json.parse(wrong.body())).at("error").at("message").string().isBlank());
    wrong = proxy.post("/config/jobs", "{\"jobs\":{\"mood\":\"auto\"}}");
    assertEquals(400, wrong.statusCode());
    assertTrue(wrong.body().contains("\"param\":\"jobs\""), wrong.body());
    wrong = proxy.post("/config/jobs", "{\"jobs\":{\"moody\":\"demo\"}}");
    assertEquals(400, wrong.statusCode());
    Cursor error = Cursor.of(Json.parse(wrong.body())).at("error");
    assertEquals("jobs.moody", error.at("param").string());
    for (Map.Entry<String, String> each : Map.of(
        "limits", "{\"provider\":\"x\"}", "servers", "{\"find\":false}",
        "scenes", "{\"delete_all\":false}").entrySet()) {
      wrong = proxy.post("/config/" + each.getKey(), each.getValue());
      assertTrue(wrong.body().contains("\"code\":\"invalid_value\""), wrong.body());
    }
    assertEquals(400, proxy.post("/config/jobs", "{}").statusCode());
    assertEquals("cli", proxy.json("/stats").at("settings").at("claude_mode").string());
  }

  @Test
  void a_server_is_added_kept_in_the_file_and_removed() throws Exception {
    assertEquals(200, proxy.post("/config/server", "{\"name\":\"ollama\",\"base_url\":"
        + "\"http://127.0.0.1:9/v1\",\"api_key\":\"secret-of-ollama\"}").statusCode());
    Cursor stats = proxy.json("/stats");
    Cursor server = stats.at("providers").at(3);
    assertEquals("ollama", server.at("name").string());
    assertEquals("http://127.0.0.1:9/v1", server.at("base_url").string());
    assertFalse(server.at("warm").bool());
    assertFalse(server.at("warm_helps").bool());
    assertEquals(200,
        proxy.post("/config/server", "{\"name\":\"ollama\",\"warm\":true}").statusCode());
    server = proxy.json("/stats").at("providers").at(3);
    assertTrue(server.at("warm").bool());
    assertEquals("http://127.0.0.1:9/v1", server.at("base_url").string());
    assertEquals(400,
        proxy.post("/config/server", "{\"name\":\"other\",\"warm\":true}").statusCode());
    assertFalse(stats.json().toString().contains("secret-of-ollama"));
    String file = Files.readString(folder.resolve("config.json"));
    assertTrue(file.contains("secret-of-ollama"), file);
    assertEquals(200,
        proxy.post("/config/server", "{\"name\":\"ollama\",\"remove\":true}").statusCode());
    assertEquals("demo", proxy.json("/stats").at("providers").at(3).at("name").string());
    assertEquals(400, proxy.post("/config/server",
        "{\"name\":\"a:b\",\"base_url\":\"http://127.0.0.1:9/v1\"}").statusCode());
    assertEquals(400, proxy.post("/config/server",
        "{\"name\":\"x\",\"base_url\":\"nonsense\"}").statusCode());
  }

  @Test
  void an_address_is_tried_before_it_is_kept_and_what_it_was_taken_for_is_said() throws Exception {
    try (FakeUpstream server = new FakeUpstream()) {
      server.answer(request -> request.path().equals("/v1/models")
          ? FakeUpstream.json("{\"data\":[{\"id\":\"m\"}]}") : FakeUpstream.status(404));
      var added = proxy.post("/config/server", "{\"name\":\"typed\",\"base_url\":\" 127.0.0.1:"
          + server.port() + "/chat/completions\"}");
      assertEquals(200, added.statusCode());
      Cursor answer = Cursor.of(Json.parse(added.body()));
      assertEquals(server.url() + "/v1", answer.at("base_url").string());
      assertEquals("Saved. Taken for " + server.url() + "/v1.", answer.at("message").string());
      assertTrue(Files.readString(folder.resolve("config.json")).contains(server.url() + "/v1"));
    }
    assertEquals(200,
        proxy.post("/config/server", "{\"name\":\"typed\",\"remove\":true}").statusCode());
  }

  @Test
  void texts_are_kept_when_that_is_wanted() throws Exception {
    assertEquals(200, proxy.post("/config/texts", "{\"keep\":true}").statusCode());
    proxy.post("/v1/chat/completions", QUESTION);
    long id = proxy.json("/stats").at("last_id").integer();
    Cursor whole = proxy.json("/stats?id=" + id);
    assertTrue(whole.at("prompt").string().contains("You are Hroki"));
    assertFalse(whole.at("answer").string().isBlank());
    assertEquals(200, proxy.post("/config/texts", "{\"keep\":false}").statusCode());
    assertTrue(proxy.json("/stats?id=" + id).at("prompt").isMissing());
  }

  @Test
  void what_looks_like_a_credential_goes_to_the_model_and_is_not_shown() throws Exception {
    String key = "sk-or-v1-made-up-0123456789";
    try (FakeUpstream server = new FakeUpstream()) {
      server.answer(request -> FakeUpstream.json("""
          {"choices":[{"message":{"role":"assistant","content":"It is %s."},\
          "finish_reason":"stop"}]}""".formatted(key)));
      proxy.post("/config/server",
          "{\"name\":\"echo\",\"base_url\":\"" + server.url() + "/v1\"}");
      proxy.post("/config/texts", "{\"keep\":true}");
      var answer = proxy.post("/v1/chat/completions", """
          {"model":"echo:m","user":"%1$s","messages":[{"role":"system","content":"data: %1$s"},\
          {"role":"user","content":[{"type":"text","text":"My key is %1$s."}]}]}"""
          .formatted(key));
      assertTrue(answer.body().contains("It is " + key), answer.body());
      assertTrue(server.requests().stream()
          .anyMatch(request -> request.text().contains("My key is " + key)));
    }
    Cursor kept = proxy.json("/stats?id=" + proxy.json("/stats").at("last_id").integer());
    assertTrue(kept.at("prompt").string().contains("My key is ***"), kept.toString());
    assertTrue(kept.at("answer").string().startsWith("It is ***"), kept.toString());
    assertFalse(kept.toString().contains("made-up"), kept.toString());
    proxy.post("/config/texts", "{\"keep\":false}");
    proxy.post("/config/server", "{\"name\":\"echo\",\"remove\":true}");
  }

  @Test
  void only_json_is_taken() throws Exception {
    var plain = proxy.postPlain("/config/figures", "{\"delete\":true}");
    assertEquals(415, plain.statusCode());
    assertEquals(405, proxy.get("/config/figures").statusCode());
  }
}
