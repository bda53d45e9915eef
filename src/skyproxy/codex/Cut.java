package skyproxy.codex;

import java.util.List;
import skyproxy.chat.FinishReason;

/// Ends a text where the request wants it to end: before a stop sequence, or behind `max_tokens`.
/// Codex has no parameter for either.
///
/// Tokens are estimated, four bytes of UTF-8 each: about right for English, and for other scripts
/// nearer to the truth than counting characters. One instance a reply, one thread.
final class Cut {
  private static final int BYTES_A_TOKEN = 4;

  private final List<String> stop;
  private final long maxBytes;
  private final StringBuilder held = new StringBuilder();
  private long bytes;
  private FinishReason reason;

  /// @param maxTokens null for no limit
  Cut(List<String> stop, Integer maxTokens) {
    this.stop = stop;
    maxBytes = maxTokens == null ? Long.MAX_VALUE : (long) maxTokens * BYTES_A_TOKEN;
  }

  /// Takes the next piece and gives what may go on now. What may be the start of a stop sequence
  /// is held back; behind a cut there is nothing more.
  String feed(String delta) {
    if (reason != null) return "";
    held.append(delta);
    int at = firstStop();
    if (at >= 0) {
      String text = take(at);
      if (reason == null) reason = FinishReason.STOP;
      return text;
    }
    return take(held.length() - possibleStart());
  }

  /// What was held back, at the end of the text.
  String end() {
    return reason != null ? "" : take(held.length());
  }

  /// Why the text was cut, or null when it was not.
  FinishReason reason() {
    return reason;
  }

  /// The estimate for what was let through.
  long tokens() {
    return estimate(bytes);
  }

  static long estimate(long bytes) {
    return (bytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN;
  }

  private int firstStop() {
    int first = -1;
    for (String sequence : stop) {
      int at = held.indexOf(sequence);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    return first;
  }

  /// How much of the end could be the start of a stop sequence.
  private int possibleStart() {
    int longest = 0;
    for (String sequence : stop) {
      for (int n = Math.min(sequence.length() - 1, held.length()); n > longest; n--) {
        if (sequence.startsWith(held.substring(held.length() - n))) longest = n;
      }
    }
    return longest;
  }

  private String take(int length) {
    int end = 0;
    while (end < length) {
      int point = held.codePointAt(end);
      int size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes + size > maxBytes) {
        reason = FinishReason.LENGTH;
        break;
      }
      bytes += size;
      end += Character.charCount(point);
    }
    String text = held.substring(0, end);
    held.delete(0, end);
    return text;
  }
}
