package skyproxy.bench;

import java.io.IOException;
import java.io.InputStream;

/// Reads HTTP messages from a socket with as little work as possible, so that what is measured is
/// not the one who measures.
final class Wire {
  private static final int CHUNKED = -1;

  private final InputStream in;
  private final byte[] buffer = new byte[16_384];
  private int at;
  private int end;
  private int length;
  private int left;

  Wire(InputStream in) {
    this.in = in;
  }

  /// Reads a message up to its body; its first line, or null when there is no other message.
  String head() throws IOException {
    String first = line();
    if (first == null) return null;
    length = 0;
    for (String line; !(line = line()).isEmpty(); ) {
      if (starts(line, "content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (starts(line, "transfer-encoding:")) {
        length = CHUNKED;
      }
    }
    left = Math.max(length, 0);
    return first;
  }

  private static boolean starts(String line, String name) {
    return line.regionMatches(true, 0, name, 0, name.length());
  }

  /// The next byte of the body without its framing, -1 at its end.
  int next() throws IOException {
    if (left == 0 && !more()) return -1;
    left--;
    return raw();
  }

  /// Whether there is another chunk.
  private boolean more() throws IOException {
    if (length != CHUNKED) return false;
    String size = line();
    if (size.isEmpty()) size = line(); // the end of the chunk before
    left = Integer.parseInt(size, 16);
    if (left > 0) return true;
    line();
    length = 0;
    return false;
  }

  /// Reads the body to its end; its beginning.
  String body(int kept) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int b; text.length() < kept && (b = next()) >= 0; ) text.append((char) b);
    do {
      while (left > 0) {
        int step = Math.min(left, end - at);
        if (step == 0) {
          fill();
        } else {
          at += step;
          left -= step;
        }
      }
    } while (more());
    return text.toString();
  }

  /// Without its end; null at the end of the stream.
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b; (b = raw()) != '\n'; ) {
      if (b < 0) return null;
      if (b != '\r') line.append((char) b);
    }
    return line.toString();
  }

  private int raw() throws IOException {
    if (at == end) {
      end = Math.max(in.read(buffer), 0);
      at = 0;
      if (end == 0) return -1;
    }
    return buffer[at++] & 0xff;
  }

  private void fill() throws IOException {
    if (raw() < 0) throw new IOException("it broke off");
    at--;
  }
}
