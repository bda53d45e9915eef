package skyproxy.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bytes of events and their number of writes; the reader reads them back.
final class SseWriterTest {

  /// Notes each write, and each flush as a bar.
  private static final class Wire extends OutputStream {

    private final List<String> calls = new ArrayList<>();
    private boolean broken;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (broken) throw new IOException("the client has hung up");
      calls.add(new String(bytes, offset, length, UTF_8));
    }

    @Override
    public void flush() {
      calls.add("|");
    }

    @Override
    public void close() {
      calls.add("closed");
    }

    private List<SseEvent> events() {
      var events = new ArrayList<SseEvent>();
      byte[] bytes = String.join("", calls).replace("|", "").getBytes(UTF_8);
      new SseReader().feed(bytes, 0, bytes.length, events::add);
      return events;
    }
  }

  private final Wire wire = new Wire();
  private final SseWriter writer = new SseWriter(wire);

  @Test
  void what_was_added_together_is_one_write_and_one_flush() throws IOException {
    writer.data("{\"a\":\"é\"}");
    writer.flush();
    writer.data("[1]");
    writer.comment("waiting");
    assertEquals(List.of("data: {\"a\":\"é\"}\n\n", "|"), wire.calls);
    writer.data("[DONE]");
    writer.flush();
    writer.flush();
    assertEquals(
        List.of("data: {\"a\":\"é\"}\n\n", "|",
            "data: [1]\n\n: waiting\n\ndata: [DONE]\n\n", "|"),
        wire.calls);
  }

  @Test
  void what_is_left_goes_with_the_end() throws IOException {
    writer.data("a");
    writer.flush();
    writer.data("[DONE]");
    writer.close();
    assertEquals(List.of("data: a\n\n", "|", "data: [DONE]\n\n", "closed"), wire.calls);
  }

  /// The server sends 4,096 bytes at a time: what is cut must not be an event.
  @Test
  void what_is_a_lot_leaves_by_itself_in_whole_events() throws IOException {
    for (int i = 0; i < 200; i++) {
      writer.data("x".repeat(37 * i % 1_500));
      if (i % 50 == 0) writer.data("é".repeat(5_000));
    }
    assertTrue(wire.events().size() > 190);
    writer.flush();
    assertEquals(204, wire.events().size());
    for (String call : wire.calls) {
      assertTrue(call.equals("|") || call.endsWith("\n\n"), call);
      assertTrue(call.length() <= 4_096 || call.indexOf("data:", 1) < 0, call);
    }
  }

  @Test
  void data_of_several_lines_gets_a_field_for_each() throws IOException {
    writer.data("a\nb\r\nc\rd\n\ne");
    writer.data("\n");
    writer.data("\r\n\r");
    writer.flush();
    assertEquals("data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n"
        + "data: \ndata: \n\ndata: \ndata: \ndata: \n\n", wire.calls.getFirst());
    assertEquals("a\nb\nc\nd\n\ne", wire.events().getFirst().data());
  }

  @Test
  void a_comment_of_several_lines_stays_a_comment() throws IOException {
    writer.comment("a\ndata: b\r\rdata: c");
    writer.flush();
    assertEquals(": a\n: data: b\n: \n: data: c\n\n", wire.calls.getFirst());
    assertEquals(List.of(), wire.events());
  }

  @Test
  void what_begins_with_a_blank_or_is_empty_comes_back_as_it_was() throws IOException {
    for (String data : List.of("", " ", " a", "  a ", ":", "data: a")) writer.data(data);
    writer.flush();
    assertEquals(
        List.of("", " ", " a", "  a ", ":", "data: a"),
        wire.events().stream().map(SseEvent::data).toList());
  }

  @Test
  void data_of_any_length_is_written_whole() throws IOException {
    var sent = new ArrayList<String>();
    for (int length = 480; length < 520; length++) sent.add("x".repeat(length));
    sent.add("é".repeat(1_000_000));
    sent.add("after");
    for (String data : sent) writer.data(data);
    writer.flush();
    assertEquals(sent, wire.events().stream().map(SseEvent::data).toList());
  }

  @Test
  void a_failing_write_is_passed_on_and_leaves_nothing_for_the_next() throws IOException {
    wire.broken = true;
    writer.data("lost");
    assertThrows(IOException.class, writer::flush);
    wire.broken = false;
    writer.data("b");
    writer.flush();
    assertEquals(List.of("data: b\n\n", "|"), wire.calls);
  }
}
