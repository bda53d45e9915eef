package skyproxy.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Health;
import skyproxy.chat.Reply;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The lines of the demo, which behaves like a model.
final class DemoProviderTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final DemoProvider demo = new DemoProvider(Duration.ZERO);

  private static ChatRequest request(String said, String members) {
    return ChatRequest.parse((Json.Obj) Json.parse("""
        {"messages":[{"role":"user","content":%s}]%s}"""
        .formatted(said, members)), ChatRequest.Caller.UNKNOWN);
  }

  private static ChatRequest request(String said) {
    return request(new Json.Str(said).toString(), "");
  }

  private List<Event> events(ChatRequest request) {
    List<Event> events = new ArrayList<>();
    try (Reply reply = demo.open(request)) {
      for (Event event; (event = reply.next(LONG)) != null; ) events.add(event);
    }
    return events;
  }

  private static String text(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      if (event instanceof Event.Text(var delta)) text.append(delta);
    }
    return text.toString();
  }

  private static Event.Finish finish(List<Event> events) {
    return (Event.Finish) events.getLast();
  }

  @Test
  void every_line_says_that_it_is_the_demo_and_there_are_several() {
    Set<String> lines = new HashSet<>();
    for (int i = 0; i < 100; i++) lines.add(text(events(request("Hello " + i))));
    assertTrue(lines.size() >= 5, "several lines");
    for (String line : lines) {
      assertTrue(line.contains("demo"), line);
      assertTrue(line.length() < 200, "short");
    }
  }

  @Test
  void the_same_words_get_the_same_line() {
    assertEquals(text(events(request("Who goes?"))), text(events(request("Who goes?"))));
  }

  @Test
  void the_line_comes_word_by_word_and_is_counted() {
    List<Event> events = events(request("Hi"));
    String text = text(events);
    assertEquals(text.split(" ").length, events.size() - 1);
    assertEquals(FinishReason.STOP, finish(events).reason());
    assertEquals(Math.max(events.size() - 1, text.length() / 5),
        finish(events).usage().completion());
    assertTrue(finish(events).usage().prompt() > 0);
  }

  @Test
  void the_limit_of_tokens_holds() {
    List<Event> events = events(request("\"Hi\"", ",\"max_tokens\":3"));
    assertEquals(4, events.size());
    assertEquals(FinishReason.LENGTH, finish(events).reason());
    assertEquals(3, finish(events).usage().completion());
  }

  @Test
  void a_stop_sequence_ends_the_line_and_is_not_said() {
    String whole = text(events(request("Hi")));
    List<Event> events = events(request("\"Hi\"", ",\"stop\":[\"nowhere in it\",\"demo\"]"));
    assertEquals(whole.substring(0, whole.indexOf("demo")).stripTrailing(),
        text(events).stripTrailing());
    assertEquals(FinishReason.STOP, finish(events).reason());
  }

  @Test
  void a_picture_is_noticed() {
    String line = text(events(request("[{\"type\":\"text\",\"text\":\"What is this?\"},"
        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]", "")));
    assertTrue(line.contains("picture") && line.contains("demo"), line);
  }

  @Test
  void json_is_json_when_asked_for() {
    Json json = Json.parse(text(events(
        request("\"Hi\"", ",\"response_format\":{\"type\":\"json_object\"}"))));
    assertTrue(Cursor.of(json).at("demo").bool());
    assertTrue(Cursor.of(json).at("text").string().contains("demo"));
  }

  @Test
  void json_fits_the_schema() {
    Cursor json = Cursor.of(Json.parse(text(events(request("\"Hi\"", """
        ,"response_format":{"type":"json_schema","json_schema":{"name":"memory","schema":{
          "type":"object","required":["content","kind","weight","tags","who","open","sub","n"],
          "properties":{"content":{"type":"string"},"kind":{"enum":["event","fact"]},
            "weight":{"type":"number","minimum":0.5},"who":{"$ref":"#/$defs/npc"},
            "tags":{"type":"array","minItems":2,"items":{"type":"string"}},
            "open":{"type":["boolean","null"]},"left":{"type":"string"},
            "sub":{"anyOf":[{"const":7},{"type":"null"}]},"n":{"type":"null"}},
          "$defs":{"npc":{"type":"object","required":["name"],
            "properties":{"name":{"type":"string"}}}}}}}""")))));
    assertTrue(json.at("content").string().contains("demo"));
    assertEquals("event", json.at("kind").string());
    assertEquals(0.5, json.at("weight").number());
    assertEquals(2, json.at("tags").array().size());
    assertTrue(json.at("who").at("name").isString());
    assertTrue(json.at("open").bool());
    assertEquals(7, json.at("sub").integer());
    assertSame(Json.NULL, json.at("n").json());
    assertNull(json.at("left").json());
  }

  @Test
  void a_schema_without_end_ends() {
    String json = text(events(request("\"Hi\"", """
        ,"response_format":{"type":"json_schema","json_schema":{"name":"loop","schema":{
          "type":"object","required":["next"],"properties":{"next":{"$ref":"#"}}}}}""")));
    assertTrue(Json.parse(json) instanceof Json.Obj);
  }

  @Test
  void between_two_words_it_is_quiet() {
    DemoProvider slow = new DemoProvider(Duration.ofMinutes(10));
    try (Reply reply = slow.open(request("Hi"))) {
      assertTrue(reply.next(LONG) instanceof Event.Text);
      assertSame(Event.QUIET, reply.next(Duration.ofMillis(1)));
      assertSame(Event.QUIET, reply.next(Duration.ZERO));
    }
  }

  @Test
  void a_closed_reply_has_nothing_more_to_say() {
    Reply reply = demo.open(request("Hi"));
    reply.close();
    reply.close();
    assertNull(reply.next(LONG));
  }

  @Test
  void it_is_always_ready_and_listed() {
    assertEquals(Health.State.READY, demo.health().state());
    assertEquals("demo", demo.models().getFirst().id());
    assertFalse(demo.models().getFirst().ownedBy().isBlank());
  }
}
