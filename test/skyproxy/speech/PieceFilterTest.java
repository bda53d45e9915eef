package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.json.Json;

/// An upstream's chunks end where a word does, and lose nothing.
final class PieceFilterTest {
  private final PieceFilter words = PieceFilter.words();

  private static Chunk chunk(String delta) {
    return ThoughtFilterTest.chunk(delta);
  }

  private static Chunk chunkOf(String json) {
    return Chunk.of((Json.Obj) Json.parse(json), json);
  }

  private static Chunk content(String text) {
    return chunk("{\"content\":" + new Json.Str(text) + "}");
  }

  @Test
  void a_word_waits_for_its_end_and_the_chunk_keeps_its_other_members() {
    assertNull(words.feed(content("Hel")));
    assertEquals(content("Hello, "), words.feed(content("lo, my")));
    assertEquals(content("my Thane."), words.feed(content(" Thane.")));
  }

  @Test
  void a_chunk_that_ends_well_stays_the_very_same_object() {
    for (Chunk chunk : List.of(content("Aye. "), chunk("{\"role\":\"assistant\"}"),
        chunk("{\"tool_calls\":[{\"index\":0}]}"))) {
      assertSame(chunk, words.feed(chunk));
    }
  }

  @Test
  void the_role_is_not_held_back_with_the_first_word() {
    assertEquals(chunk("""
        {"role":"assistant","content":""}"""),
        words.feed(chunk("""
            {"role":"assistant","content":"Hel"}""")));
    assertNull(words.feed(chunk("""
        {"role":"assistant","content":"lo"}""")));
    assertEquals(content("Hello"), words.end());
  }

  @Test
  void the_end_of_a_choice_lets_its_word_go() {
    assertNull(words.feed(content("Aye")));
    assertEquals(ThoughtFilterTest.chunk("{\"content\":\"Aye\"}", "\"stop\""),
        words.feed(ThoughtFilterTest.chunk("{}", "\"stop\"")));
    assertNull(words.end());
  }

  @Test
  void a_tool_call_lets_the_word_before_it_go() {
    words.feed(content("Look"));
    assertEquals(chunk("""
        {"tool_calls":[{"index":0}],"content":"Look"}"""),
        words.feed(chunk("{\"tool_calls\":[{\"index\":0}]}")));
  }

  @Test
  void a_word_that_takes_too_long_comes_in_a_chunk_of_its_own() {
    assertNull(words.flush());
    words.feed(content("Whiter"));
    assertEquals(content("Whiter"), words.flush());
    assertNull(words.flush());
    assertEquals(content("un "), words.feed(content("un ")));
  }

  @Test
  void choices_do_not_mix() {
    String two = """
        {"choices":[{"index":0,"delta":{"content":"%s"}},{"index":1,"delta":{"content":"%s"}}]}""";
    words.feed(chunkOf(two.formatted("Wh", "Ri")));
    assertEquals(chunkOf(two.formatted("", "Riften ")),
        words.feed(chunkOf(two.formatted("ite", "ften "))));
    assertEquals("White", ((Chunk) words.end()).text());
  }

  @Test
  void nothing_is_lost_at_any_cut() {
    String text = "*Hroki wipes it* Здравствуй, d'accord? 山の上 🐉 don’t\n\nACTION: X {\"a\": 1}";
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      PieceFilter fresh = PieceFilter.words();
      StringBuilder out = new StringBuilder();
      for (String piece : pieces) {
        Event whole = fresh.feed(content(piece));
        if (whole != null) out.append(((Chunk) whole).text());
      }
      Event rest = fresh.end();
      assertEquals(text, rest == null ? out.toString() : out + ((Chunk) rest).text());
    }
  }
}
