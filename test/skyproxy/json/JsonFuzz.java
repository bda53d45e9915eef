package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;

/// The reader and the writer of JSON: they agree with [PlainJson], with each other, and with
/// themselves however the same value is written down.
public final class JsonFuzz {
  private JsonFuzz() {}

  public static Target target() {
    return new Target("json", Samples.json(), JsonFuzz::read,
        input -> JsonWriter.bytes(Json.parse(input.bytes())));
  }

  private static void read(Input input) {
    String text = utf8(input.bytes());
    Json expected = text == null ? null : PlainJson.read(text);
    Json value;
    try {
      value = Json.parse(input.bytes());
    } catch (JsonException wrong) {
      assertNull(expected, "refused: " + wrong.getMessage());
      assertTrue(wrong.line() > 0 && wrong.column() > 0 && wrong.offset() >= 0);
      assertTrue(text == null || wrong.offset() <= text.length());
      assertFalse(wrong.getMessage().isBlank());
      return;
    }
    assertEquals(expected, value);
    assertEquals(expected.toString(), value.toString(), "the members are in order");
    assertEquals(value, Json.parse(text));
    String written = JsonWriter.text(value);
    assertEquals(value, Json.parse(written));
    assertEquals(written, value.toString());
    assertEquals(written, JsonWriter.text(Json.parse(written)));
    assertEquals(written, utf8(JsonWriter.bytes(value)), "halves of characters are escaped");
    Json.parse(JsonWriter.wellFormedBytes(value));
    assertEquals(value, Json.parse(respelt(value, input.random())));
  }

  /// Null where it is none.
  private static String utf8(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException wrong) {
      return null;
    }
  }

  /// The same value with blanks anywhere and escapes where there need be none.
  private static String respelt(Json value, Random random) {
    StringBuilder out = new StringBuilder();
    respell(value, random, out);
    return out.toString();
  }

  private static void respell(Json value, Random random, StringBuilder out) {
    blank(random, out);
    switch (value) {
      case Json.Obj object -> {
        out.append('{');
        object.members().forEach((name, member) -> {
          if (out.charAt(out.length() - 1) != '{') out.append(',');
          blank(random, out);
          respell(name, random, out);
          blank(random, out);
          out.append(':');
          respell(member, random, out);
          out.append(random.nextBoolean() ? "" : "\r\n");
        });
        out.append('}');
      }
      case Json.Arr(var items) -> {
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
          out.append(i == 0 ? "" : ",");
          respell(items.get(i), random, out);
        }
        out.append(']');
      }
      case Json.Str(var string) -> respell(string, random, out);
      case Json.Num _, Json.Bool _, Json.Null _ -> out.append(value);
    }
    blank(random, out);
  }

  private static void respell(String string, Random random, StringBuilder out) {
    int often = 1 + random.nextInt(8);
    out.append('"');
    for (char c : string.toCharArray()) {
      if (c < ' ' || c == '"' || c == '\\' || random.nextInt(often) == 0
          || Character.isSurrogate(c)) {
        out.append(random.nextBoolean() ? "\\u%04x".formatted((int) c)
            : "\\u%04X".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static void blank(Random random, StringBuilder out) {
    if (random.nextInt(4) == 0) out.append(" \t\n\r".charAt(random.nextInt(4)));
  }
}
