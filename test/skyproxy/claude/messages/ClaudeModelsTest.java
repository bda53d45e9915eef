package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;
import skyproxy.settings.CommandLine;
import skyproxy.settings.Settings;

/// Models that end, and who answers in their place.
final class ClaudeModelsTest {
  private static final String OLD = "claude-sonnet-4-5-20250929";

  @Test
  void each_model_that_ends_is_told_of_once() {
    ClaudeModels models = new ClaudeModels();
    assertTrue(models.warn("claude-sonnet-4-5-20250929"));
    assertFalse(models.warn("claude-sonnet-4-5-20250929"));
    assertTrue(models.warn("claude-opus-4-20250514"));
    assertFalse(models.warn("claude-sonnet-5-5"));
  }

  @Test
  void from_its_last_day_on_a_successor_answers() {
    AtomicReference<LocalDate> today = new AtomicReference<>(LocalDate.of(2026, 11, 29));
    ClaudeModels models = new ClaudeModels(today::get);
    assertEquals(OLD, models.answering(OLD));
    assertEquals("claude-opus-5-5", models.answering("claude-opus-4-1"));
    assertTrue(models.warn(OLD));
    assertTrue(models.notes().getFirst().contains("on 2026-11-30"), models.notes().toString());
    today.set(LocalDate.of(2026, 11, 30));
    assertEquals("claude-sonnet-5-5", models.answering(OLD));
    assertTrue(models.warn(OLD), "it has retired meanwhile");
    assertFalse(models.warn(OLD));
    assertEquals(List.of("Anthropic has retired " + OLD + ": claude-sonnet-5-5 answers in its"
        + " place. Choose another model."), models.notes());
    assertEquals("claude-haiku-5-5", models.answering("claude-haiku-5-5"));
  }

  @Test
  void an_upstream_may_know_of_an_end_before_its_day() {
    ClaudeModels models = new ClaudeModels(() -> LocalDate.of(2025, 1, 1));
    assertEquals(OLD, models.answering(OLD));
    assertTrue(models.retire(OLD));
    assertEquals("claude-sonnet-5-5", models.answering(OLD));
    assertFalse(models.retire("claude-made-up"));
    assertEquals("claude-made-up", models.answering("claude-made-up"));
  }

  @Test
  void every_successor_lives() {
    for (String id : List.of("claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805",
        "claude-opus-4", "claude-sonnet-4", "claude-3-5-haiku-latest", "claude-3-7-sonnet")) {
      String successor = new ClaudeModels(() -> LocalDate.of(2027, 1, 1)).answering(id);
      assertTrue(ClaudeModels.KNOWN.contains(successor), successor);
      assertNull(ClaudeModels.retirement(successor));
    }
  }

  @Test
  void the_day_is_known() {
    assertEquals(LocalDate.of(2026, 11, 30), ClaudeModels.retirement("claude-sonnet-4-5-20250929"));
    assertNull(ClaudeModels.retirement("claude-haiku-5-5"));
  }

  @Test
  void what_nobody_has_chosen_is_known_and_does_not_end_soon() throws Exception {
    String model = Settings.of(CommandLine.parse(List.of()), Map.of(), Path.of("none.json"),
        Json.Obj.builder().build()).defaultModel();
    assertTrue(ClaudeModels.KNOWN.contains(model));
    assertNull(ClaudeModels.retirement(model));
    assertEquals(model, ClaudeModels.orKnown(model));
    assertEquals(ClaudeModels.KNOWN.getFirst(), ClaudeModels.orKnown("gpt-5.5 low"));
  }
}
