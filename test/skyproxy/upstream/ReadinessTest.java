package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.Replies.until;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The time for which a child process is kept ready.
final class ReadinessTest {
  @Test
  void nothing_is_kept_ready_before_somebody_asks() {
    Readiness readiness = new Readiness(false, Duration.ofHours(1));
    assertFalse(readiness.awake());
    readiness.asked();
    assertTrue(readiness.awake());
  }

  @Test
  void what_nobody_asks_for_is_kept_for_a_while() {
    assertTrue(new Readiness(true, Duration.ofHours(1)).awake());
    Readiness readiness = new Readiness(true, Duration.ofMillis(50));
    until("it sleeps", () -> !readiness.awake());
  }
}
