package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// The estimate of a reply's tokens: never more than there are.
final class TokenCountTest {

  private static long count(String... deltas) {
    TokenCount count = new TokenCount();
    for (String delta : deltas) count.add(delta);
    return count.tokens();
  }

  @Test
  void each_piece_is_a_token_at_least() {
    assertEquals(3, count("a", "b", "c"));
  }

  @Test
  void long_pieces_count_by_their_letters() {
    assertEquals(20, count("abcd ".repeat(20)));
    assertEquals(20, count("абв".repeat(20)));
    assertEquals(20, count("龍".repeat(30)));
  }
}
