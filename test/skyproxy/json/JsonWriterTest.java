package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The texts of values, which are read back as they were.
final class JsonWriterTest {

  @Test
  void every_character_alone_comes_back_and_only_what_must_be_is_escaped() {
    for (int code = 0; code <= 0xFFFF; code++) {
      var value = new Json.Str(String.valueOf((char) code));
      String text = value.toString();
      boolean surrogate = code >= 0xD800 && code <= 0xDFFF;
      boolean plain = code >= 0x20 && code != '"' && code != '\\' && !surrogate;
      assertEquals(plain, text.length() == 3, "U+%04X".formatted(code));
      assertEquals(value, Json.parse(text));
      assertEquals(value, Json.parse(JsonWriter.bytes(value)));
    }
  }

  @Test
  void escapes_at_the_start_and_the_end_and_side_by_side_are_written() {
    assertEquals("\"\\\"a\\\\\\nb\\u0001\"", new Json.Str("\"a\\\nb\u0001").toString());
    assertEquals("\"\\ud800\"", new Json.Str("\uD800").toString());
    assertEquals("\"\\udc00\uD800\uDC00" + "\\ud800\"",
        new Json.Str("\uDC00\uD800\uDC00\uD800").toString());
  }

  @Test
  void half_a_character_leaves_as_a_sign_that_something_is_missing_where_that_is_asked_for() {
    for (String half : List.of("\uD83D", "\uDC00", "a\uD83Db", "\uDC00\uD83D\uDC00\uD83D")) {
      String mended = half.replaceAll("(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]"
          + "|[\uD800-\uDBFF](?![\uDC00-\uDFFF])", "\uFFFD");
      byte[] bytes = JsonWriter.wellFormedBytes(
          Json.Obj.builder().put(half, "\n" + half).build());
      assertEquals("{\"" + mended + "\":\"\\n" + mended + "\"}", new String(bytes, UTF_8));
    }
  }

  @Test
  void member_names_are_escaped_too() {
    assertEquals("{\"\\\"\\n\":1}", Json.Obj.builder().put("\"\n", 1).build().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e400", "12345678901234567890", "1.0", "-0", "1E+2", "0.10", "1e-0"})
  void a_number_leaves_as_the_text_it_came_as(String text) {
    String body = "{\"n\":" + text + ",\"a\":[" + text + "]}";
    assertEquals(body, Json.parse(body).toString());
  }

  @Test
  void text_is_appended_to_what_is_there() {
    var out = new StringBuilder("data: ");
    JsonWriter.write(Json.Arr.of(Json.NULL, new Json.Bool(true)), out);
    assertEquals("data: [null,true]", out.toString());
  }

  @Test
  void random_values_come_back_from_text_and_from_bytes() {
    long seed = 20260611;
    var random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      Json value = value(random, 6);
      String text = value.toString();
      assertEquals(value, Json.parse(text), () -> "seed " + seed + ": " + text);
      assertEquals(text, Json.parse(text).toString());
      assertArrayEquals(text.getBytes(UTF_8), JsonWriter.bytes(Json.parse(text.getBytes(UTF_8))));
      assertEquals(text, Json.parse(spread(text, random)).toString());
    }
  }

  private static Json value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> Json.NULL;
      case 1 -> new Json.Bool(random.nextBoolean());
      case 2 -> Json.Num.of(random.nextLong() >> random.nextInt(64));
      case 3 -> Json.Num.of(random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300));
      case 4, 5 -> new Json.Str(string(random));
      case 6 -> {
        List<Json> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) items.add(value(random, depth - 1));
        yield new Json.Arr(items);
      }
      default -> {
        var members = Json.Obj.builder();
        for (int i = random.nextInt(5); i > 0; i--) {
          members.put(string(random), value(random, depth - 1));
        }
        yield members.build();
      }
    };
  }

  /// Up to twelve UTF-16 units from the places where encodings and escapes change, lone
  /// surrogates among them.
  private static String string(Random random) {
    int[] ranges = {0x20, 0x80, 0x100, 0x800, 0x3000, 0x10000};
    var string = new StringBuilder();
    for (int i = random.nextInt(13); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> string.append("\"\\/\b\n\u2028".charAt(random.nextInt(6)));
        case 1 -> string.appendCodePoint(0x10000 + random.nextInt(0x100000));
        case 2 -> string.append((char) (0xD800 + random.nextInt(0x800)));
        default -> string.append((char) random.nextInt(ranges[random.nextInt(ranges.length)]));
      }
    }
    return string.toString();
  }

  /// The text with blanks wherever they may stand.
  private static String spread(String text, Random random) {
    var spread = new StringBuilder();
    boolean inString = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inString && c == '\\') {
        spread.append(c).append(text.charAt(++i));
        continue;
      }
      if (c == '"') inString = !inString;
      boolean around = !inString && "[]{},:".indexOf(c) >= 0;
      if (around) spread.append(" \t\r\n".charAt(random.nextInt(4)));
      spread.append(c);
      if (around) spread.append(" \t\r\n".charAt(random.nextInt(4)));
    }
    return spread.toString();
  }
}
