package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.json.Json;
import skyproxy.json.Json.Obj;
import skyproxy.testing.Fixtures;

/// The shapes in which servers write errors.
final class UpstreamErrorTest {

  private static UpstreamError read(String json) {
    return UpstreamError.read(Json.parse(json));
  }

  /// An error of the list of real ones.
  private static UpstreamError real(String name) {
    Obj refusal = (Obj) Json.parse(Fixtures.text("refusals/" + name + ".json"));
    return read(((Json.Str) refusal.get("body")).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "\"too hot\"",
      "{\"error\":\"too hot\"}",
      "{\"message\":\"too hot\"}",
      "{\"detail\":\"too hot\"}",
      "{\"detail\":{\"msg\":\"too hot\",\"type\":\"x\"}}",
      "{\"error\":{\"message\":\"too hot\"}}",
      "[{\"error\":{\"message\":\"too hot\"}}]",
      "{\"error\":[{\"message\":\"too hot\"}]}",
      "{\"error\":[\"too hot\"]}",
      "{\"errors\":[{\"message\":\"too hot\",\"code\":7}],\"success\":false}",
      "{\"error\":true,\"message\":\"too hot\"}",
      "{\"error\":{\"message\":{\"detail\":\"too hot\"}}}",
      "{\"error\":{\"message\":[\"too hot\"]}}",
      "{\"object\":\"error\",\"message\":\"too hot\",\"type\":\"BadRequestError\",\"code\":400}",
      "{\"error_type\":\"x\",\"error_message\":\"too hot\"}",
      "{\"error\":{\"message\":\"{\\\"error\\\":{\\\"message\\\":\\\"too hot\\\"}}\"}}",
      "{\"error\":\"{\\\"detail\\\":\\\"too hot\\\"}\"}",
      "{\"error\":\"too hot\",\"message\":\"too hot\"}",
      "{\"title\":\"Unprocessable Entity\",\"status\":422,\"detail\":\"too hot\"}",
      "{\"title\":\"too hot\",\"status\":422}"})
  void the_words_are_found(String json) {
    assertEquals("too hot", read(json).message());
  }

  @Test
  void what_is_no_error_says_nothing() {
    for (String json : new String[] {"{}", "[]", "7", "null", "true", "{\"error\":null}",
        "{\"error\":{}}", "[7,null]"}) {
      assertEquals(UpstreamError.NOTHING, read(json), json);
    }
  }

  @Test
  void two_kinds_of_words_are_both_told() {
    assertEquals("Not Found: no handler",
        read("{\"error\":\"Not Found\",\"message\":\"no handler\"}").message());
    assertEquals("one; two", read("[{\"message\":\"one\"},{\"message\":\"two\"}]").message());
  }

  @Test
  void places_name_their_member() {
    UpstreamError one = real("mistral-extra");
    assertEquals("{{name}}", one.param());
    assertEquals("'{{name}}': Extra inputs are not permitted", one.message());
    assertEquals(422, one.status());
    UpstreamError two = read("{\"detail\":[{\"loc\":[\"body\",\"top_k\"],\"msg\":\"extra\"},"
        + "{\"loc\":[\"body\",\"messages\",0,\"content\"],\"msg\":\"missing\"}]}");
    assertNull(two.param());
    assertEquals("'top_k': extra; 'messages.content': missing", two.message());
  }

  @Test
  void a_code_is_a_name_a_status_or_neither() {
    assertEquals(503, real("llama-loading").status());
    assertEquals(402, read("{\"error\":{\"code\":\"402\",\"message\":\"x\"}}").status());
    assertEquals("1113", real("zai-empty-purse").code());
    assertEquals("30011", real("siliconflow-empty-purse").code());
    assertEquals("insufficient_quota", real("openai-quota").code());
    assertNull(real("xai-penalty").code());
    assertNull(read("{\"error\":{\"code\":7,\"message\":\"x\"}}").code());
    assertEquals(422, real("nvidia-problem-details").status());
    assertEquals("INVALID_ARGUMENT", real("gemini-penalty").type());
  }

  @Test
  void what_a_gateway_quotes_is_read_too() {
    UpstreamError xai = real("openrouter-around-xai");
    assertEquals("Provider returned error (Argument not supported on this model: presencePenalty)",
        xai.message());
    assertEquals("xAI", xai.provider());
    UpstreamError mistral = real("openrouter-around-mistral");
    assertEquals("invalid_request_message_order", mistral.type());
    assertEquals("3230", mistral.code());
    assertTrue(mistral.message().contains("Expected last role User"), mistral.message());
    UpstreamError quoted = read("{\"error\":{\"message\":\"Provider returned error\",\"code\":400,"
        + "\"metadata\":{\"provider_name\":\"Parasail\",\"raw\":{\"detail\":[{\"loc\":[\"body\","
        + "\"top_k\"],\"msg\":\"extra\"}]}}}}");
    assertEquals("top_k", quoted.param());
  }

  @Test
  void an_error_in_an_error_has_no_end_but_reading_it_has() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 100; i++) deep.append("{\"error\":");
    deep.append("\"x\"").append("}".repeat(100));
    assertEquals(UpstreamError.NOTHING, read(deep.toString()));
  }
}
