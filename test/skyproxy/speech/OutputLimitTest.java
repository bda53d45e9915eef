package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.FinishReason;

/// The end of texts that their upstream would go on with.
final class OutputLimitTest {

  private static String all(OutputLimit limit, String text, int size) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i += size) {
      out.append(limit.feed(text.substring(i, Math.min(i + size, text.length()))));
    }
    return out + limit.end();
  }

  private static long tokens(String... deltas) {
    OutputLimit limit = new OutputLimit(List.of(), null);
    for (String delta : deltas) limit.feed(delta);
    return limit.tokens();
  }

  @Test
  void a_text_without_limits_passes_at_once() {
    OutputLimit limit = new OutputLimit(List.of(), null);
    assertEquals("Well met", limit.feed("Well met"));
    assertEquals("", limit.end());
    assertNull(limit.reason());
  }

  @Test
  void a_stop_sequence_ends_the_text_before_it_at_any_chunking() {
    for (int size : List.of(1, 2, 3, 200)) {
      OutputLimit limit = new OutputLimit(List.of("\n\nUser:", "<end>"), null);
      assertEquals("Halt! <en>", all(limit, "Halt! <en><end> and more\n\nUser: no", size));
      assertEquals(FinishReason.STOP, limit.reason());
    }
  }

  @Test
  void the_start_of_a_stop_sequence_is_let_go_when_it_turns_out_to_be_none() {
    OutputLimit limit = new OutputLimit(List.of("abc"), null);
    assertEquals("x", limit.feed("xab"));
    assertEquals("abd", limit.feed("d"));
    assertEquals("", limit.feed("ab"));
    assertEquals("ab", limit.end());
    assertNull(limit.reason());
  }

  @Test
  void max_tokens_ends_the_text_inside_a_long_piece() {
    OutputLimit limit = new OutputLimit(List.of(), 2);
    assertEquals("приве", limit.feed("приве"));
    assertEquals("т", limit.feed("тствую"));
    assertEquals(FinishReason.LENGTH, limit.reason());
    assertEquals("", limit.feed("!"));
    assertEquals("", limit.end());
    assertEquals(2, limit.tokens());
  }

  @Test
  void each_piece_is_a_token_at_least() {
    OutputLimit limit = new OutputLimit(List.of(), 3);
    assertEquals("abc", all(limit, "abcd", 1));
    assertEquals(FinishReason.LENGTH, limit.reason());
    assertEquals(3, limit.tokens());
    assertEquals(3, tokens("a", "b", "c"));
  }

  @Test
  void long_pieces_count_by_their_letters() {
    assertEquals(20, tokens("abcd ".repeat(20)));
    assertEquals(20, tokens("абв".repeat(20)));
    assertEquals(20, tokens("龍".repeat(30)));
    assertEquals(20, OutputLimit.tokens("龍".repeat(30)));
  }

  @Test
  void no_character_is_cut_in_two() {
    OutputLimit limit = new OutputLimit(List.of(), 1);
    assertEquals("abc", limit.feed("abc🐉"));
    assertEquals(FinishReason.LENGTH, limit.reason());
  }

  @Test
  void a_text_of_just_max_tokens_is_not_cut() {
    OutputLimit limit = new OutputLimit(List.of(), 2);
    assertEquals("1234567890", limit.feed("1234567890"));
    assertNull(limit.reason());
    assertEquals("", limit.feed("1"));
    assertEquals(FinishReason.LENGTH, limit.reason());
  }

  @Test
  void what_was_held_back_before_the_limit_is_still_said() {
    OutputLimit limit = new OutputLimit(List.of("word word"), 2);
    assertEquals("a ", limit.feed("a wo"));
    assertEquals("word wor", limit.feed("rd words"));
    assertEquals(FinishReason.LENGTH, limit.reason());
  }

  @Test
  void a_stop_sequence_is_counted_as_the_upstream_wrote_it() {
    OutputLimit limit = new OutputLimit(List.of("b c"), 10);
    assertEquals("a ", all(limit, "a b c d", 1));
    assertEquals(FinishReason.STOP, limit.reason());
    assertEquals(5, limit.tokens());
  }
}
