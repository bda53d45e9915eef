package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import skyproxy.claude.messages.ModelRules.ThinkingOff;

/// The refusals of each family of models.
final class ModelRulesTest {

  @Test
  void models_up_to_4_6_do_not_think_unless_asked() {
    for (String model : new String[] {"claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001",
        "claude-sonnet-4-6", "claude-opus-4-6", "claude-sonnet-4-20250514",
        "claude-3-5-haiku-20241022"}) {
      assertEquals(ThinkingOff.OMIT, ModelRules.of(model).thinkingOff(), model);
    }
  }

  @Test
  void the_off_switch_of_newer_models_differs() {
    assertEquals(ThinkingOff.DISABLED, ModelRules.of("claude-haiku-5-5").thinkingOff());
    assertEquals(ThinkingOff.DISABLED, ModelRules.of("claude-opus-5").thinkingOff());
    assertEquals(ThinkingOff.BETWEEN_TOOLS, ModelRules.of("claude-sonnet-5-5").thinkingOff());
    assertEquals(ThinkingOff.NEVER, ModelRules.of("claude-opus-5-5").thinkingOff());
    assertEquals(ThinkingOff.NEVER, ModelRules.of("claude-fable-5-1").thinkingOff());
  }

  @Test
  void sampling_is_refused_from_opus_4_7_on() {
    assertTrue(ModelRules.of("claude-opus-4-6").sampling());
    assertTrue(ModelRules.of("claude-haiku-4-5-20251001").sampling());
    assertFalse(ModelRules.of("claude-opus-4-7").sampling());
    assertFalse(ModelRules.of("claude-sonnet-5").sampling());
    assertFalse(ModelRules.of("claude-haiku-5-5").sampling());
  }

  @Test
  void a_last_word_of_the_assistant_is_taken_by_older_models_only() {
    assertTrue(ModelRules.of("claude-sonnet-4-5-20250929").prefill());
    assertFalse(ModelRules.of("claude-opus-4-6").prefill());
    assertFalse(ModelRules.of("claude-sonnet-5-5").prefill());
  }

  @Test
  void an_unknown_model_is_taken_for_the_newest() {
    ModelRules unknown = ModelRules.of("claude-saga-7");
    assertEquals(ThinkingOff.NEVER, unknown.thinkingOff());
    assertFalse(unknown.sampling());
    assertFalse(unknown.prefill());
    assertTrue(unknown.adaptive());
    assertEquals(unknown, ModelRules.of("something else"));
    assertFalse(ModelRules.of("claude-sonnet-6-1-20270101").sampling());
  }

  @Test
  void each_model_has_its_largest_answer() {
    assertEquals(64_000, ModelRules.of("claude-haiku-4-5-20251001").maxOutput());
    assertEquals(32_000, ModelRules.of("claude-opus-4-1-20250805").maxOutput());
    assertEquals(128_000, ModelRules.of("claude-sonnet-5-5").maxOutput());
  }
}
