package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A delta ends where a word does, and no character is ever lost.
final class WholeWordsTest {
  private static List<String> feed(String... pieces) {
    WholeWords words = new WholeWords();
    List<String> out = new ArrayList<>();
    for (String piece : pieces) out.add(words.feed(piece));
    out.add(words.end());
    return out;
  }

  @Test
  void a_word_waits_for_its_end() {
    assertEquals(List.of("", "Hello, ", "my ", "", "", "Thane.", ""),
        feed("Hel", "lo, m", "y Th", "an", "e", "."));
    assertEquals(List.of("", "Hello ", "world"), feed("Hello", " world"));
  }

  @Test
  void what_ends_in_a_blank_or_in_punctuation_goes_on_as_it_came() {
    for (String piece : List.of("Aye. ", "Well,", "*nods*", "[sighs]", "\n\n", "ACTION: ", "…")) {
      assertEquals(List.of(piece, ""), feed(piece));
    }
  }

  @Test
  void apostrophes_digits_and_underscores_belong_to_a_word() {
    assertEquals(List.of("", "don't ", "go"), feed("don", "'t go"));
    assertEquals(List.of("", "don’t ", "go"), feed("don", "’t go"));
    assertEquals(List.of("<", "internal_thought>", ""), feed("<internal", "_thought>"));
    assertEquals(List.of("", "100 ", "gold"), feed("10", "0 gold"));
  }

  @Test
  void words_of_other_alphabets_wait_too() {
    assertEquals(List.of("", "Здравствуй, ", "путник"), feed("Здрав", "ствуй, путник"));
    assertEquals(List.of("", "Zażółć ", "gęślą"), feed("Zaż", "ółć gęślą"));
    assertEquals(List.of("", "שלום ", ""), feed("של", "ום "));
    assertEquals(List.of("", "می\u200cخواهم ", ""), feed("می\u200c", "خواهم "));
  }

  @Test
  void scripts_without_blanks_between_words_do_not_wait() {
    assertEquals(List.of("山の上に", "雪が", ""), feed("山の上に", "雪が"));
    assertEquals(List.of("ที่นี่", ""), feed("ที่นี่"));
  }

  @Test
  void marks_stay_with_their_character() {
    assertEquals(List.of("", "cafe\u0301 ", ""), feed("cafe", "\u0301 "));
    assertEquals(List.of("❤\uFE0F", ""), feed("❤\uFE0F"));
    assertEquals(List.of("👩\u200D", "👧", ""), feed("👩\u200D", "👧"));
  }

  @Test
  void a_word_that_takes_too_long_is_let_go() {
    WholeWords words = new WholeWords();
    assertEquals("", words.feed("Whiter"));
    assertTrue(words.holding());
    assertEquals("Whiter", words.flush());
    assertFalse(words.holding());
    assertEquals("", words.flush());
    assertEquals("un ", words.feed("un "));
  }

  @Test
  void half_a_character_is_not_let_go_before_the_end() {
    WholeWords words = new WholeWords();
    assertEquals("Look! ", words.feed("Look! \uD83D"));
    assertEquals("", words.flush());
    assertTrue(words.holding());
    assertEquals("\uD83D\uDC09 ", words.feed("\uDC09 "));
    assertEquals("", words.feed("\uD83D"));
    assertEquals("\uD83D", words.end());
  }

  @Test
  void nothing_is_lost_or_added_at_any_cut() {
    String text = "*Hroki wipes it* Здравствуй, d'accord? 山の上 🐉 don’t\n\nACTION: X {\"a\": 1}";
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      WholeWords words = new WholeWords();
      StringBuilder out = new StringBuilder();
      for (String piece : pieces) {
        String whole = words.feed(piece);
        assertTrue(whole.isEmpty() || !endsInside(text, out.length() + whole.length()),
            "cut inside a word behind " + out + whole);
        out.append(whole);
      }
      assertEquals(text, out.append(words.end()).toString());
    }
  }

  private static boolean endsInside(String text, int at) {
    return at < text.length() && Character.isAlphabetic(text.charAt(at - 1))
        && Character.isAlphabetic(text.charAt(at)) && text.charAt(at) < 0x3000;
  }
}
