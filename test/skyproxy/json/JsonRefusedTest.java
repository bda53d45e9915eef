package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The texts that RFC 8259 forbids, case by case, each with the offset that is blamed and a word of
/// the reason.
final class JsonRefusedTest {

  static Stream<Arguments> structure() {
    return Stream.of(
        arguments("no text", "", 0, "empty"),
        arguments("blanks alone", " \n\t\r", 4, "empty"),
        arguments("a byte order mark alone", "\uFEFF", 1, "empty"),
        arguments("two byte order marks", "\uFEFF\uFEFF1", 1, "U+FEFF"),
        arguments("a byte order mark after the value", "1\uFEFF", 1, "nothing may follow"),
        arguments("an object not closed", "{", 1, "ends too early"),
        arguments("an array not closed", "[", 1, "ends too early"),
        arguments("an array not closed after an item", "[1", 2, "ends too early"),
        arguments("an array not closed after a comma", "[1,", 3, "ends too early"),
        arguments("an array closed by a brace", "[1}", 2, "expected ',' or ']', found '}'"),
        arguments("an object closed by a bracket", "{\"a\":1]", 6, "expected ',' or '}'"),
        arguments("a closing bracket alone", "]", 0, "expected a value"),
        arguments("a closing brace alone", "}", 0, "expected a value"),
        arguments("a closing bracket too many", "[]]", 2, "nothing may follow"),
        arguments("a closing brace too many", "{}}", 2, "nothing may follow"),
        arguments("two values", "1 2", 2, "nothing may follow"),
        arguments("two objects", "{}{}", 2, "nothing may follow"),
        arguments("a comma after the value", "[],", 2, "nothing may follow"),
        arguments("a comma at the end of an array", "[1,]", 3, "another element"),
        arguments("a comma at the end of an object", "{\"a\":1,}", 7, "another element"),
        arguments("a comma and nothing else, in an array", "[,]", 1, "expected a value"),
        arguments("a comma and nothing else, in an object", "{,}", 1, "member name"),
        arguments("two commas in an array", "[1,,2]", 3, "expected a value"),
        arguments("two commas in an object", "{\"a\":1,,\"b\":2}", 7, "member name"),
        arguments("a comma before the first item", "[,1]", 1, "expected a value"),
        arguments("no comma between items", "[1 2]", 3, "expected ','"),
        arguments("no comma between members", "{\"a\":1 \"b\":2}", 7, "expected ','"),
        arguments("no comma between arrays", "[[] []]", 4, "expected ','"),
        arguments("a semicolon for a comma", "[1;2]", 2, "expected ','"),
        arguments("a colon in an array", "[\"a\":1]", 4, "expected ','"),
        arguments("no colon", "{\"a\" 1}", 5, "expected ':'"),
        arguments("a comma for a colon", "{\"a\",1}", 4, "expected ':'"),
        arguments("an equals sign for a colon", "{\"a\"=1}", 4, "expected ':'"),
        arguments("two colons", "{\"a\"::1}", 5, "expected a value"),
        arguments("a name without a value", "{\"a\"}", 4, "expected ':'"),
        arguments("a name and a colon without a value", "{\"a\":}", 5, "expected a value"),
        arguments("a value without a name", "{:1}", 1, "member name"),
        arguments("the end after a name", "{\"a\"", 4, "ends too early"),
        arguments("the end after a colon", "{\"a\":", 5, "ends too early"),
        arguments("the end after a member", "{\"a\":1", 6, "ends too early"),
        arguments("a bare name", "{a:1}", 1, "member name"),
        arguments("a number for a name", "{1:1}", 1, "member name"),
        arguments("null for a name", "{null:1}", 1, "member name"),
        arguments("an array for a name", "{[]:1}", 1, "member name"),
        arguments("a name in single quotes", "{'a':1}", 1, "single quote"),
        arguments("a line comment", "[1] // one", 4, "nothing may follow"),
        arguments("a block comment", "[/* one */1]", 1, "expected a value"),
        arguments("a hash comment", "# one\n1", 0, "expected a value"),
        arguments("a form feed for a blank", "[\f1]", 1, "U+000C"),
        arguments("a vertical tab for a blank", "[\u000B1]", 1, "U+000B"),
        arguments("a no-break space for a blank", "[\u00A01]", 1, "U+00A0"),
        arguments("a line separator for a blank", "[\u20281]", 1, "U+2028"),
        arguments("a word joiner for a blank", "[\u2060]", 1, "U+2060"),
        arguments("NUL for a blank", "[\u00001]", 1, "U+0000"),
        arguments("NUL after the value", "1\u0000", 1, "nothing may follow"),
        arguments("a tag", "<html>", 0, "found '<'"),
        arguments("a pictograph", "\uD83D\uDE00", 0, "U+1F600"));
  }

