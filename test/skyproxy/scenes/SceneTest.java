package skyproxy.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.ChatException;
import skyproxy.chat.Job;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Leaks;

/// Requests on their way to becoming scenes.
final class SceneTest {
  private static final Instant NOW = Instant.parse("2026-11-26T20:00:00Z");

  private static Json.Obj request(String members, String content) {
    return (Json.Obj) Json.parse("{" + members + "\"messages\":[{\"role\":\"user\",\"content\":"
        + content + "}]}");
  }

  @Test
  void only_what_makes_the_scene_is_kept() {
    Scene scene = Scene.of(" Gate ", request("""
        "model":"gpt-expensive","models":["x"],"provider":{"order":["y"]},"route":"fallback",\
        "user":"me","stream":true,"temperature":0.7,"max_tokens":100,"api_key":"k",""",
        "\"Hello\""), NOW);
    assertEquals("Gate", scene.name());
    assertEquals(List.of("temperature", "max_tokens", "messages"),
        List.copyOf(scene.request().members().keySet()));
    Json.Obj asked = scene.asked("demo");
    assertEquals(new Json.Str("demo"), asked.get("model"));
    assertEquals(new Json.Bool(true), asked.get("stream"));
  }

  @Test
  void no_credential_is_kept() {
    Scene scene = Scene.of("Leaky", request("", new Json.Str(Leaks.WORDS).toString()), NOW);
    Leaks.assertNone(scene.json().toString());
    Leaks.assertNone(scene.export(Map.of()).toString());
  }

  @Test
  void large_pictures_and_those_that_lie_elsewhere_are_left_out() {
    String small = "data:image/png;base64,AAAA";
    String large = "data:image/png;base64," + "A".repeat(2_700_000);
    Scene scene = Scene.of("Seen", request("", """
        [{"type":"text","text":"Look."},{"type":"image_url","image_url":{"url":"%s"}},\
        {"type":"image_url","image_url":{"url":"%s"}},\
        {"type":"image_url","image_url":"http://127.0.0.1:1/x.png"}]""".formatted(small, large)),
        NOW);
    Cursor parts = Cursor.of(scene.request()).at("messages").at(0).at("content");
    assertEquals(small, parts.at(1).at("image_url").at("url").string());
    assertEquals("[A picture of over 2 MB.]", parts.at(2).at("text").string());
    assertEquals("[A picture that lies elsewhere.]", parts.at(3).at("text").string());
    assertEquals(4, parts.array().size());
  }

  @Test
  void the_job_is_recognised_and_not_believed() {
    Json.Obj theirs = Json.Obj.builder().put("name", "x").put("job", "diary").put("request",
        request("", "\"Hello there\"")).build();
    assertEquals(Job.OTHER, Scene.read(Cursor.of(theirs), NOW).job());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\nb", "a\u0007"})
  void a_name_is_one_line_of_text(String name) {
    assertThrows(ChatException.class, () -> Scene.of(name, request("", "\"x\""), NOW));
  }

  @Test
  void a_name_has_eighty_letters_at_most() {
    assertThrows(ChatException.class, () -> Scene.of("x".repeat(81), request("", "\"x\""), NOW));
    assertEquals(80, Scene.of("x".repeat(80), request("", "\"x\""), NOW).name().length());
  }

  @Test
  void what_is_no_request_is_no_scene() {
    assertThrows(ChatException.class,
        () -> Scene.of("x", (Json.Obj) Json.parse("{\"messages\":[]}"), NOW));
    assertThrows(Cursor.Mismatch.class,
        () -> Scene.read(Cursor.of(Json.parse("{\"name\":\"x\"}")), NOW));
  }

  @Test
  void an_export_has_other_names_in_whole_words_and_nothing_of_the_player() {
    Scene scene = Scene.of("Tavi at the gate", request("", "\"TAVI: Tavinda, is Łukasz here? "
        + "Łukasz!\""), NOW).with(new Vote(NOW, null, List.of()));
    Json.Obj out = scene.export(Map.of("Tavi", "Person $1", "łukasz", "Person 2"));
    assertEquals("Person $1 at the gate", ((Json.Str) out.get("name")).value());
    assertEquals("Person $1: Tavinda, is Person 2 here? Person 2!", Cursor.of(out).at("request")
        .at("messages").at(0).at("content").string());
    assertFalse(out.toString().contains("votes"));
    assertEquals("Person $1 at the gate", Scene.read(Cursor.of(out), NOW).name());
  }

  @Test
  void ten_votes_are_kept_of_a_scene() {
    Scene scene = Scene.of("x", request("", "\"x\""), NOW);
    for (int i = 0; i < 12; i++) scene = scene.with(new Vote(NOW.plusSeconds(i), null, List.of()));
    assertEquals(10, scene.votes().size());
    assertEquals(NOW.plusSeconds(11), scene.votes().getLast().when());
  }

  @Test
  void what_is_written_is_read_again() {
    Played one = new Played("a", 120L, 900, 31, 7, 0.0125, true);
    Played other = new Played("b", null, 900, 0, 0, null, false);
    Scene scene = Scene.of("x", request("\"max_tokens\":9,", "\"x\""), NOW)
        .with(new Vote(NOW, "a", List.of(one, other)));
    assertEquals(scene, Scene.kept(Cursor.of(Json.parse(scene.json().toString()))));
  }

  @Test
  void a_vote_is_for_one_of_those_who_played() {
    String two = "\"played\":[{\"model\":\"a\"},{\"model\":\"b\"}]";
    Vote vote = Vote.read(Cursor.of(Json.parse("{\"winner\":\"b\"," + two + "}")), NOW);
    assertEquals("b", vote.winner());
    for (String wrong : List.of("{\"winner\":\"c\"," + two + "}", "{\"played\":[]}",
        "{\"played\":[{\"model\":\"a\"}]}")) {
      assertThrows(Cursor.Mismatch.class, () -> Vote.read(Cursor.of(Json.parse(wrong)), NOW));
    }
    assertTrue(Vote.read(Cursor.of(Json.parse("{" + two + "}")), NOW).winner() == null);
  }
}
