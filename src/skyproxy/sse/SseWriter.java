package skyproxy.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Writes a `text/event-stream`: events that are there together leave together, in one write with
/// one flush, which its caller asks for as soon as it has nothing more in hand.
///
/// One thread at a time. A failing write is
/// often the only sign that the client has hung up; it is passed on.
public final class SseWriter {

  private static final byte[] DATA = "data: ".getBytes(US_ASCII);
  private static final byte[] COMMENT = ": ".getBytes(US_ASCII);

  /// More than this is not kept until somebody flushes: the JDK's server sends so much as one piece
  /// of a chunked body, and what is longer in several, which would cut an event in two.
  private static final int FULL = 4_096;

  private final OutputStream out;
  private byte[] frame = new byte[512];
  private int length;

  /// Writes to this stream.
  public SseWriter(OutputStream out) {
    this.out = out;
  }

  /// Adds an event; data of several lines stays so.
  public void data(String data) throws IOException {
    add(DATA, data);
  }

  /// Adds a comment, which every reader skips.
  public void comment(String text) throws IOException {
    add(COMMENT, text);
  }

  private void add(byte[] field, String text) throws IOException {
    byte[] utf8 = text.getBytes(UTF_8);
    int before = length;
    if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0) addLine(field, utf8, 0, utf8.length);
    else addLines(field, utf8);
    frame[length++] = '\n';
    if (length > FULL) send(before);
  }

  /// Adds a field line for each line of the value; CR, LF and CRLF all end one.
  private void addLines(byte[] field, byte[] value) {
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

  /// Sends all that was added.
  public void flush() throws IOException {
    send(length);
  }

  /// Sends what is left and ends the stream. The JDK's server then sends its own end in the same
  /// write.
  public void close() throws IOException {
    if (length > 0) out.write(frame, 0, length);
    length = 0;
    out.close();
  }

  private void send(int size) throws IOException {
    if (size == 0) return;
    byte[] sent = frame;
    int left = length - size;
    if (left > 0) frame = Arrays.copyOfRange(sent, size, length + 512);
    length = left; // before the write: one that fails leaves nothing of it for the next
    out.write(sent, 0, size);
    out.flush();
  }
}
