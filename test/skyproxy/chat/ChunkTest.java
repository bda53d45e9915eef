package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;

/// The reading of an upstream's chunk, and the text in which it goes on.
final class ChunkTest {

  private static Chunk chunk(String json) {
    return Chunk.of((Json.Obj) Json.parse(json), json);
  }

  private static Chunk.Choice saying(Chunk.Choice choice, String delta) {
    return choice.saying((Json.Obj) Json.parse(delta));
  }

  @Test
  void an_unchanged_chunk_goes_on_in_the_very_text_that_came() {
    String odd = """
        { "choices" : [ {"delta":{"content":"a\\/b \\n é 🐉"}, "x":1.50} ],\t"n" : 1e2 }""";
    assertSame(odd, chunk(odd).json());
    assertSame(odd, chunk(odd).edit(choice -> choice).json());
  }

  @Test
  void escapes_that_the_game_would_show_and_line_breaks_are_written_anew() {
    String said = """
        {"choices":[{"delta":{"content":"%s"}}]}""";
    assertEquals(said.formatted("don’t"), chunk(said.formatted("don\\u2019t")).json());
    assertEquals(said.formatted("a"), chunk(said.formatted("a").replace(":[", ":\n[")).json());
    assertEquals(said.formatted("a"), chunk(said.formatted("a").replace(":[", ":\r[")).json());
    assertEquals(said.formatted("a"), chunk("\uFEFF" + said.formatted("a")).json());
  }

  @Test
  void a_changed_chunk_says_what_was_changed_and_keeps_the_rest() {
    Chunk before = chunk("""
        {"id":"c","choices":[7,{"index":3,"x":1.50,"delta":\
        {"content":"a"}},{"index":0,"delta":{}}],"y":null}""");
    Chunk after = before.edit(choice -> choice.index() == 3
        ? saying(choice, """
            {"content":"b","refusal":"c"}""") : choice);
    assertEquals("""
        {"id":"c","choices":[7,{"index":3,"x":1.50,"delta":\
        {"content":"b","refusal":"c"}},{"index":0,"delta":{}}],"y":null}""",
        after.json());
    assertEquals("b", after.text());
    assertEquals("a", before.text());
    assertNotEquals(before, after);
    assertEquals(chunk(after.json()), after);
  }

  @Test
  void an_error_inside_a_success_is_found_wherever_it_stands() {
    assertEquals(new Json.Str("x"), chunk("""
        {"error":"x","choices":[]}""").error());
    assertEquals(Json.Num.of(7), chunk("{\"choices\":[{},{\"error\":7}]}").error());
    assertSame(Json.NULL, chunk("""
        {"choices":[{"finish_reason":"error"}]}""").error());
    for (String none : List.of("null", "{}", "\" \"", "[]", "false")) {
      assertNull(chunk("""
          {"error":%s,"choices":[{"error":%s}]}""".formatted(none, none)).error());
    }
  }

  @Test
  void a_completion_gets_what_it_lacks_and_stays_as_it_is_when_it_lacks_nothing() {
    Json.Obj lacking = Json.Obj.builder().put("id", "ours").put("model", "m").build();
    assertEquals("""
        {"choices":[{"message":{"content":"Hi.","role":"assistant"},"index":0,\
        "finish_reason":"stop"}],"model":"theirs","id":"ours"}""", chunk("""
        {"choices":[{"message":{"content":"Hi."}}],"model":"theirs"}""").completed(lacking).json());
    assertEquals("tool_calls", chunk("""
        {"choices":[{"finish_reason":null,"message":{"role":"assistant","tool_calls":[{}]}}]}""")
        .completed(lacking).choices().getFirst().finishReason());
    Chunk whole = chunk("""
        {"id":"c","model":"m","choices":[{"index":0,"finish_reason":"length",\
        "message":{"role":"assistant","content":"Hi."}}]}""");
    assertSame(whole, whole.completed(lacking));
  }

  @Test
  void a_refusal_beside_the_content_is_no_answer() {
    Chunk refused = chunk("""
        {"choices":[{"message":{"content":null,"refusal":"I will not."}}]}""");
    assertFalse(refused.answers());
    assertFalse(refused.visible());
  }

  @Test
  void a_chunk_is_worth_sending_for_its_text_its_end_and_its_count_of_tokens() {
    for (String json : List.of("{\"choices\":[{\"delta\":{\"content\":\" \"}}]}",
        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}")) {
      assertTrue(chunk(json).informs(), json);
    }
    for (String json : List.of("{}", "{\"choices\":[{\"delta\":{\"content\":\"\"}}],\"usage\":{}}",
        "{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}")) {
      assertFalse(chunk(json).informs(), json);
    }
  }
}
