package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/// Warnings of models that end.
final class RetirementsTest {

  @Test
  void each_model_that_ends_is_told_of_once() {
    Retirements retirements = new Retirements();
    assertTrue(retirements.warn("claude-sonnet-4-5-20250929"));
    assertFalse(retirements.warn("claude-sonnet-4-5-20250929"));
    assertTrue(retirements.warn("claude-opus-4-20250514"));
    assertFalse(retirements.warn("claude-sonnet-5-5"));
  }

  @Test
  void the_day_is_known() {
    assertEquals(LocalDate.of(2026, 11, 30), Retirements.of("claude-sonnet-4-5-20250929"));
    assertNull(Retirements.of("claude-haiku-5-5"));
  }
}
