package skyproxy.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseReader;
import skyproxy.sse.SseWriter;

/// The reader of event streams: it agrees with [#plain] wherever the stream is cut, and with the
/// writer.
final class SseFuzz {
  private SseFuzz() {}

  static Target target() {
    return new Target("sse", Samples.all(Samples.files("claude", ".sse"),
        Samples.files("field", ".sse", ".txt"), Samples.of("data: a\r\n\r\n: b\rdata\r\revent:e\n"
            + "data:é😀\n\nerror: {}\n\n{\"a\":\n1}\n\n", "\uFEFFdata: x\n\nid: 7\nretry: 1\n\n")),
        SseFuzz::read, input -> feed(input.packets(), new ArrayList<>(), false));
  }

  private static void read(Input input) throws IOException {
    List<SseEvent> expected = plain(input.bytes());
    SseEvent last = expected.removeLast();
    List<SseEvent> events = new ArrayList<>();
    assertEquals(last, feed(List.of(input.bytes()), events, false));
    assertEquals(expected, events);
    events.clear();
    assertEquals(last, feed(input.pieces(), events, false));
    assertEquals(expected, events);
    events.clear();
    assertEquals(last, feed(input.pieces(3), events, true));
    assertEquals(expected, events);
    for (SseEvent event : events) write(event.data());
  }

  /// @param direct whether the pieces come in buffers that show no array
  private static SseEvent feed(List<byte[]> pieces, List<SseEvent> out, boolean direct) {
    SseReader reader = new SseReader();
    for (byte[] piece : pieces) {
      ByteBuffer buffer = direct
          ? ByteBuffer.allocateDirect(piece.length).put(piece).flip() : ByteBuffer.wrap(piece);
      reader.feed(buffer, out::add);
      assertEquals(0, buffer.remaining());
    }
    SseEvent last = reader.end();
    assertNull(reader.end());
    return last;
  }

  private static void write(String data) throws IOException {
    var out = new ByteArrayOutputStream();
    SseWriter writer = new SseWriter(out);
    writer.data(data);
    writer.flush();
    List<SseEvent> events = new ArrayList<>();
    assertNull(feed(List.of(out.toByteArray()), events, false));
    assertEquals(List.of(new SseEvent("message", data.replaceAll("\r\n?", "\n"))), events);
  }

  /// The events of a stream by the specification's steps, one after the other; the last is the one
  /// that it breaks off in, or null.
  private static List<SseEvent> plain(byte[] stream) {
    List<SseEvent> events = new ArrayList<>();
    String type = "";
    String data = null;
    boolean bare = false;
    boolean first = true;
    String[] lines = new String(stream, ISO_8859_1).split("\r\n|\r|\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = new String(lines[i].getBytes(ISO_8859_1), UTF_8);
      if (first && lines[i].startsWith("ï»¿")) line = line.substring(1);
      first = false;
      boolean ends = i == lines.length - 1;
      if (!line.isEmpty()) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
        boolean named = name.equals("data") || name.equals("error");
        boolean begins = line.startsWith("{") || line.startsWith("[");
        if (name.equals("event")) type = value;
        if (name.equals("error")) type = "error";
        if (!named && colon != 0 && !name.equals("event") && (bare || begins)) {
          bare = true;
          named = true;
          value = line;
        }
        if (named) data = data == null ? value : data + '\n' + value;
      }
      if (line.isEmpty() || ends) {
        if (data != null) events.add(new SseEvent(type.isEmpty() ? "message" : type, data));
        else if (ends) events.add(null);
        if (!ends) {
          type = "";
          data = null;
          bare = false;
        }
      }
    }
    return events;
  }
}
