package skyproxy.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Program;

/// Scenes over HTTP, and in a terminal, with the real jar.
@Tag("slow")
final class ScenesApiTest {
  private static final String MOOD = """
      {"model":"demo","messages":[{"role":"system","content":"You are an AI mood analyzer for\
       Skyrim. %s"},{"role":"user","content":"Respond with ONLY the most appropriate mood."}]}""";

  @TempDir
  private Path folder;
  private Program proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = Program.listening(folder, "--config", "config.json");
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Cursor post(int status, String body) throws Exception {
    var answer = proxy.post("/config/scenes", body);
    assertEquals(status, answer.statusCode(), answer.body());
    return Cursor.of(Json.parse(answer.body()));
  }

  private long ask(String words) throws Exception {
    assertEquals(200, proxy.post("/v1/chat/completions", MOOD.formatted(words)).statusCode());
    Cursor stats = proxy.json("/stats");
    while (stats.at("running").integer() > 0) stats = proxy.json("/stats");
    return stats.at("last_id").integer();
  }

  private List<Cursor> scenes() throws Exception {
    return proxy.json("/config/scenes").at("scenes").array();
  }

  @Test
  void a_request_is_kept_whole_when_its_texts_are() throws Exception {
    long unkept = ask("early");
    assertEquals("not_found", post(404, "{\"keep\":" + unkept + ",\"name\":\"x\"}")
        .at("error").at("code").string());
    proxy.post("/config/texts", "{\"keep\":true}");
    String large = "y".repeat(150_000);
    long id = ask(large);
    post(200, "{\"keep\":" + id + ",\"name\":\"Mood\"}");
    assertEquals("mood", scenes().getFirst().at("job").string());
    assertTrue(post(200, "{\"scene\":\"Mood\"}").at("request").json().toString().contains(large));
    assertFalse(proxy.json("/stats?id=" + id).at("prompt").string().contains(large));
    assertTrue(Files.exists(folder.resolve("config-scenes.json")));
    post(200, "{\"delete\":\"Mood\"}");
    assertEquals(List.of(), scenes());
  }

  @Test
  void memory_holds_sixteen_megabytes_of_texts_at_most() throws Exception {
    proxy.post("/config/texts", "{\"keep\":true}");
    String large = "y".repeat(3_000_000);
    for (int i = 0; i < 4; i++) ask(large);
    List<Cursor> recent = proxy.json("/stats").at("recent").array();
    assertEquals(List.of(true, true, false, false),
        recent.stream().map(each -> each.at("texts").bool()).toList());
  }

  @Test
  void answers_are_judged_and_votes_counted() throws Exception {
    post(200, "{\"import\":{\"name\":\"Mood\",\"request\":" + MOOD.formatted("") + "}}");
    Cursor right = post(200, "{\"judge\":\"Mood\",\"answer\":\"HAPPY\"}");
    assertTrue(right.at("form_kept").bool());
    assertFalse(post(200, "{\"judge\":\"Mood\",\"answer\":\"Well, happy.\"}").at("form_kept")
        .bool());
    String played = "\"played\":[{\"model\":\"a\",\"first_word_ms\":10},{\"model\":\"b\"}]";
    post(200, "{\"vote\":\"Mood\",\"winner\":\"a\"," + played + "}");
    post(400, "{\"vote\":\"Mood\",\"winner\":\"z\"," + played + "}");
    assertEquals(1, scenes().getFirst().at("votes").array().size());
    post(200, "{\"delete_votes\":true}");
    assertEquals(0, scenes().getFirst().at("votes").array().size());
    post(200, "{\"delete_all\":true}");
    assertEquals(List.of(), scenes());
  }

  @Test
  void what_makes_no_sense_is_refused_by_name() throws Exception {
    for (Map.Entry<String, String> wrong : Map.of("{}", "missing_field",
        "{\"keep\":\"x\",\"name\":\"y\"}", "invalid_type",
        "{\"import\":{\"name\":\"y\"}}", "missing_field",
        "{\"import\":{\"name\":\"y\",\"request\":{\"messages\":[{\"role\":\"king\"}]}}}",
        "invalid_value", "{\"delete_all\":false}", "invalid_value").entrySet()) {
      assertEquals(wrong.getValue(),
          post(400, wrong.getKey()).at("error").at("code").string(), wrong.getKey());
    }
    assertEquals(415, proxy.postPlain("/config/scenes", "{\"delete_all\":true}").statusCode());
  }

  @Test
  void a_terminal_run_asks_the_proxy_that_is_there_and_else_one_of_its_own() throws Exception {
    Path file = Files.writeString(folder.resolve("two.json"), "{\"scenes\":["
        + "{\"name\":\"One\",\"request\":" + MOOD.formatted("1") + "},"
        + "{\"name\":\"Two\",\"request\":" + MOOD.formatted("2") + "}]}");
    for (String port : List.of(Integer.toString(proxy.port()), "0")) {
      long before = proxy.json("/stats").at("last_id").integer();
      Path own = Files.createDirectories(folder.resolve("run" + port));
      try (Program run = Program.start(own, Map.of(), "--config", "config.json", "--claude", "off",
          "--codex", "off", "--port", port, "--try-scenes", file.toString(),
          "--models", "demo, local:nobody")) {
        String said = run.stdout();
        assertEquals(0, run.exitStatus(), run.stderr());
        assertTrue(said.contains("One, demo: first word "), said);
        assertTrue(said.contains("demo               2/2     0/2"), said);
        assertTrue(said.contains("local:nobody       0/2     0/2"), said);
      }
      Cursor results =
          Cursor.of(Json.parse(Files.readString(folder.resolve("two-results.json"))));
      assertEquals(4, results.at("results").array().size());
      assertEquals("mood", results.at("results").at(0).at("job").string());
      assertFalse(results.at("results").at(1).at("error").isMissing());
      long asked = proxy.json("/stats").at("last_id").integer() - before;
      assertEquals(port.equals("0") ? 0 : 4, asked);
    }
  }

  @Test
  void a_terminal_run_says_what_it_can_not_use() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.json"), "{\"name\":\"x\"}");
    for (Map.Entry<String, Integer> each : Map.of(bad.toString(), 1,
        folder.resolve("none.json").toString(), 1).entrySet()) {
      try (Program run = Program.start(folder, Map.of(), "--config", "other.json", "--port", "0",
          "--claude", "off", "--codex", "off", "--try-scenes", each.getKey(), "--models", "demo")) {
        assertEquals(each.getValue(), run.exitStatus());
        assertTrue(run.stderr().contains(each.getKey()), run.stderr());
      }
    }
    try (Program run = Program.start(folder, Map.of(), "--try-scenes", bad.toString())) {
      assertEquals(2, run.exitStatus());
      assertTrue(run.stderr().contains("--models"), run.stderr());
    }
  }
}
