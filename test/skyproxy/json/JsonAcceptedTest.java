package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The texts that RFC 8259 allows, case by case: each is read, and written again in its compact
/// form.
final class JsonAcceptedTest {

  static Stream<Arguments> structure() {
    return Stream.of(
        same("an empty object", "{}"),
        same("an empty array", "[]"),
        same("an array in an array", "[[],[[]]]"),
        same("an object in an object", "{\"a\":{\"b\":{}}}"),
        same("items of every kind", "[null,true,false,0,\"\",[],{}]"),
        same("a member of every kind",
            "{\"a\":null,\"b\":true,\"c\":1,\"d\":\"\",\"e\":[],\"f\":{}}"),
        same("an empty member name", "{\"\":0}"),
        same("names that differ in case", "{\"a\":1,\"A\":2}"),
        same("members out of the alphabet's order", "{\"z\":1,\"a\":2,\"m\":3}"),
        same("a string alone", "\"a\""),
        same("an empty string alone", "\"\""),
        same("a number alone", "42"),
        same("a negative number alone", "-0.1"),
        same("true alone", "true"),
        same("false alone", "false"),
        same("null alone", "null"),
        arguments("an escaped member name", "{\"\\u0061\":0}", "{\"a\":0}"),
        arguments("a name with NUL in it", "{\"a\\u0000b\":0}", "{\"a\\u0000b\":0}"),
        arguments("a member twice, the same", "{\"a\":1,\"a\":1}", "{\"a\":1}"),
        arguments("a member twice, the last wins",
            "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
        arguments("a name twice, once escaped", "{\"a\":1,\"\\u0061\":2}", "{\"a\":2}"));
  }

  static Stream<Arguments> blanks() {
    return Stream.of(
        arguments("all four blanks on all sides",
            " \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n} \t\r\n",
            "{\"a\":[1,2]}"),
        arguments("a line feed at the end", "1\n", "1"),
        arguments("a blank before a lone value", " 1", "1"),
        arguments("blanks in an empty object", "{ \n }", "{}"),
        arguments("blanks in an empty array", "[ \n ]", "[]"),
        arguments("a byte order mark", "\uFEFF[]", "[]"),
        arguments("a byte order mark and a blank", "\uFEFF []", "[]"));
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
            "0", "-0", "1", "-1", "10", "123456789", "0.0", "-0.0", "1.0", "1.50", "0.1", "100.001",
            "1e1", "1E1", "1e+1", "1e-1", "1E+01", "1E-00", "0e0", "0e+1", "0E1", "-0e-0", "1.5e10",
            "1e400", "-1e400", "1e-400", "12345678901234567890", "-9223372036854775809",
            "9223372036854775807", "1e99999999999999999999", "0.1000000000000000055511151231257827",
            "3.141592653589793238462643383279", "-237462374673276894279832749832423479823246327846")
        .map(text -> same("the number " + text, text));
  }

  static Stream<Arguments> strings() {
    return Stream.of(
        arguments("every escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""),
        arguments("hexadecimal digits in both cases",
            "\"\\u00e9\\u00E9\\uAbCd\"", "\"éé\uABCD\""),
        arguments("an escaped slash", "\"\\/\"", "\"/\""),
        arguments("escaped letters", "\"\\u0061\\u30af\\u30EA\\u30b9\"", "\"aクリス\""),
        arguments("an escaped backslash before a u", "\"\\\\u0000\"", "\"\\\\u0000\""),
        arguments("an escaped quote", "\"\\u0022\"", "\"\\\"\""),
        arguments("an escaped backslash by its code", "\"\\u005C\"", "\"\\\\\""),
        same("every control character, escaped", "\"" + CONTROLS + "\""),
        arguments("an escaped surrogate pair", "\"\\uD834\\udd1e\"", "\"\uD834\uDD1E\""),
        same("a surrogate pair as it is", "\"\uD83D\uDE00\""),
        arguments("a pair half escaped", "\"\uD83D" + "\\ude00\"", "\"\uD83D\uDE00\""),
        arguments("a lone high surrogate", "\"\\uDADA\"", "\"\\udada\""),
        arguments("a lone low surrogate", "\"\\uDD1E\"", "\"\\udd1e\""),
        arguments("surrogates the wrong way round", "\"\\uDD1E\\uD834\"", "\"\\udd1e\\ud834\""),
        arguments("a high surrogate before a letter", "\"\\uD800abc\"", "\"\\ud800abc\""),
        arguments("a high surrogate before an escape", "\"\\uD800\\n\"", "\"\\ud800\\n\""),
        arguments("two high surrogates and a low", "\"\\ud83d\\ud83d\\ude00\"",
            "\"\\ud83d\uD83D\uDE00\""),
        same("the delete character", "\"\u007F\""),
        same("the line and paragraph separators", "\"\u2028\u2029\""),
        same("a no-break space and a zero-width joiner", "\"\u00A0\u200D\""),
        same("a byte order mark inside", "\"\uFEFF\""),
        same("a replacement character", "\"\uFFFD\""),
        same("noncharacters", "\"\uFFFE\uFFFF\uDBFF\uDFFE\""),
        same("the first characters of each length in UTF-8", "\"\u0080\u0800\uD800\uDC00\""),
        same("the last character", "\"\uDBFF\uDFFF\""),
        same("what looks like a comment", "\"a/*b*/c//d#e\""),
        same("braces and commas", "\"[{,:}]\""));
  }

  private static final String CONTROLS =
      "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
          + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b"
          + "\\u001c\\u001d\\u001e\\u001f";

  @ParameterizedTest(name = "{0}")
  @MethodSource({"structure", "blanks", "numbers", "strings"})
  void is_accepted_and_means_the_same_as_text_and_as_bytes(
      String name, String text, String compact) {
    Json value = Json.parse(text);
    assertEquals(compact, value.toString(), name);
    assertEquals(value, Json.parse(compact), name);
    assertEquals(compact, new String(JsonWriter.bytes(value), UTF_8), name);
    // a half of a pair has no bytes in UTF-8
    if (UTF_8.newEncoder().canEncode(text)) assertEquals(value, Json.parse(text.getBytes(UTF_8)));
  }

  private static Arguments same(String name, String text) {
    return arguments(name, text, text);
  }
}
