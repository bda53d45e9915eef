package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;

/// An upstream's chunks end where a word does, and lose nothing.
final class VerbatimWordsTest {
  private final VerbatimWords words = new VerbatimWords();

  private static Json.Obj chunk(String delta) {
    return SpeechTest.chunk(delta).body();
  }

  private static Json.Obj content(String text) {
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
    for (Json.Obj chunk : List.of(content("Aye. "), chunk("{\"role\":\"assistant\"}"),
        chunk("{\"tool_calls\":[{\"index\":0}]}"))) {
      assertSame(chunk, words.feed(chunk));
    }
  }

  @Test
  void the_role_is_not_held_back_with_the_first_word() {
    assertEquals(chunk("{\"role\":\"assistant\",\"content\":\"\"}"),
        words.feed(chunk("{\"role\":\"assistant\",\"content\":\"Hel\"}")));
    assertNull(words.feed(chunk("{\"role\":\"assistant\",\"content\":\"lo\"}")));
    assertEquals(content("Hello"), words.end());
  }

  @Test
  void the_end_of_a_choice_lets_its_word_go() {
    assertNull(words.feed(content("Aye")));
    assertEquals(SpeechTest.chunk("{\"content\":\"Aye\"}", "\"stop\"").body(),
        words.feed(SpeechTest.chunk("{}", "\"stop\"").body()));
    assertNull(words.end());
  }

  @Test
  void a_tool_call_lets_the_word_before_it_go() {
    words.feed(content("Look"));
    assertEquals(chunk("{\"tool_calls\":[{\"index\":0}],\"content\":\"Look\"}"),
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
    String two = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}},"
        + "{\"index\":1,\"delta\":{\"content\":\"%s\"}}]}";
    words.feed((Json.Obj) Json.parse(two.formatted("Wh", "Ri")));
    assertEquals(Json.parse(two.formatted("White", "Riften ").replace("White", "")),
        words.feed((Json.Obj) Json.parse(two.formatted("ite", "ften "))));
    assertEquals("White", Speech.text(words.end()));
  }

  @Test
  void nothing_is_lost_at_any_cut() {
    String text = "*Hroki wipes it* Здравствуй, d'accord? 山の上 🐉 don’t\n\nACTION: X {\"a\": 1}";
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      VerbatimWords fresh = new VerbatimWords();
      StringBuilder out = new StringBuilder();
      for (String piece : pieces) {
        Json.Obj whole = fresh.feed(content(piece));
        if (whole != null) out.append(Speech.text(whole));
      }
      Json.Obj rest = fresh.end();
      assertEquals(text, rest == null ? out.toString() : out + Speech.text(rest));
    }
  }
}
