package skyproxy.claude.cli;

/// Counts the tokens of a text as it streams, for an upstream that tells their number only at the
/// end. One instance a reply, one thread.
///
/// Rather too low than too high: a reply that goes on a little costs less than one that is cut
/// off though it had tokens left. Each piece of a stream is one token at least; beyond that five
/// letters of English, three of other alphabets and one and a half ideographs make one.
final class TokenCount {
  private static final int TOKEN = 30;

  private long pieces;
  private long parts;

  /// Counts one piece of the stream.
  void add(String delta) {
    pieces++;
    for (int i = 0; i < delta.length(); i++) {
      char c = delta.charAt(i);
      parts += c < 0x80 ? TOKEN / 5 : c < 0x2E80 ? TOKEN / 3 : TOKEN * 2 / 3;
    }
  }

  /// How many there were at the least.
  long tokens() {
    return Math.max(pieces, parts / TOKEN);
  }
}
