package skyproxy.chat;

/// A word to find in prompts of any length.
///
/// It is looked for by the letter of it that is rarest in prose, which a JVM finds five times as
/// fast as a word; where that turns out not to be rare, by the word. Any number of threads.
final class Needle {
  /// What prose consists of, the most common first; capitals and what is not here are rarer.
  private static final String COMMON = " etaoinsrhldcumfpgwybvk-xjqz_";

  /// A letter that stands this close to the next is not rare.
  private static final int CLOSE = 64;
  private static final int TRIES = 32;

  private final String word;
  private final int offset;

  /// @param word a letter at least
  Needle(String word) {
    this.word = word;
    int rarest = 0;
    for (int i = 1; i < word.length(); i++) {
      if (rarity(word.charAt(i)) > rarity(word.charAt(rarest))) rarest = i;
    }
    offset = rarest;
  }

  private static int rarity(char letter) {
    int rank = COMMON.indexOf(letter);
    return rank >= 0 ? rank : COMMON.length() + Math.max(0, COMMON.indexOf(letter | 32));
  }

  int length() {
    return word.length();
  }

  /// Where it stands first, from a place of the text on; negative when nowhere.
  int in(String text, int from) {
    char letter = word.charAt(offset);
    int tries = 0;
    for (int at = text.indexOf(letter, from + offset); at >= 0; at = text.indexOf(letter, at + 1)) {
      if (text.startsWith(word, at - offset)) return at - offset;
      if (++tries > TRIES + (at - from) / CLOSE) return text.indexOf(word, at - offset + 1);
    }
    return -1;
  }

  boolean isIn(String text) {
    return in(text, 0) >= 0;
  }
}
