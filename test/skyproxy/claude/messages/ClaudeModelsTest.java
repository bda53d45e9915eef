package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;
import skyproxy.settings.CommandLine;
import skyproxy.settings.Settings;

/// Warnings of models that end.
final class ClaudeModelsTest {

  @Test
  void each_model_that_ends_is_told_of_once() {
    ClaudeModels models = new ClaudeModels();
    assertTrue(models.warn("claude-sonnet-4-5-20250929"));
    assertFalse(models.warn("claude-sonnet-4-5-20250929"));
    assertTrue(models.warn("claude-opus-4-20250514"));
    assertFalse(models.warn("claude-sonnet-5-5"));
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
