package skyproxy.speech;

import java.util.List;
import skyproxy.chat.FinishReason;

/// Ends a text where its request wants it to end, before a stop sequence or behind `max_tokens`,
/// for an upstream that has no parameter for them. One instance a reply, one thread.
///
/// Tokens are estimated, rather too few than too many: a reply that goes on a little costs less
/// than one that is cut off though it had tokens left. Each piece of a stream is one token at
/// least; beyond that five letters of English, three of other alphabets and one and a half
/// ideographs make one.
public final class OutputLimit {
  /// Divisible by the letters of every kind: how many parts a token is counted in.
  private static final int TOKEN = 30;

  private final StopText stop;
  private final long maxTokens;
  private long pieces;
  private long parts;
  private FinishReason reason;

  /// @param stop sequences of at least one character
  /// @param maxTokens null for no limit
  public OutputLimit(List<String> stop, Integer maxTokens) {
    this.stop = new StopText(stop);
    this.maxTokens = maxTokens == null ? Long.MAX_VALUE / TOKEN : maxTokens;
  }

  /// Takes the next piece and gives what may go on now, maybe "". What may be the start of a stop
  /// sequence is held back; behind the end there is nothing more.
  public String feed(String delta) {
    if (reason != null || delta.isEmpty()) return "";
    String within = within(delta);
    String text = stop.feed(within);
    if (stop.reached()) {
      reason = FinishReason.STOP;
    } else if (within.length() < delta.length()) {
      reason = FinishReason.LENGTH;
      text += stop.end();
    }
    return text;
  }

  /// What was held back, at the end of the text.
  public String end() {
    return reason != null ? "" : stop.end();
  }

  /// Why the text was ended; null as long as it was not.
  public FinishReason reason() {
    return reason;
  }

  /// How many tokens the pieces had at the least, what was held back or cut off by a stop sequence
  /// included: the upstream wrote it.
  public long tokens() {
    return Math.max(pieces, parts / TOKEN);
  }

  /// How many tokens a text has that is there as a whole, at the least.
  public static long tokens(CharSequence text) {
    return text.codePoints().mapToLong(OutputLimit::parts).sum() / TOKEN;
  }

  private String within(String delta) {
    if (pieces == maxTokens) return "";
    pieces++;
    int end = 0;
    while (end < delta.length()) {
      int point = delta.codePointAt(end);
      if (parts + parts(point) > maxTokens * TOKEN) break;
      parts += parts(point);
      end += Character.charCount(point);
    }
    return delta.substring(0, end);
  }

  private static long parts(int point) {
    if (point < 0x80) return TOKEN / 5;
    return point < 0x2E80 ? TOKEN / 3 : TOKEN * 2 / 3;
  }
}
