package skyproxy.speech;

/// Holds a word back until it is whole, so that nothing is spoken in fragments: the game hands
/// each delta's text to its voice, and a delta of a model may end inside a word.
///
/// A word is a run of letters, digits, marks, apostrophes and joiners; ideographs, kana and the
/// like are whole by themselves. Knows nothing of time: who uses it decides how long to wait
/// before [#flush]. One instance a reply, one thread.
final class WholeWords implements Pacing {
  private final StringBuilder held = new StringBuilder();

  @Override
  public String feed(String delta) {
    int cut = lastBoundary(delta);
    if (cut == 0) {
      held.append(delta);
      return "";
    }
    if (held.isEmpty() && cut == delta.length()) return delta;
    String whole = held.append(delta, 0, cut).toString();
    held.setLength(0);
    held.append(delta, cut, delta.length());
    return whole;
  }

  @Override
  public boolean holding() {
    return !held.isEmpty();
  }

  @Override
  public String flush() {
    int end = held.length();
    if (end > 0 && Character.isHighSurrogate(held.charAt(end - 1))) end--;
    String text = held.substring(0, end);
    held.delete(0, end);
    return text;
  }

  @Override
  public String end() {
    String text = held.toString();
    held.setLength(0);
    return text;
  }

  /// Of sentences nothing is known here.
  @Override
  public String cut() {
    return null;
  }

  /// The index behind the last character that does not belong to an unfinished word. Marks stay
  /// with the character that they stand on.
  private static int lastBoundary(String text) {
    int at = text.length();
    int wordFrom = at;
    while (at > 0) {
      int point = text.codePointBefore(at);
      boolean mark = isMark(point);
      if (!mark && !joins(point)) return wordFrom;
      at -= Character.charCount(point);
      if (!mark) wordFrom = at;
    }
    return 0;
  }

  private static boolean isMark(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK, Character.FORMAT -> true;
      default -> false;
    };
  }

  private static boolean joins(int point) {
    if (point == '\'' || point == '\u2019' || point == '_') return true;
    if (Character.isIdeographic(point)) return false;
    return switch (Character.getType(point)) {
      case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER, Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER, Character.OTHER_NUMBER, Character.SURROGATE -> true;
      case Character.OTHER_LETTER -> !wholeByItself(Character.UnicodeScript.of(point));
      default -> false;
    };
  }

  /// Scripts that put no blank between words, where waiting for one would hold whole sentences.
  private static boolean wholeByItself(Character.UnicodeScript script) {
    return switch (script) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO, THAI, LAO, KHMER, MYANMAR, TIBETAN -> true;
      default -> false;
    };
  }
}
