package skyproxy.chat;

/// The line that an NPC shall say in its own manner, as a last message holds it.
///
/// A player's own words, which the game has restyled in the same way, are dialogue: they stand in
/// the first message, too, and more follows them.
final class Restyling {
  private static final Needle NAME = new Needle("ORIGINAL DIALOGUE");
  private static final String HEADING = "original dialogue";
  private static final String OPENING_QUOTES = "\"“”„«»「『‘'";
  private static final String CLOSING_QUOTES = "\"“”„«»」』’'";
  private static final String MARKS = " \t*>_-";
  private static final int LONGEST_TAIL = 800;
  private static final int LONGEST_LINE = 4_000;

  private final String last;
  private int start = -1;
  private int end;
  private boolean alone;
  private boolean labelled;

  private Restyling(String last) {
    this.last = last;
    find();
  }

  /// Whether the prompt calls the line by the name that the game has for it.
  static boolean isNamed(String first, String last) {
    if (NAME.isIn(first)) return true;
    int line = 0;
    while (line < last.length()) {
      int end = lineEnd(last, line);
      int from = line;
      boolean marked = end > line && last.charAt(end - 1) == ':';
      for (; from < end && " #*".indexOf(last.charAt(from)) >= 0; from++) {
        marked |= last.charAt(from) != ' ';
      }
      if (marked && last.regionMatches(true, from, HEADING, 0, HEADING.length())) return true;
      line = end + 1;
    }
    return false;
  }

  /// Whether it has a line in quotation marks for itself: the last one, or with a short remark
  /// behind it where there are no headings. With headings it would be the topic of a thought, as
  /// it is behind a label in bold.
  static boolean standsAlone(String first, String last) {
    Restyling found = new Restyling(last);
    if (found.start < 0 || !found.isNew(first) || found.isAskedAbout()) return false;
    if (found.isLast()) return found.alone || !found.labelled;
    return found.alone && !last.startsWith("#") && !last.contains("\n#");
  }

  /// Whether any quoted text ends a line of it.
  static boolean isQuoted(String first, String last) {
    Restyling found = new Restyling(last);
    return found.start >= 0 && found.isNew(first);
  }

  private boolean isNew(String first) {
    return !first.contains(last.substring(start - 1, end + 1));
  }

  private boolean isLast() {
    return last.substring(end).strip().length() <= 3;
  }

  /// A question behind it is about what it says, as about a page of a book.
  private boolean isAskedAbout() {
    return last.indexOf('?', end) >= 0 || last.indexOf('？', end) >= 0;
  }

  /// The last line that ends in a quotation.
  private void find() {
    int lineEnd = last.length();
    while (lineEnd > 0 && last.length() - lineEnd <= LONGEST_TAIL) {
      int lineStart = lineEnd;
      while (lineStart > 0 && last.charAt(lineStart - 1) != '\n') {
        lineStart--;
        if (lineEnd - lineStart > LONGEST_LINE) return;
      }
      int from = lineStart;
      int to = lineEnd;
      while (from < to && MARKS.indexOf(last.charAt(from)) >= 0) from++;
      while (to > from && " \t\r*_".indexOf(last.charAt(to - 1)) >= 0) to--;
      if (to - from > 2 && CLOSING_QUOTES.indexOf(last.charAt(to - 1)) >= 0) {
        alone = OPENING_QUOTES.indexOf(last.charAt(from)) >= 0;
        int open = alone ? from : opening(from, to);
        if (open >= 0) {
          labelled = last.startsWith("**", lineStart);
          start = open + 1;
          end = to - 1;
          return;
        }
      }
      if (isListed(lineStart, to)) return;
      lineEnd = lineStart - 1;
    }
  }

  /// Headings and lists behind it are of a longer task.
  private boolean isListed(int lineStart, int to) {
    int at = lineStart;
    while (at < to && last.charAt(at) == ' ') at++;
    return at < to && "#-*•".indexOf(last.charAt(at)) >= 0;
  }

  /// Where a quotation starts that is introduced by a colon.
  private int opening(int from, int to) {
    for (int at = from; at < to - 2; at++) {
      char c = last.charAt(at);
      if (c != ':' && c != '：') continue;
      int quote = at + 1;
      while (quote < to - 1 && " *".indexOf(last.charAt(quote)) >= 0) quote++;
      if (OPENING_QUOTES.indexOf(last.charAt(quote)) >= 0) return quote;
    }
    return -1;
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }
}
