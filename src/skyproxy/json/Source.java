package skyproxy.json;

import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;

/// The bytes that a value was read from, and where its large parts stand in them, so that a part
/// which nobody has changed can be sent on as it came. Small ones are as quickly written anew.
///
/// The reader fills it, then it is only read, by any thread.
final class Source {
  /// From how many characters on a part counts as large.
  static final int LARGE = 1_024;

  private record Span(int from, int to) {}

  private final byte[] utf8;
  private final String text;
  private final Map<Json, Span> spans = new IdentityHashMap<>(8);

  /// @param text what the bytes say
  Source(byte[] utf8, String text) {
    this.utf8 = utf8;
    this.text = utf8.length == text.length() ? null : text;
  }

  /// Notes where a value stands in the text.
  void note(Json value, int from, int to) {
    if (to - from >= LARGE) spans.put(value, new Span(from, to));
  }

  /// The bytes that a value was read from; null when it is small or comes from elsewhere.
  ByteBuffer bytes(Json value) {
    Span span = spans.get(value);
    if (span == null) return null;
    int from = offset(span.from);
    return ByteBuffer.wrap(utf8, from, offset(span.to) - from).asReadOnlyBuffer();
  }

  /// Where a character stands in the bytes, counted from the nearer end.
  private int offset(int index) {
    if (text == null) return index;
    return index <= text.length() / 2 ? Utf8.length(text, 0, index)
        : utf8.length - Utf8.length(text, index, text.length());
  }
}
