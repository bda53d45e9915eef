package skyproxy.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/// Finds the events in the bytes of a `text/event-stream`, by
/// [the WHATWG rules](https://html.spec.whatwg.org/#event-stream-interpretation).
///
/// Knows nothing of HTTP, JSON or vendors, and does no I/O: bytes go in as they come, cut anywhere,
/// and an event comes out with the line end that completes it. One reader reads one stream, on one
/// thread at a time. Line ends are looked for in the bytes, which UTF-8 allows, so a line is
/// decoded once and whole; what is not UTF-8 becomes U+FFFD.
///
/// An event that the stream breaks off in is no event, as the specification says: nobody can tell
/// a cut one from a whole one, unless its data is of a kind that shows. So [#end] gives it to who
/// asked.
///
/// Two things that servers write and no specification allows are read as they are meant: JSON
/// without the name of a field before it is data, and a field `error` is an event of this type.
public final class SseReader {

  /// More than any image in a reply needs; an upstream that sends more has gone mad.
  private static final int LIMIT = 64 << 20;

  private static final byte[] DATA = "data".getBytes(US_ASCII);
  private static final byte[] EVENT = "event".getBytes(US_ASCII);
  private static final byte[] ERROR = "error".getBytes(US_ASCII);

  private final int limit;
  private byte[] kept = new byte[256]; // the begun line, as far as earlier feeds brought it
  private int keptLength;
  private byte[] copy; // for buffers that don't show their array
  private boolean first = true; // no line has ended yet
  private boolean afterCr; // an LF that comes next belongs to the line end before it
  private boolean ended;

  private String type = "";
  private String data; // null: no data field yet
  private StringBuilder lines; // replaces data from the second data field on
  private boolean bare; // the lines of this event have no names

  /// Reads a stream from its start; a line or an event may have 64 MiB.
  public SseReader() {
    this(LIMIT);
  }

  SseReader(int limit) {
    this.limit = limit;
  }

  /// Takes the next bytes of the stream and hands over the events that they complete.
  ///
  /// @throws SseException if a line or the data of an event passes 64 MiB; the reader is of no
  ///     more use then
  public void feed(byte[] bytes, int offset, int length, Consumer<SseEvent> out) {
    if (ended) throw new IllegalStateException("the stream has ended");
    int end = offset + length;
    int start = offset;
    if (afterCr && length > 0) {
      if (bytes[start] == '\n') start++;
      afterCr = false;
    }
    while (start < end) {
      int at = lineEnd(bytes, start, end);
      if (at == end) {
        keep(bytes, start, end);
        return;
      }
      if (keptLength == 0) {
        line(bytes, start, at, out);
      } else {
        keep(bytes, start, at);
        int kept = keptLength;
        keptLength = 0;
        line(this.kept, 0, kept, out);
      }
      start = at + 1;
      if (bytes[at] == '\r') {
        if (start == end) afterCr = true;
        else if (bytes[start] == '\n') start++;
      }
    }
  }

  /// Takes what remains in the buffer, in the same way.
  public void feed(ByteBuffer bytes, Consumer<SseEvent> out) {
    if (bytes.hasArray()) {
      int offset = bytes.arrayOffset() + bytes.position();
      int length = bytes.remaining();
      bytes.position(bytes.limit());
      feed(bytes.array(), offset, length, out);
      return;
    }
    if (copy == null) copy = new byte[16 << 10]; // what the JDK's HTTP client hands out at most
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), copy.length);
      bytes.get(copy, 0, length);
      feed(copy, 0, length, out);
    }
  }

  /// Says that nothing more will come, and gives the event that the stream broke off in; null when
  /// there is none.
  public SseEvent end() {
    SseEvent[] last = new SseEvent[1];
    if (!ended) {
      line(kept, 0, keptLength, event -> last[0] = event);
      dispatch(event -> last[0] = event);
    }
    ended = true;
    return last[0];
  }

  private static int lineEnd(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && bytes[at] != '\n' && bytes[at] != '\r') at++;
    return at;
  }

  private void keep(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length > limit - keptLength) throw tooLong("a line");
    if (length > kept.length - keptLength) {
      int room = (int) Math.min(2L * kept.length, limit);
      kept = Arrays.copyOf(kept, Math.max(keptLength + length, room));
    }
    System.arraycopy(bytes, start, kept, keptLength, length);
    keptLength += length;
  }

  /// Takes one line, without its end: a blank one ends the event, all others add to it.
  private void line(byte[] bytes, int start, int end, Consumer<SseEvent> out) {
    if (first) {
      first = false;
      if (startsWithMark(bytes, start, end)) start += 3;
    }
    if (start == end) {
      dispatch(out);
      return;
    }
    int colon = start;
    while (colon < end && bytes[colon] != ':') colon++;
    if (colon == start) return; // a comment
    int value = Math.min(colon + 1, end);
    if (value < end && bytes[value] == ' ') value++;

    // `id`, `retry`, and whatever else there may be, is ignored
    if (isName(DATA, bytes, start, colon)) {
      addData(text(bytes, value, end));
    } else if (isName(EVENT, bytes, start, colon)) {
      type = text(bytes, value, end);
    } else if (isName(ERROR, bytes, start, colon)) {
      type = "error";
      addData(text(bytes, value, end));
    } else if (bare || bytes[start] == '{' || bytes[start] == '[') {
      bare = true;
      addData(text(bytes, start, end));
    }
  }

  private static boolean startsWithMark(byte[] bytes, int start, int end) {
    return end - start >= 3
        && bytes[start] == (byte) 0xEF
        && bytes[start + 1] == (byte) 0xBB
        && bytes[start + 2] == (byte) 0xBF;
  }

  private static boolean isName(byte[] name, byte[] bytes, int start, int end) {
    return Arrays.equals(name, 0, name.length, bytes, start, end);
  }

  private static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, UTF_8);
  }

  private void addData(String line) {
    if (data == null) {
      if (line.length() > limit) throw tooLong("a line");
      data = line;
      return;
    }
    if (lines == null) lines = new StringBuilder(data);
    if (line.length() >= limit - lines.length()) throw tooLong("an event");
    lines.append('\n').append(line);
  }

  private void dispatch(Consumer<SseEvent> out) {
    String type = this.type;
    String data = lines == null ? this.data : lines.toString();
    this.type = "";
    this.data = null;
    lines = null;
    bare = false;
    if (data == null) return;
    out.accept(new SseEvent(type.isEmpty() ? "message" : type, data));
  }

  private SseException tooLong(String what) {
    return new SseException("the stream has " + what + " of more than " + limit + " bytes");
  }
}
