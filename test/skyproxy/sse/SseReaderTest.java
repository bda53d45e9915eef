package skyproxy.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of event streams, each under every line end and cut into pieces of every size that
/// matters: a line end, a byte order mark and a character of four bytes all get cut somewhere.
final class SseReaderTest {

  private static final int[] PIECES = {1, 2, 3, 200, Integer.MAX_VALUE};
  private static final String[] LINE_ENDS = {"\n", "\r", "\r\n"};

  static Stream<Arguments> rules() {
    return Stream.of(
        rule("an event of one line", "data: a\n\n", "message|a|"),
        rule("two events", "data: a\n\ndata: b\n\n", "message|a|", "message|b|"),
        rule("data of several lines", "data: a\ndata: b\ndata:\ndata: c\n\n", "message|a~b~~c|"),
        rule("a type", "event: ping\ndata: {}\n\n", "ping|{}|"),
        rule("a type after its data", "data: {}\nevent: ping\n\n", "ping|{}|"),
        rule("the last of two types", "event: a\nevent: b\ndata\n\n", "b||"),
        rule("a type of the event before does not last", "event: a\ndata: 1\n\ndata: 2\n\n",
            "a|1|", "message|2|"),
        rule("an empty type is none", "event: a\nevent:\ndata: 1\n\n", "message|1|"),
        rule("a type without data is no event, and does not last", "event: a\n\ndata: 1\n\n",
            "message|1|"),
        rule("multi-byte characters",
            "data: aé€\uD83D\uDE00ж中\n\nevent: Дракон\ndata: 龍\n\n",
            "message|aé€\uD83D\uDE00ж中|", "Дракон|龍|"),
        rule("a blank after the colon is dropped", "data: a\n\n", "message|a|"),
        rule("no blank after the colon is needed", "data:a\n\n", "message|a|"),
        rule("a second blank is kept", "data:  a \n\n", "message| a |"),
        rule("a tab is kept", "data:\ta\n\n", "message|\ta|"),
        rule("blanks alone, all but one kept", "data:   \n\n", "message|  |"),
        rule("a colon in the value is kept", "data: a: b:c\n\n", "message|a: b:c|"),
        rule("a byte order mark is dropped", "\uFEFFdata: a\n\n", "message|a|"),
        rule("a byte order mark before a blank line", "\uFEFF\ndata: a\n\n", "message|a|"),
        rule("a byte order mark before a comment", "\uFEFF: x\ndata: a\n\n", "message|a|"),
        rule("a second byte order mark is part of a name", "\uFEFF\uFEFFdata: a\ndata: b\n\n",
            "message|b|"),
        rule("a byte order mark further on is part of a name", "\n\uFEFFdata: a\n\n"),
        rule("a byte order mark in data is kept", "data: \uFEFFa\n\n", "message|\uFEFFa|"),
        rule("a comment is no event", ": waiting\n\n"),
        rule("an empty comment is no event", ":\n\n:\n\n"),
        rule("a comment between the lines of an event",
            "data: a\n: x\ndata: b\n\n", "message|a~b|"),
        rule("a comment that looks like data", ":data: a\n\n"),
        rule("data without a colon is an empty line", "data\n\n", "message||"),
        rule("two of them are two empty lines", "data\ndata\n\n", "message|~|"),
        rule("empty data is an event", "data:\n\n", "message||"),
        rule("a type without a colon is none", "event: a\nevent\ndata: 1\n\n", "message|1|"),
        rule("an unknown field is ignored", "foo: bar\ndata: a\nfoo\n\n", "message|a|"),
        rule("unknown fields alone are no event", "foo: bar\n\ndata: a\n\n", "message|a|"),
        rule("a field error is an event of this type", "error: {\"a\":1}\n\ndata: b\n\n",
            "error|{\"a\":1}|", "message|b|"),
        rule("JSON without a field's name is data", "{\"a\":\n  1,\n\"data\":2\n}\n\nb: c\n\n",
            "message|{\"a\":~  1,~\"data\":2~}|"),
        rule("so is a list", "[{\n}]\n\n", "message|[{~}]|"),
        rule("names are told by their case", "Data: a\nDATA: b\ndata: c\n\n", "message|c|"),
        rule("a blank before a name makes another", " data: a\ndata : b\ndata: c\n\n",
            "message|c|"),
        rule("longer and shorter names are others", "datas: a\ndat: b\nevents: c\ndata: d\n\n",
            "message|d|"),
        rule("a good retry is ignored", "retry: 3000\ndata: a\n\n", "message|a|"),
        rule("a bad retry is ignored", "retry: soon\nretry: -1\nretry\ndata: a\n\n", "message|a|"),
        rule("an id is ignored", "id: 7\ndata: a\n\nid\ndata: b\n\n", "message|a|", "message|b|"),
        rule("blank lines alone are no events", "\n\n\n\ndata: a\n\n\n\n", "message|a|"),
        rule("NUL in data is kept", "data: a\u0000b\n\n", "message|a\u0000b|"),
        rule("other line ends of Unicode are none", "data: a\u0085b\u2028c\u000Bd\fe\n\n",
            "message|a\u0085b\u2028c\u000Bd\fe|"),
        rule("an event without its blank line is dropped", "data: a\n\ndata: b\n", "message|a|"),
        rule("an event without its line end is dropped", "data: a\n\ndata: b", "message|a|"),
        rule("an event cut in its name is dropped", "data: a\n\nda", "message|a|"),
        rule("an empty stream has no events", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void holds_for_every_line_end_and_every_piece(String name, String stream, List<String> events) {
    for (String lineEnd : LINE_ENDS) {
      for (int piece : PIECES) {
        byte[] bytes = stream.replace("\n", lineEnd).getBytes(UTF_8);
        String end = lineEnd.replace("\r", "CR").replace("\n", "LF");
        String what = name + ", " + end + ", pieces of " + piece;
        assertEquals(events, read(bytes, piece), what);
      }
    }
  }

  @Test
  void line_ends_may_be_mixed() {
    byte[] bytes = "data: a\rdata: b\r\ndata: c\n\r\ndata: d\n\rdata: e\r\r\n".getBytes(UTF_8);
    for (int piece : PIECES) {
      assertEquals(List.of("message|a~b~c|", "message|d|", "message|e|"), read(bytes, piece));
    }
  }

  @Test
  void an_event_comes_out_with_the_cr_that_completes_it_and_a_late_lf_adds_nothing() {
    var reader = new SseReader();
    var events = new ArrayList<SseEvent>();
    feed(reader, "data: a\r\n\r", events);
    assertEquals(1, events.size());
    feed(reader, "", events);
    feed(reader, "\n", events);
    feed(reader, "data: b\r\n\r\n", events);
    assertEquals(2, events.size());
    assertEquals("b", events.getLast().data());
  }

  @Test
  void bytes_that_are_no_utf8_become_replacement_characters_within_their_line() {
    var stream = new ByteArrayOutputStream();
    stream.writeBytes("data: a".getBytes(UTF_8));
    stream.writeBytes(new byte[] {(byte) 0xFF, 'b', (byte) 0xE2, (byte) 0x82});
    stream.writeBytes("\ndata: c\n\n".getBytes(UTF_8));
    for (int piece : PIECES) {
      assertEquals(List.of("message|a\uFFFDb\uFFFD~c|"), read(stream.toByteArray(), piece));
    }
  }

  @Test
  void a_random_stream_means_the_same_however_it_is_cut() {
    long seed = 20260612;
    var random = new Random(seed);
    String[] parts = {"data", "event", "id", ":", " ", "\n", "\r", "\r\n", "\n\n", "é", "\uFEFF",
        "\uD83D\uDE00", "x"};
    for (int i = 0; i < 2000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(40); n > 0; n--) text.append(parts[random.nextInt(parts.length)]);
      byte[] bytes = text.toString().getBytes(UTF_8);
      List<String> whole = read(bytes, Integer.MAX_VALUE);
      var reader = new SseReader();
      var events = new ArrayList<SseEvent>();
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(random.nextInt(8), bytes.length - at);
        reader.feed(bytes, at, length, events::add);
        at += length;
      }
      assertEquals(whole, shown(events), () -> "seed " + seed + ": " + text);
    }
  }

  @Test
  void a_part_of_an_array_is_read_and_no_more() {
    byte[] bytes = "data: no\n\ndata: a\n\ndata: no\n\n".getBytes(UTF_8);
    var events = new ArrayList<SseEvent>();
    new SseReader().feed(bytes, 10, 9, events::add);
    assertEquals(List.of("message|a|"), shown(events));
  }

  @Test
  void buffers_of_every_kind_are_read_to_their_limit() {
    byte[] bytes = ("xxx" + "data: " + "é".repeat(20_000) + "\n\nyyy").getBytes(UTF_8);
    ByteBuffer array = ByteBuffer.wrap(bytes);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    for (var buffer : List.of(array, array.asReadOnlyBuffer(), direct, array.slice())) {
      buffer.position(3).limit(bytes.length - 3);
      ByteBuffer slice = buffer.slice();
      for (var view : List.of(buffer, slice)) {
        var events = new ArrayList<SseEvent>();
        new SseReader().feed(view, events::add);
        assertEquals(List.of("message|" + "é".repeat(20_000) + "|"), shown(events));
        assertEquals(0, view.remaining());
      }
    }
  }

  @Test
  void a_line_of_megabytes_in_small_pieces_comes_through_whole() {
    String image = "iVBORw0KGgo=".repeat(250_000);
    List<String> events = read(("data: " + image + "\n\n").getBytes(UTF_8), 1400);
    assertEquals(List.of("message|" + image + "|"), events);
  }

  @Test
  void the_end_gives_the_event_that_the_stream_broke_off_in() {
    for (String cut : List.of("event: e\ndata: b", "event: e\ndata: b\n",
        "event:e\ndata:b\n: x")) {
      var reader = new SseReader();
      feed(reader, "data: a\n\n" + cut, new ArrayList<>());
      assertEquals(new SseEvent("e", "b"), reader.end(), cut);
      assertNull(reader.end());
    }
    for (String none : List.of("", "data: a\n\n", "da", ": x", "event: e\n")) {
      var reader = new SseReader();
      feed(reader, none, new ArrayList<>());
      assertNull(reader.end(), none);
    }
  }

  @Test
  void nothing_is_taken_after_the_end() {
    var reader = new SseReader();
    reader.end();
    reader.end();
    assertThrows(IllegalStateException.class, () -> feed(reader, "\n", new ArrayList<>()));
  }

  @Test
  void a_line_without_end_is_refused_before_it_fills_the_memory() {
    for (int piece : PIECES) {
      byte[] bytes = ("data: " + "a".repeat(100)).getBytes(UTF_8);
      var error = assertThrows(SseException.class, () -> read(bytes, piece, new SseReader(64)));
      assertEquals("the stream has a line of more than 64 bytes", error.getMessage());
      read(bytes, piece, new SseReader(106));
    }
  }

  @Test
  void a_whole_line_too_long_is_refused_too() {
    byte[] bytes = ("data: " + "a".repeat(100) + "\n\n").getBytes(UTF_8);
    for (int piece : PIECES) {
      assertThrows(SseException.class, () -> read(bytes, piece, new SseReader(64)));
    }
  }

  @Test
  void an_event_of_too_many_lines_is_refused() {
    byte[] lines = "data: aaaa\n".repeat(100).getBytes(UTF_8);
    byte[] empty = "data\n".repeat(100).getBytes(UTF_8);
    for (int piece : PIECES) {
      var error = assertThrows(SseException.class, () -> read(lines, piece, new SseReader(64)));
      assertEquals("the stream has an event of more than 64 bytes", error.getMessage());
      assertThrows(SseException.class, () -> read(empty, piece, new SseReader(64)));
    }
  }

  @Test
  void many_events_within_the_limit_are_read() {
    byte[] bytes = "data: aaaa\n\n".repeat(100).getBytes(UTF_8);
    for (int piece : PIECES) assertEquals(100, read(bytes, piece, new SseReader(64)).size());
  }

  private static Arguments rule(String name, String stream, String... events) {
    return arguments(name, stream, List.of(events));
  }

  private static void feed(SseReader reader, String text, List<SseEvent> events) {
    byte[] bytes = text.getBytes(UTF_8);
    reader.feed(bytes, 0, bytes.length, events::add);
  }

  private static List<String> read(byte[] bytes, int piece) {
    return read(bytes, piece, new SseReader());
  }

  /// The events as `type|data|`, with `~` for a line end.
  private static List<String> read(byte[] bytes, int piece, SseReader reader) {
    var events = new ArrayList<SseEvent>();
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(piece, bytes.length - at);
      reader.feed(bytes, at, length, events::add);
      at += length;
    }
    reader.end();
    return shown(events);
  }

  private static List<String> shown(List<SseEvent> events) {
    return events.stream()
        .map(e -> e.type() + "|" + e.data().replace('\n', '~') + "|")
        .toList();
  }
}
