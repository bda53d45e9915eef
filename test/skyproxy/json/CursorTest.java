package skyproxy.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reading by kind, and the words and the path of every refusal.
final class CursorTest {

  private final Cursor root = Cursor.of(Json.parse("""
      {"model": "demo", "n": null, "temperature": 0.7, "stream": true, "max_tokens": 1e2,
       "messages": [{"role": "user", "content": 5}, "hello"], "a b": {"": [1]}}
      """));

  @Test
  void values_are_read_by_their_kind() {
    assertEquals("demo", root.at("model").string());
    assertEquals(0.7, root.at("temperature").number());
    assertEquals(100, root.at("max_tokens").integer());
    assertEquals(100.0, root.at("max_tokens").number());
    assertTrue(root.at("stream").bool());
    assertEquals("user", root.at("messages").at(0).at("role").string());
    assertEquals("{\"\":[1]}", root.at("a b").object().toString());
    assertEquals("hello", root.at("messages").array().get(1).string());
    assertEquals("user", root.at("messages").array().get(0).members().get("role").string());
  }

  @Test
  void the_kind_can_be_asked_for() {
    assertTrue(root.isObject());
    assertTrue(root.at("messages").isArray());
    assertTrue(root.at("model").isString());
    assertTrue(root.at("temperature").isNumber());
    for (var no : List.of(root.at("n"), root.at("absent"))) {
      assertTrue(no.isMissing());
      assertFalse(no.isObject() || no.isArray() || no.isString() || no.isNumber());
    }
    assertSame(Json.NULL, root.at("n").json());
    assertNull(root.at("absent").json());
    assertTrue(Cursor.of(null).isMissing());
  }

  @Test
  void a_path_names_every_step() {
    assertEquals("", root.path());
    assertEquals("messages[0].content", root.at("messages").at(0).at("content").path());
    assertEquals("[\"a b\"][\"\"][0]", root.at("a b").at("").at(0).path());
    assertEquals("x[\"a.b\"].y-z_1", root.at("x").at("a.b").at("y-z_1").path());
    assertEquals("[\"\\\"\\n\"]", root.at("\"\n").path());
    assertEquals("[3][4]", root.at(3).at(4).path());
    assertEquals("messages[1]", root.at("messages").array().get(1).path());
    assertEquals("messages[0].role",
        root.at("messages").at(0).members().firstEntry().getValue().path());
  }

  @Test
  void a_value_of_the_wrong_kind_is_named() {
    Cursor content = root.at("messages").at(0).at("content");
    refused(content::string, "messages[0].content must be a string", false);
    refused(content::bool, "messages[0].content must be true or false", false);
    refused(content::array, "messages[0].content must be an array", false);
    refused(content::object, "messages[0].content must be an object", false);
    refused(content::members, "messages[0].content must be an object", false);
    refused(root.at("model")::number, "model must be a number", false);
    refused(root.at("model")::integer, "model must be an integer", false);
    refused(root::string, "the JSON value must be a string", false);
  }

  @Test
  void a_missing_value_is_required_and_null_is_missing() {
    refused(root.at("absent")::string, "absent is required", true);
    refused(root.at("n")::array, "n is required", true);
    refused(root.at("messages").at(2)::object, "messages[2] is required", true);
    refused(root.at("messages").at(-1)::object, "messages[-1] is required", true);
    refused(root.at("messages").at(0).at("name")::string, "messages[0].name is required", true);
    refused(Cursor.of(null)::object, "the JSON value is required", true);
  }

  @Test
  void the_first_missing_step_is_the_one_that_is_required() {
    refused(root.at("absent").at(0).at("x")::string, "absent is required", true);
    refused(root.at("n").at("x")::bool, "n is required", true);
    refused(Cursor.of(null).at("x")::bool, "the JSON value is required", true);
  }

  @Test
  void a_wrong_kind_on_the_way_is_named_and_never_taken_for_a_missing_value() {
    Cursor lost = root.at("messages").at(1).at("content").at("text");
    assertTrue(lost.isMissing());
    refused(lost::string, "messages[1] must be an object", false);
    refused(() -> lost.stringOr("x"), "messages[1] must be an object", false);
    refused(root.at("model").at(0)::string, "model must be an array", false);
    refused(root.at("messages").at("role")::string, "messages must be an object", false);
    refused(() -> root.at(0).integerOr(1), "the JSON value must be an array", false);
  }

  @Test
  void a_fallback_stands_in_for_missing_values_only() {
    for (var missing : List.of(root.at("n"), root.at("absent"), root.at("absent").at(1).at("x"))) {
      assertEquals("f", missing.stringOr("f"));
      assertNull(missing.stringOr(null));
      assertEquals(7, missing.integerOr(7));
      assertEquals(0.5, missing.numberOr(0.5));
      assertTrue(missing.boolOr(true));
      assertEquals(List.of(), missing.arrayOrEmpty());
    }
    assertEquals("demo", root.at("model").stringOr("f"));
    assertEquals(100, root.at("max_tokens").integerOr(7));
    assertEquals(0.7, root.at("temperature").numberOr(1));
    assertTrue(root.at("stream").boolOr(false));
    assertEquals(2, root.at("messages").arrayOrEmpty().size());
    refused(() -> root.at("stream").stringOr("f"), "stream must be a string", false);
    refused(() -> root.at("model").boolOr(false), "model must be true or false", false);
    refused(() -> root.at("model").arrayOrEmpty(), "model must be an array", false);
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3.0, 3", "1e2, 100", "-0, 0", "9223372036854775807, 9223372036854775807"})
  void an_integer_is_one_however_written(String text, long value) {
    assertEquals(value, Cursor.of(Json.parse(text)).integer());
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5", "1e-1", "\"3\"", "true", "[]"})
  void what_is_not_whole_is_no_integer(String text) {
    refused(Cursor.of(Json.parse(text))::integer, "the JSON value must be an integer", false);
  }

  @Test
  void numbers_out_of_range_are_refused() {
    refused(Cursor.of(Json.parse("9223372036854775808"))::integer,
        "the JSON value is out of range: an integer must fit in 64 bits", false);
    refused(Cursor.of(Json.parse("-1e400"))::number,
        "the JSON value is out of range: the number is too large", false);
  }

  @Test
  void a_rule_of_the_caller_is_refused_in_the_same_words() {
    Cursor.Mismatch mismatch = root.at("temperature").mismatch("must be between 0 and 2");
    assertEquals("temperature must be between 0 and 2", mismatch.getMessage());
    assertEquals("temperature", mismatch.path());
    assertFalse(mismatch.missing());
    assertEquals("invalid_value", mismatch.code());
  }

  private static void refused(Executable read, String message, boolean missing) {
    var mismatch = assertThrows(Cursor.Mismatch.class, read);
    assertEquals(message, mismatch.getMessage());
    assertEquals(missing, mismatch.missing());
    assertEquals(missing ? "missing_field" : message.contains("out of range") ? "invalid_value"
        : "invalid_type", mismatch.code());
    assertEquals(message.startsWith("the JSON value") ? "" : message.split(" (is|must) ")[0],
        mismatch.path());
  }
}
