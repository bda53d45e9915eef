package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// Thoughts stay out of what is spoken, in our own events and in an upstream's chunks alike.
final class ThoughtFilterTest {
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);

  static Chunk chunk(String delta) {
    return chunk(delta, "null");
  }

  static Chunk chunk(String delta, String finish) {
    return body("""
        {"id":"c1","x":1.50,"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}"""
        .formatted(delta, finish));
  }

  private static Chunk body(String json) {
    return Chunk.of((Json.Obj) Json.parse(json), json);
  }

  private static List<Event> through(boolean shown, Event... events) {
    ThoughtFilter filter = new ThoughtFilter(shown, false);
    List<Event> out = new ArrayList<>();
    for (Event event : events) filter.accept(event, out::add);
    return out;
  }

  private static String spoken(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      if (event instanceof Event.Text(var delta)) text.append(delta);
      if (event instanceof Chunk chunk) text.append(chunk.text());
    }
    return text.toString();
  }

  @Test
  void thoughts_are_dropped_unless_they_were_asked_for() {
    Event thought = new Event.Reasoning("hm");
    Event text = new Event.Text("Aye.");
    assertEquals(List.of(text, END), through(false, thought, text, END));
    assertEquals(List.of(thought, text, END), through(true, thought, text, END));
  }

  @Test
  void tags_of_thinking_are_thoughts_at_any_cut() {
    String text = "<think>He lies.</think>\n\nAye, <internal_thought>no</internal_thought>.";
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      Event[] own = pieces.stream().filter(piece -> !piece.isEmpty()).map(Event.Text::new)
          .toArray(Event[]::new);
      Event[] theirs = pieces.stream()
          .map(piece -> chunk("{\"content\":" + new Json.Str(piece) + "}")).toArray(Event[]::new);
      for (Event[] events : List.of(own, theirs)) {
        ThoughtFilter filter = new ThoughtFilter(false, false);
        List<Event> out = new ArrayList<>();
        for (Event event : events) filter.accept(event, out::add);
        filter.accept(own == events ? END : chunk("{}", "\"stop\""), out::add);
        assertEquals("Aye, <internal_thought>no</internal_thought>.", spoken(out));
      }
    }
  }

  @Test
  void a_chunk_without_thoughts_stays_the_very_same_object() {
    for (Event event : List.of(chunk("""
        {"role":"assistant","content":""}"""),
        chunk("{\"content\":\"Aye\"}"), chunk("{\"content\":null,\"odd\":[1.0]}"),
        chunk("{}", "\"stop\""), body("""
            {"choices":[],"usage":{"prompt_tokens":1}}"""),
        body("{\"choices\":7}"), body("{\"choices\":[7,null]}"), body("{}"))) {
      assertSame(event, through(false, event).getFirst());
    }
  }

  @Test
  void members_of_thought_are_taken_out_of_chunks_and_all_else_stays() {
    List<Event> out = through(false, chunk("""
        {"role":"assistant","content":"Aye",\
        "reasoning":"hm","reasoning_content":"hm","reasoning_details":[{}],"odd":1.0}"""));
    assertEquals("[" + chunk("""
        {"role":"assistant","content":"Aye","odd":1.0}""") + "]",
        out.toString());
  }

  @Test
  void chunks_of_nothing_but_thoughts_are_not_sent_except_for_the_first_with_its_role() {
    String thought = """
        {"role":"assistant","content":"","reasoning":"hm"}""";
    List<Event> out = through(false, chunk(thought), chunk(thought), chunk(thought),
        chunk("{\"content\":\"<think>x\"}"), chunk("{\"reasoning_content\":\"y\"}"),
        chunk("{\"reasoning\":\"z\"}", "\"length\""));
    assertEquals(List.of(chunk("""
        {"role":"assistant","content":""}"""),
        chunk("{}", "\"length\"")), out);
  }

  @Test
  void thoughts_that_were_asked_for_are_in_reasoning_content() {
    assertEquals(List.of(chunk("""
        {"reasoning":"hm","reasoning_content":"hm"}""")),
        through(true, chunk("{\"reasoning\":\"hm\"}")));
    assertEquals(List.of(chunk("""
        {"content":"A","reasoning_content":"hm"}""")),
        through(true, chunk("{\"content\":\"<think>hm</think>A\"}")));
    Event plain = chunk("{\"reasoning_content\":\"hm\"}");
    assertSame(plain, through(true, plain).getFirst());
  }

  @Test
  void a_whole_completion_is_filtered_too() {
    String start = """
        {"object":"chat.completion","choices":[{"index":0,"message":""";
    assertEquals(List.of(body(start + "{\"role\":\"assistant\",\"content\":\"Aye.\"}}]}")),
        through(false, body(start + "{\"role\":\"assistant\",\"content\":\"hm</think> Aye.\","
            + "\"reasoning\":\"hm\"}}]}")));
    assertEquals(List.of(body(start + "{\"content\":\"Aye.\",\"reasoning_content\":\"h1h2\"}}]}")),
        through(true, body(start + "{\"content\":\"<think>h2</think>Aye.\","
            + "\"reasoning_content\":\"h1\"}}]}")));
  }

  @Test
  void parts_of_content_that_are_thoughts_are_taken_out() {
    String parts = """
        {"content":[{"type":"thinking","thinking":[{"type":"text",\
        "text":"hm"}]},{"type":"text","text":"Aye"}]}""";
    assertEquals(List.of(chunk("{\"content\":\"Aye\"}")), through(false, chunk(parts)));
    assertEquals(List.of(chunk("""
        {"content":"Aye","reasoning_content":"hm"}""")),
        through(true, chunk(parts)));
  }

  @Test
  void every_choice_is_read_by_itself() {
    String two = """
        {"choices":[{"index":1,"delta":{"content":"%s"}},{"index":0,"delta":{"content":"%s"}}]}""";
    List<Event> out = through(false, body(two.formatted("<think>a", "b")),
        body(two.formatted("c</think>d", "e")));
    assertEquals(List.of(body(two.formatted("", "b")), body(two.formatted("d", "e"))), out);
  }

  @Test
  void what_was_held_back_goes_with_the_end_of_its_choice() {
    List<Event> out = through(false, chunk("{\"content\":\"a <thi\"}"), chunk("{}", "\"stop\""));
    assertEquals(List.of(chunk("{\"content\":\"a \"}"),
        chunk("{\"content\":\"<thi\"}", "\"stop\"")), out);
  }

  @Test
  void only_what_a_client_notices_says_something() {
    for (String delta : List.of("{\"content\":\"a\"}",
        "{\"tool_calls\":[{\"index\":0}]}", "{\"function_call\":{\"name\":\"f\"}}",
        "{\"images\":[{}]}", "{\"reasoning_content\":\"hm\"}",
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}")) {
      assertTrue(chunk(delta).visible(), delta);
    }
    for (String delta : List.of("{}", "{\"role\":\"assistant\",\"content\":\"\"}",
        "{\"content\":\" \\n\"}", "{\"refusal\":\"No.\"}",
        "{\"content\":null,\"refusal\":null,\"tool_calls\":[]}",
        "{\"content\":7,\"tool_calls\":null}", "null", "7")) {
      assertFalse(chunk(delta).visible(), delta);
    }
    assertFalse(chunk("{}", "\"stop\"").visible());
    assertFalse(body("{\"choices\":[],\"usage\":{}}").visible());
    assertFalse(new Event.Text(" \n").visible());
    assertTrue(new Event.Text("a").visible());
    assertTrue(new Event.ToolCall(0, "1", "f").visible());
    assertFalse(Event.PULSE.visible());
    assertFalse(END.visible());
  }

  @Test
  void thoughts_are_seen_but_answer_nothing() {
    assertTrue(new Event.Reasoning("hm").visible());
    assertFalse(new Event.Reasoning("hm").answers());
    assertFalse(chunk("{\"reasoning_content\":\"hm\"}").answers());
    assertTrue(chunk("{\"content\":\"a\"}").answers());
  }

  @Test
  void the_reason_of_the_end_is_read_off_chunks_too() {
    assertEquals(FinishReason.LENGTH, chunk("{}", "\"length\"").finishReason());
    assertEquals(FinishReason.CONTENT_FILTER, chunk("{}", "\"content_filter\"").finishReason());
    assertEquals(FinishReason.STOP, chunk("{}", "\"eos\"").finishReason());
    assertNull(chunk("{}", "\"\"").finishReason());
    assertNull(chunk("{}").finishReason());
    assertEquals(FinishReason.STOP, END.finishReason());
  }

  @Test
  void a_beginning_that_may_be_a_thought_is_held_back_in_chunks_too() {
    for (boolean inTime : new boolean[] {true, false}) {
      ThoughtFilter filter = new ThoughtFilter(false, true);
      List<Event> out = new ArrayList<>();
      filter.accept(chunk("{\"role\":\"assistant\",\"content\":\"\"}"), out::add);
      filter.accept(chunk("{\"content\":\"He \"}"), out::add);
      filter.accept(chunk("{\"content\":\"lies.\"}"), out::add);
      assertEquals("", spoken(out));
      assertEquals(1, out.size());
      assertTrue(filter.doubts());
      if (!inTime) filter.letGo(out::add);
      assertEquals(inTime, filter.doubts());
      filter.accept(chunk("{\"content\":\"</think>\\n\"}"), out::add);
      filter.accept(chunk("{\"content\":\"Aye.\"}"), out::add);
      filter.accept(chunk("{}", "\"stop\""), out::add);
      assertEquals(inTime ? "Aye." : "He lies.\nAye.", spoken(out));
      assertTrue(filter.hadBareEnd());
    }
  }
}
