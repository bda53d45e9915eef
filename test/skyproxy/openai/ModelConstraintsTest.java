package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;

/// The lessons of a refusal, and the requests that a model gets from then on.
final class ModelConstraintsTest {
  private final ModelConstraints constraints = new ModelConstraints();

  private static Json.Obj body(String messages) {
    return (Json.Obj) Json.parse("""
        {"model":"m","messages":[%s],"top_k":1}""".formatted(messages));
  }

  private static String message(String role, String content) {
    return """
        {"role":"%s","content":%s}""".formatted(role, content);
  }

  private static Refusal refusal(int status, String message, String code) {
    return new Refusal(status, Json.Obj.builder().put("message", message)
        .putIfPresent("code", code).build());
  }

  private static Refusal rejected(String message, String code) {
    return refusal(400, message, code);
  }

  /// Whether a refusal teaches something, which is remembered.
  private static boolean learn(ModelConstraints constraints, Json.Obj body, Refusal refusal) {
    List<Lesson> lessons = refusal.lessons(body, constraints.of("m"));
    constraints.remember("m", lessons);
    return !lessons.isEmpty();
  }

  private void becomes(String before, String refusal, String after) {
    ModelConstraints fresh = new ModelConstraints();
    assertTrue(learn(fresh, body(before), rejected(refusal, null)));
    assertEquals(body(after).toString(), fresh.applied("m", body(before)).toString());
    Json.Obj other = body(before);
    assertSame(other, fresh.applied("other", other));
  }

  @Test
  void runs_of_one_role_are_joined_and_instructions_come_first_and_once() {
    becomes(String.join(",", message("system", "\"a\""), message("system", "\"b\""),
        message("assistant", "\"c\""), message("user", "\"d\""), message("user", "\"\""),
        message("user", "[{\"type\":\"image_url\"}]"), message("assistant", "\"f\""),
        message("system", "\"g\"")),
        "Conversation roles must alternate user/assistant/user/assistant/...",
        String.join(",", message("system", "\"a\\n\\nb\""), message("user", "\"Continue.\""),
            message("assistant", "\"c\""), message("user",
                "[{\"type\":\"text\",\"text\":\"d\"},{\"type\":\"image_url\"}]"),
            message("assistant", "\"f\""), message("user", "\"g\"")));
  }

  @Test
  void instructions_alone_get_a_turn_of_the_user() {
    becomes(message("system", "\"a\""), "roles must alternate", message("system", "\"a\"") + ","
        + message("user", "\"Continue.\""));
  }

  @Test
  void calls_of_tools_and_their_results_stay_apart() {
    String call = """
        {"role":"assistant","content":null,"tool_calls":[{}]}""";
    String result = """
        {"role":"tool","tool_call_id":"1","content":"x"}""";
    becomes(String.join(",", message("user", "\"a\""), message("user", "\"b\""), call, result,
        result), "roles must alternate",
        String.join(",", message("user", "\"a\\n\\nb\""), call, result, result));
  }

  @Test
  void a_model_without_a_role_for_instructions_hears_them_from_the_user() {
    becomes(message("system", "\"a\"") + "," + message("user", "\"b\""),
        "System role not supported", message("user", "\"a\\n\\nb\""));
  }

  @Test
  void an_order_is_learned_from_a_server_error_too_but_only_when_it_can_be_changed() {
    Refusal broken = refusal(500, "Jinja: roles must alternate", null);
    assertFalse(learn(constraints, body(message("user", "\"a\"")), broken));
    assertTrue(learn(constraints,
        body(message("user", "\"a\"") + "," + message("user", "\"b\"")), broken));
    assertFalse(learn(constraints, body(message("user", "\"a\"")),
        refusal(500, "top_k", null)));
  }

  @Test
  void a_refusal_of_content_teaches_nothing() {
    Json.Obj body = body(message("assistant", "\"a\""));
    assertFalse(learn(constraints, body,
        rejected("top_k in the last message", "content_filter")));
    assertFalse(learn(constraints, body, refusal(402, "top_k", null)));
    assertFalse(learn(constraints, body, refusal(429, "top_k", null)));
  }

  @Test
  void what_another_call_has_learned_meanwhile_is_worth_repeating_a_call_for_all_the_same() {
    Json.Obj sent = body(message("user", "\"a\""));
    assertTrue(learn(constraints, sent, rejected("top_k: not allowed", null)));
    assertTrue(learn(constraints, sent, rejected("top_k: not allowed", null)));
    assertFalse(learn(constraints, constraints.applied("m", sent),
        rejected("top_k: not allowed", null)));
  }
}
