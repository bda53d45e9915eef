package skyproxy.codex;

import java.util.List;
import skyproxy.chat.FinishReason;
import skyproxy.speech.StopText;

/// Ends a text where the request wants it to end: before a stop sequence, or behind `max_tokens`.
/// Codex has no parameter for either.
///
/// Tokens are estimated, four bytes of UTF-8 each: about right for English, and for other scripts
/// nearer to the truth than counting characters. One instance a reply, one thread.
final class Cut {
  private static final int BYTES_A_TOKEN = 4;

  private final StopText stop;
  private final long maxBytes;
  private long bytes;
  private FinishReason reason;

  /// @param maxTokens null for no limit
  Cut(List<String> stop, Integer maxTokens) {
    this.stop = new StopText(stop);
    maxBytes = maxTokens == null ? Long.MAX_VALUE : (long) maxTokens * BYTES_A_TOKEN;
  }

  /// Takes the next piece and gives what may go on now. What may be the start of a stop sequence
  /// is held back; behind a cut there is nothing more.
  String feed(String delta) {
    if (reason != null) return "";
    String text = take(stop.feed(delta));
    if (reason == null && stop.reached()) reason = FinishReason.STOP;
    return text;
  }

  /// What was held back, at the end of the text.
  String end() {
    return reason != null ? "" : take(stop.end());
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

  private String take(String text) {
    int end = 0;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      int size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes + size > maxBytes) {
        reason = FinishReason.LENGTH;
        break;
      }
      bytes += size;
      end += Character.charCount(point);
    }
    return text.substring(0, end);
  }
}
