package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Large parts that were read from bytes are sent on in these bytes.
final class JsonPiecesTest {
  private static final String LONG = "The road to Whiterun is long. ".repeat(60);

  private static byte[] joined(Json.Obj object) {
    var all = new ByteArrayOutputStream();
    for (ByteBuffer piece : JsonWriter.pieces(object)) {
      byte[] bytes = new byte[piece.remaining()];
      piece.duplicate().get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static Json.Obj read(String text) {
    return (Json.Obj) Json.parse(text.getBytes(UTF_8));
  }

  private static String sent(Json.Obj object) {
    return new String(joined(object), UTF_8);
  }

  @Test
  void what_nobody_changed_goes_out_byte_by_byte_as_it_came() {
    String part = "{\"a\" : 1.50 ,\n \"long\":\"" + LONG + "\\u0041\\/\", \"é\":[1, 2 ]}";
    for (String before : List.of("{\"p\": ", " {\"p\" :\n", "\uFEFF{\"p\":")) {
      assertEquals("{\"p\":" + part + "}", sent(read(before + part + " } ")));
    }
  }

  @Test
  void beside_another_model_the_messages_stay_as_they_came() {
    String messages = "[ {\"role\":\"user\", \"content\":\"" + LONG + "— \\u00e9\"} ]";
    String text = "{\"stream\": true, \"model\":\"a\", \"messages\": " + messages + ", \"x\" :1}";
    assertEquals("{\"stream\":true,\"model\":\"b\",\"messages\":" + messages + "}",
        sent(read(text).with("model", new Json.Str("b")).without("x")));
  }

  @Test
  void a_large_part_is_not_copied() {
    byte[] bytes = ("{\"model\":\"a\",\"long\":\"" + LONG + "\"}").getBytes(UTF_8);
    Json.Obj object = ((Json.Obj) Json.parse(bytes)).with("model", new Json.Str("b"));
    List<ByteBuffer> pieces = JsonWriter.pieces(object);
    bytes[40] = '!';
    assertEquals(3, pieces.size());
    assertTrue(sent(object).contains("!"));
    assertEquals(LONG, ((Json.Str) object.get("long")).value());
  }

  @Test
  void a_part_that_moved_is_found_again() {
    String message = "{\"role\":\"user\",  \"content\":\"" + LONG + "\"}";
    Json.Obj body = read("{\"messages\":[1,{\"in\":[" + message + "]}]}");
    Json found = Cursor.of(body).at("messages").at(1).at("in").at(0).json();
    assertEquals("{\"messages\":[" + message + "]}",
        sent(body.with("messages", Json.Arr.of(found))));
  }

  @Test
  void a_name_that_is_there_twice_is_written_once() {
    assertEquals("{\"model\":\"b\",\"l\":\"" + LONG + "\"}",
        sent(read("{\"model\":\"a\", \"l\":\"" + LONG + "\",\"model\":\"b\"}")));
    String deep = "{\"l\":[{\"role\":\"user\",\"role\":\"system\",\"t\":\"" + LONG + "\"}]}";
    assertEquals("{\"l\":[{\"role\":\"system\",\"t\":\"" + LONG + "\"}]}", sent(read(deep)));
  }

  @Test
  void half_a_character_is_mended_and_what_stands_beside_it_left_alone() {
    String beside = "{\"t\" :\"" + LONG + "\\ud83d\\ude00\"}";
    for (String half : List.of("\\ud83d", "\\uDE00", "\\ude00\\ud83d", "a\\ud83db")) {
      String mended = half.replaceAll("\\\\u[dD][0-9a-fA-F]{3}", "\uFFFD");
      assertEquals("{\"l\":[{\"t\":\"" + LONG + mended + "\"}," + beside + "]}",
          sent(read("{\"l\":[{\"t\":\"" + LONG + half + "\"}, " + beside + "]}")));
    }
  }

  @Test
  void what_was_read_from_a_text_or_made_is_written() {
    Json.Obj made = Json.Obj.builder().put("long", LONG).build();
    assertEquals(made.toString(), sent(made));
    assertEquals(made.toString(), sent((Json.Obj) Json.parse("{ \"long\" :\"" + LONG + "\"}")));
  }

  @Test
  void control_characters_are_refused_in_strings_and_allowed_between_values() {
    String good = "{\r\n\t\"long\":\"" + LONG + "\\n\"\n}";
    assertEquals(LONG + "\n", ((Json.Str) read(good).get("long")).value());
    for (char c = 0; c < ' '; c++) {
      for (int at : List.of(0, 1, 7, 8, LONG.length())) {
        String bad = "{\"long\":\"" + LONG.substring(0, at) + c + LONG.substring(at) + "\"}";
        var error = assertThrows(JsonException.class, () -> read(bad));
        assertEquals(9 + at, error.offset());
      }
    }
  }

  @Test
  void no_byte_below_a_blank_is_overlooked_wherever_it_stands() {
    for (int length = 0; length < 40; length++) {
      byte[] bytes = new byte[length];
      for (int value = -128; value < 128; value++) {
        Arrays.fill(bytes, (byte) value);
        boolean control = value >= 0 && value < ' ' && length > 0;
        assertEquals(!control, Utf8.holdsNoControls(bytes), value + " x " + length);
      }
      Arrays.fill(bytes, (byte) 0x80);
      for (int at = 0; at < length; at++) {
        bytes[at] = 0x1f;
        assertFalse(Utf8.holdsNoControls(bytes));
        bytes[at] = (byte) 0xff;
        assertTrue(Utf8.holdsNoControls(bytes));
      }
    }
  }

  @Test
  void random_documents_are_the_same_read_from_a_text_and_from_bytes_and_sent_on() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      String text = "{\"a\":" + value(random, 0) + ",\"messages\":" + value(random, 0) + "}";
      Json.Obj fromText = (Json.Obj) Json.parse(text);
      Json.Obj fromBytes = read(text);
      String which = "seed " + seed + ": " + text;
      assertEquals(fromText, fromBytes, which);
      Json.Obj expected = (Json.Obj) Json.parse(JsonWriter.wellFormedBytes(fromText));
      assertEquals(expected, Json.parse(joined(fromBytes)), which);
      Json one = new Json.Str("one");
      assertEquals(expected.with("a", one).without("b"),
          Json.parse(joined(fromBytes.with("a", one).without("b"))), which);
    }
  }

  private static String value(Random random, int depth) {
    return switch (depth > 4 ? random.nextInt(3) : random.nextInt(6)) {
      case 0 -> "" + random.nextInt(1_000) / 8.0;
      case 1, 2 -> string(random, random.nextInt(8) == 0 ? 3_000 : 20);
      case 3 -> random.nextBoolean() ? "null" : "\n true\t";
      case 4 -> {
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) items.add(value(random, depth + 1));
        yield "[" + String.join(" ,", items) + "]";
      }
      default -> {
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
          members.add("\"" + (char) ('a' + random.nextInt(12)) + "\" :" + value(random, depth + 1));
        }
        yield "{" + String.join(",", members) + "}";
      }
    };
  }

  private static String string(Random random, int most) {
    List<String> parts = List.of("a", "word ", "é", "— ", "\uD83D\uDE00", "日本", "\\n", "\\\"",
        "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "Привет ");
    var text = new StringBuilder("\"");
    for (int left = random.nextInt(most + 1); left > 0; left--) {
      text.append(parts.get(random.nextInt(parts.size())));
      if (random.nextInt(2_000) == 0) text.append(random.nextBoolean() ? "\\ud83d" : "\\ude00");
    }
    return text.append('"').toString();
  }
}
