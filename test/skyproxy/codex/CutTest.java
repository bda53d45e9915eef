package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.FinishReason;

/// Where a text ends that Codex itself would go on with.
final class CutTest {

  private static String all(Cut cut, String text, int size) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i += size) {
      out.append(cut.feed(text.substring(i, Math.min(i + size, text.length()))));
    }
    return out + cut.end();
  }

  @Test
  void a_text_without_limits_passes_at_once() {
    Cut cut = new Cut(List.of(), null);
    assertEquals("Well met", cut.feed("Well met"));
    assertEquals("", cut.end());
    assertNull(cut.reason());
  }

  @Test
  void a_stop_sequence_ends_the_text_before_it_at_any_chunking() {
    for (int size : List.of(1, 2, 3, 200)) {
      Cut cut = new Cut(List.of("\n\nUser:", "<end>"), null);
      assertEquals("Halt! <en>", all(cut, "Halt! <en><end> and more\n\nUser: no", size));
      assertEquals(FinishReason.STOP, cut.reason());
    }
  }

  @Test
  void the_start_of_a_stop_sequence_is_let_go_when_it_turns_out_to_be_none() {
    Cut cut = new Cut(List.of("abc"), null);
    assertEquals("x", cut.feed("xab"));
    assertEquals("abd", cut.feed("d"));
    assertEquals("", cut.feed("ab"));
    assertEquals("ab", cut.end());
    assertNull(cut.reason());
  }

  @Test
  void max_tokens_ends_the_text_and_never_inside_a_character() {
    for (int size : List.of(1, 2, 3, 200)) {
      Cut cut = new Cut(List.of(), 2);
      assertEquals("прив", all(cut, "приветствую", size));
      assertEquals(FinishReason.LENGTH, cut.reason());
      assertEquals(2, cut.tokens());
    }
    Cut dragon = new Cut(List.of(), 1);
    assertEquals("a", dragon.feed("a") + dragon.feed("🐉"));
    assertEquals(FinishReason.LENGTH, dragon.reason());
  }

  @Test
  void a_text_of_just_max_tokens_is_not_cut() {
    Cut cut = new Cut(List.of(), 2);
    assertEquals("12345678", cut.feed("12345678"));
    assertNull(cut.reason());
    assertEquals("", cut.feed("9"));
    assertEquals(FinishReason.LENGTH, cut.reason());
  }
}
