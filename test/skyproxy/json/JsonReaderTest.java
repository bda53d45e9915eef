package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Places, depth, UTF-8, and what a failure leaves behind: nothing.
final class JsonReaderTest {

  static Stream<Arguments> places() {
    return Stream.of(
        arguments("x", 1, 1, 0),
        arguments("[1,\n2,\n  x]", 3, 3, 9),
        arguments("[1,\r\n2,\r\n  x]", 3, 3, 11),
        arguments("[1,\r2,\r  x]", 3, 3, 9),
        arguments("\n\r\n\r\n\nx", 5, 1, 6),
        arguments("[1,\n", 2, 1, 4),
        arguments("[\"a\nb\"]", 1, 4, 3),
        arguments("[\"a\r\nb\"]", 1, 4, 3),
        arguments("[\"\uD83D\uDE00é\" x]", 1, 7, 7),
        arguments("\uFEFFx", 1, 1, 1),
        arguments("\uFEFF[\nx", 2, 1, 3));
  }

  @ParameterizedTest
  @MethodSource("places")
  void an_error_has_line_and_column_and_offset(String text, int line, int column, int offset) {
    var error = assertThrows(JsonException.class, () -> Json.parse(text));
    assertEquals(line, error.line());
    assertEquals(column, error.column());
    assertEquals(offset, error.offset());
    assertTrue(error.getMessage().endsWith("(line " + line + ", column " + column + ")"));
  }

  @Test
  void the_deepest_text_allowed_is_read_and_written_on_a_virtual_thread() throws Exception {
    String arrays = "[".repeat(512) + "]".repeat(512);
    String objects = "{\"a\":".repeat(511) + "{}" + "}".repeat(511);
    assertEquals(arrays, onVirtualThread(() -> Json.parse(arrays).toString()));
    assertEquals(objects, onVirtualThread(() -> Json.parse(objects).toString()));
    assertTrue(onVirtualThread(() -> Json.parse(objects).equals(Json.parse(objects))));
  }

  @Test
  void one_level_more_is_refused_at_its_bracket() {
    var array = assertThrows(JsonException.class, () -> Json.parse("[".repeat(513)));
    assertEquals(512, array.offset());
    assertTrue(array.getMessage().startsWith("nested deeper than 512 levels"));
    var object = assertThrows(JsonException.class, () -> Json.parse("{\"a\":".repeat(513)));
    assertEquals(512 * 5, object.offset());
  }

  @Test
  void a_million_brackets_are_refused_without_a_stack_overflow() throws Exception {
    for (String open : new String[] {"[", "{\"a\":", "[{\"a\":"}) {
      String text = open.repeat(1_000_000);
      onVirtualThread(() -> assertThrows(JsonException.class, () -> Json.parse(text)));
    }
  }

  @Test
  void the_deepest_text_fits_the_smallest_of_stacks() throws Exception {
    String text = "[{\"a\":".repeat(256) + "0" + "}]".repeat(256);
    var task = new FutureTask<>(() -> Json.parse(text).toString());
    new Thread(null, task, "small stack", 256 << 10).start();
    assertEquals(text, task.get());
  }

  @Test
  void depth_counts_what_is_open_and_not_what_is_closed() {
    String text = "[" + "[[]],".repeat(2000) + "[]]";
    assertEquals(text, Json.parse(text).toString());
  }

  @Test
  void a_failure_leaves_nothing_behind_for_the_next_text() {
    assertThrows(JsonException.class, () -> Json.parse("\"abc\\q\""));
    assertEquals(new Json.Str("x"), Json.parse("\"x\""));
    assertThrows(JsonException.class, () -> Json.parse("[".repeat(600)));
    String deep = "[".repeat(500) + "]".repeat(500);
    assertEquals(deep, Json.parse(deep).toString());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
      "a continuation byte alone,            22 80 22,                1",
      "two bytes cut off by the quote,       22 C3 22,                1",
      "two bytes cut off by the end,         22 C3,                   1",
      "three bytes cut off,                  22 61 E2 82 22,          2",
      "four bytes cut off,                   22 61 F0 9F 98 22,       2",
      "an overlong slash,                    22 C0 AF 22,             1",
      "an overlong NUL,                      22 C0 80 22,             1",
      "an overlong form of three bytes,      22 E0 80 AF 22,          1",
      "an overlong form of four bytes,       22 F0 80 80 AF 22,       1",
      "a surrogate,                          22 ED A0 80 22,          1",
      "a surrogate pair in six bytes,        22 ED A0 BD ED B8 80 22, 1",
      "a code point beyond the last,         22 F4 90 80 80 22,       1",
      "a byte that never occurs,             22 FF 22,                1",
      "a Latin-1 letter,                     22 E9 22,                1",
      "a Latin-1 letter after a wide one,    22 C3 A9 E9 22,          2",
      "a bad byte after a real replacement,  22 EF BF BD FF 22,       2",
      "bytes in UTF-16,                      FE FF 00 31,             0",
      "a bad byte outside a string,          5B FF 5D,                1",
      "a bad byte behind bad syntax,         5D FF,                   1"})
  void bytes_that_are_no_utf8_are_refused(String name, String hex, int offset) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
    var error = assertThrows(JsonException.class, () -> Json.parse(bytes), name);
    assertEquals(offset, error.offset());
    assertEquals(offset + 1, error.column());
    assertTrue(error.getMessage().startsWith("not UTF-8"), error.getMessage());
  }

  @Test
  void a_bad_byte_far_into_a_long_text_is_found_on_its_line() {
    byte[] bytes = ("[\n\"" + "aé".repeat(50_000) + "?\"]").getBytes(UTF_8);
    bytes[bytes.length - 3] = (byte) 0xFF;
    var error = assertThrows(JsonException.class, () -> Json.parse(bytes));
    assertEquals(2, error.line());
    assertEquals(100_002, error.column());
    assertEquals(100_003, error.offset());
  }

  @Test
  void a_replacement_character_that_was_sent_is_no_error() {
    String text = "[\"" + "\uFFFD é".repeat(10_000) + "\"]";
    assertEquals(text, Json.parse(text.getBytes(UTF_8)).toString());
  }

  @Test
  void a_byte_order_mark_in_bytes_is_skipped() {
    assertEquals(Json.Arr.of(), Json.parse("\uFEFF[]".getBytes(UTF_8)));
  }

  @Test
  void an_image_of_megabytes_comes_through_whole() {
    String image = "data:image/png;base64," + "iVBORw0KGgo+/=09".repeat(200_000);
    byte[] body = Json.Obj.builder().put("text", "Дракон").put("image", image).build()
        .toString().getBytes(UTF_8);
    assertEquals(image, ((Json.Str) ((Json.Obj) Json.parse(body)).get("image")).value());
  }

  private static <T> T onVirtualThread(Callable<T> work) throws Exception {
    var task = new FutureTask<>(work);
    Thread.startVirtualThread(task);
    return task.get();
  }
}
