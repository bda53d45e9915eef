package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Seconds, dates, and nonsense.
final class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static Duration parse(String text) {
    return RetryAfter.parse(text, NOW);
  }

  @Test
  void seconds_are_read() {
    assertEquals(Duration.ofSeconds(7), parse("7"));
    assertEquals(Duration.ZERO, parse("0"));
    assertEquals(Duration.ofMillis(1500), parse("1.5"));
  }

  @Test
  void a_date_is_how_far_it_is_away() {
    assertEquals(Duration.ofSeconds(90), parse("Sun, 22 Nov 2026 12:01:30 GMT"));
    assertEquals(Duration.ZERO, parse("Sun, 22 Nov 2026 11:00:00 GMT"), "past");
  }

  @Test
  void what_can_not_be_read_says_nothing() {
    for (String text : new String[] {"", "soon", "-5", "1e9", "99999999999999999999"}) {
      assertNull(parse(text), text);
    }
  }
}
