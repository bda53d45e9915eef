package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

/// The memory of the parameters that models do not take.
final class UnsupportedParametersTest {
  private final UnsupportedParameters unsupported = new UnsupportedParameters();

  @Test
  void each_model_is_remembered_by_itself() {
    assertTrue(unsupported.add("m", "top_k"));
    assertTrue(unsupported.add("m", "temperature"));
    assertEquals(Set.of("top_k", "temperature"), unsupported.of("m"));
    assertEquals(Set.of(), unsupported.of("another"));
  }

  @Test
  void what_was_known_is_nothing_new() {
    assertTrue(unsupported.add("m", "top_k"));
    assertFalse(unsupported.add("m", "top_k"));
    assertTrue(unsupported.add("another", "top_k"));
  }

  @Test
  void what_is_kept_is_bounded() {
    for (int i = 0; i < 1_000; i++) unsupported.add("model-" + i, "top_k");
    assertEquals(Set.of(), unsupported.of("model-0"));
    assertEquals(Set.of("top_k"), unsupported.of("model-999"));
  }

  @Test
  void a_name_is_found_as_a_word_of_its_own() {
    for (String message : new String[] {"top_k", "`top_k` is not allowed", "no top_k.",
        "top_key and top_k", "body.top_k.0: extra input"}) {
      assertTrue(UnsupportedParameters.named(message, "top_k"), message);
    }
    for (String message : new String[] {"", "top_key", "stop_k", "top_k2", "top_", "_top_k"}) {
      assertFalse(UnsupportedParameters.named(message, "top_k"), message);
    }
  }
}
