package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Failure;
import skyproxy.json.Json;
import skyproxy.upstream.UnsupportedParameters;

/// Refusals of Anthropic's that teach something, and others that don't.
final class UnsupportedByClaudeTest {
  private final UnsupportedParameters unsupported = new UnsupportedParameters();

  @Test
  void a_parameter_named_in_a_400_is_left_out_for_that_model_from_then_on() {
    assertTrue(learn("{'temperature':0.7}", "`temperature` is deprecated for this model."));
    assertEquals(Set.of("temperature"), unsupported.of("m"));
    assertEquals(Set.of(), unsupported.of("another"));
  }

  @Test
  void a_path_below_a_parameter_names_it() {
    assertTrue(learn("{'output_config':{'effort':'low'}}",
        "output_config.effort: Extra inputs are not permitted"));
    assertEquals(Set.of("output_config"), unsupported.of("m"));
  }

  @Test
  void a_refused_prefill_is_learned() {
    assertTrue(learn("{'messages':[{'role':'user'},{'role':'assistant'}]}",
        "This model does not support assistant message prefill."));
    assertEquals(Set.of("prefill"), unsupported.of("m"));
  }

  @Test
  void what_was_not_sent_is_not_learned() {
    assertFalse(learn("{'top_k':5}", "`temperature` is deprecated for this model."));
    assertFalse(learn("{'top_k':5}", "messages.0: all messages must have content"));
  }

  @Test
  void nothing_is_learned_twice_so_that_no_call_is_repeated_for_ever() {
    assertTrue(learn("{'top_k':5}", "top_k: not allowed"));
    assertFalse(learn("{'top_k':5}", "top_k: not allowed"));
  }

  @Test
  void other_failures_teach_nothing() {
    Json.Obj body = (Json.Obj) Json.parse("{\"top_k\":5}");
    assertFalse(ApiProvider.learn(unsupported, "m", body, new Failure.Broken(500, "top_k")));
    assertFalse(ApiProvider.learn(unsupported, "m", body,
        new Failure.Rejected(413, "top_k", null, null)));
  }

  @Test
  void what_is_kept_is_bounded() {
    Json.Obj body = (Json.Obj) Json.parse("{\"top_k\":5}");
    for (int i = 0; i < 1_000; i++) {
      ApiProvider.learn(unsupported, "model-" + i, body,
          new Failure.Rejected(400, "top_k", null, null));
    }
    assertEquals(Set.of(), unsupported.of("model-0"));
    assertEquals(Set.of("top_k"), unsupported.of("model-999"));
  }

  private boolean learn(String body, String words) {
    return ApiProvider.learn(unsupported, "m", (Json.Obj) Json.parse(body.replace('\'', '"')),
        new Failure.Rejected(400, words, null, null));
  }
}