  static Stream<Arguments> literals() {
    return Stream.of(
        arguments("a capital letter", "True", 0, "expected a value"),
        arguments("capitals", "NULL", 0, "expected a value"),
        arguments("a capital inside", "tRue", 1, "expected true"),
        arguments("true cut off", "tru", 3, "expected true, found the end"),
        arguments("false cut off", "[fals]", 5, "expected false"),
        arguments("null cut off", "nul", 3, "expected null"),
        arguments("true gone on", "truely", 4, "nothing may follow"),
        arguments("null gone on, in an array", "[nullx]", 5, "expected ','"),
        arguments("nil", "nil", 1, "expected null"),
        arguments("undefined", "undefined", 0, "expected a value"),
        arguments("a word", "[abc]", 1, "expected a value"),
        arguments("a letter of another width", "ｔrue", 0, "U+FF54"));
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        arguments("a leading zero", "01", 1, "begin with a zero"),
        arguments("two zeros", "00", 1, "begin with a zero"),
        arguments("a leading zero after minus", "-01", 2, "begin with a zero"),
        arguments("a leading zero before a fraction", "00.5", 1, "begin with a zero"),
        arguments("a plus sign", "+1", 0, "expected a value"),
        arguments("a minus sign alone", "-", 1, "expected a digit, found the end"),
        arguments("two minus signs", "--1", 1, "expected a digit"),
        arguments("a minus sign apart", "- 1", 1, "expected a digit"),
        arguments("a minus sign before a word", "-foo", 1, "expected a digit"),
        arguments("nothing before the point", ".5", 0, "expected a value"),
        arguments("nothing between minus and point", "-.5", 1, "expected a digit"),
        arguments("nothing after the point", "1.", 2, "expected a digit"),
        arguments("nothing between point and exponent", "1.e1", 2, "expected a digit"),
        arguments("two points", "1.2.3", 3, "nothing may follow"),
        arguments("an exponent without digits", "1e", 2, "expected a digit"),
        arguments("an exponent with a plus and no digits", "1e+", 3, "expected a digit"),
        arguments("an exponent with a minus and no digits", "[1E-]", 4, "expected a digit"),
        arguments("an exponent with two signs", "1e+-1", 3, "expected a digit"),
        arguments("an exponent with a fraction", "1e1.5", 3, "nothing may follow"),
        arguments("two exponents", "1e1e1", 3, "nothing may follow"),
        arguments("an exponent alone", "e1", 0, "expected a value"),
        arguments("a hexadecimal number", "0x1F", 1, "nothing may follow"),
        arguments("a blank inside", "1 000", 2, "nothing may follow"),
        arguments("an underscore inside", "1_000", 1, "nothing may follow"),
        arguments("a comma for the point", "[1,5", 4, "ends too early"),
        arguments("a letter at the end", "1f", 1, "nothing may follow"),
        arguments("not a number", "NaN", 0, "expected a value"),
        arguments("not a number, below zero", "-NaN", 1, "expected a digit"),
        arguments("infinity", "Infinity", 0, "expected a value"),
        arguments("infinity below zero", "-Infinity", 1, "expected a digit"),
        arguments("a digit of another width", "１", 0, "U+FF11"),
        arguments("a digit of another width inside", "1１", 1, "nothing may follow"),
        arguments("a digit of another script", "[\u0661]", 1, "U+0661"),
        arguments("a minus of typography", "\u22121", 0, "U+2212"));
  }

  static Stream<Arguments> strings() {
    Stream<Arguments> controls = Stream.iterate(0, i -> i < 0x20, i -> i + 1).map(code -> {
      String hex = "U+%04X".formatted(code);
      return arguments("the control " + hex, "\"a" + (char) (int) code + "\"", 2, hex);
    });
    return Stream.concat(controls, Stream.of(
        arguments("no closing quote", "\"a", 2, "inside a string"),
        arguments("a quote alone", "\"", 1, "inside a string"),
        arguments("no opening quote", "a\"", 0, "expected a value"),
        arguments("single quotes", "'a'", 0, "single quote"),
        arguments("typographic quotes", "\u201Ca\u201D", 0, "U+201C"),
        arguments("a backtick", "`a`", 0, "expected a value"),
        arguments("the end after a backslash", "\"\\", 2, "inside a string"),
        arguments("an escaped closing quote", "\"a\\\"", 4, "inside a string"),
        arguments("an unknown escape", "\"\\a\"", 2, "no escape begins"),
        arguments("an escape of hexadecimal", "\"\\x41\"", 2, "no escape begins"),
        arguments("an octal escape", "\"\\0\"", 2, "no escape begins"),
        arguments("an escaped single quote", "\"\\'\"", 2, "no escape begins"),
        arguments("an escape in capitals", "\"\\N\"", 2, "no escape begins"),
        arguments("a capital u", "\"\\U0041\"", 2, "no escape begins"),
        arguments("an escaped line end", "\"\\\n\"", 2, "U+000A"),
        arguments("an escaped pictograph", "\"\\\uD83D\uDE00\"", 2, "U+1F600"),
        arguments("no digit after u", "\"\\u\"", 3, "four hexadecimal digits"),
        arguments("three digits after u", "\"\\u00A\"", 6, "four hexadecimal digits"),
        arguments("the end within four digits", "\"\\u00", 5, "inside a string"),
        arguments("a letter beyond f", "\"\\u00G0\"", 5, "four hexadecimal digits"),
        arguments("a sign among the digits", "\"\\u+123\"", 3, "four hexadecimal digits"),
        arguments("wide digits after u", "\"\\u００41\"", 3, "four hexadecimal digits"),
        arguments("the second half of a pair cut off", "\"\\uD834\\u\"", 9, "four hexadecimal"),
        arguments("an escape outside a string", "[\\n]", 1, "expected a value"),
        arguments("two strings side by side", "[\"a\" \"b\"]", 5, "expected ','"),
        arguments("a control character in a name", "{\"a\tb\":1}", 3, "U+0009")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"structure", "literals", "numbers", "strings"})
  void is_refused_as_text_and_as_bytes(String name, String text, int offset, String reason) {
    var fromText = assertThrows(JsonException.class, () -> Json.parse(text), name);
    assertEquals(offset, fromText.offset(), name);
    assertTrue(fromText.getMessage().contains(reason), fromText.getMessage());
    byte[] utf8 = text.getBytes(UTF_8);
    var fromBytes = assertThrows(JsonException.class, () -> Json.parse(utf8), name);
    assertEquals(fromText.getMessage(), fromBytes.getMessage(), name);
    assertEquals(offset, fromBytes.offset(), name);
  }
}
