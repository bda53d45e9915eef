package skyproxy.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Writes a `text/event-stream`: one write and one flush for an event, so that it leaves at once
/// and in one piece.
///
/// Writes to the stream of its caller, who closes it. One thread at a time. A failing write is
/// often the only sign that the client has hung up; it is passed on.
public final class SseWriter {

  private static final byte[] DATA = "data: ".getBytes(US_ASCII);
  private static final byte[] COMMENT = ": ".getBytes(US_ASCII);

  private final OutputStream out;
  private byte[] frame = new byte[512];
  private int length;

  /// Writes to this stream.
  public SseWriter(OutputStream out) {
    this.out = out;
  }

  /// Writes an event; data of several lines stays so.
  public void data(String data) throws IOException {
    data(data.getBytes(UTF_8));
  }

  /// Writes an event whose data is already UTF-8.
  void data(byte[] utf8) throws IOException {
    add(DATA, utf8);
    send();
  }

  /// Writes a comment, which every reader skips.
  public void comment(String text) throws IOException {
    add(COMMENT, text.getBytes(UTF_8));
    send();
  }

  /// Adds a field line for each line of the value; CR, LF and CRLF all end one.
  private void add(byte[] field, byte[] value) {
    int start = 0;
    for (int at = 0; at < value.length; at++) {
      if (value[at] != '\n' && value[at] != '\r') continue;
      addLine(field, value, start, at);
      if (value[at] == '\r' && at + 1 < value.length && value[at + 1] == '\n') at++;
      start = at + 1;
    }
    addLine(field, value, start, value.length);
  }

  private void addLine(byte[] field, byte[] value, int start, int end) {
    int size = field.length + (end - start) + 1;
    if (frame.length - length <= size) { // one byte is left for the blank line
      frame = Arrays.copyOf(frame, Math.max(2 * frame.length, length + size + 1));
    }
    System.arraycopy(field, 0, frame, length, field.length);
    System.arraycopy(value, start, frame, length + field.length, end - start);
    length += size;
    frame[length - 1] = '\n';
  }

  private void send() throws IOException {
    frame[length] = '\n';
    int size = length + 1;
    length = 0; // before the write: one that fails leaves nothing for the next
    out.write(frame, 0, size);
    out.flush();
  }
}
