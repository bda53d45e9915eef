package skyproxy.speech;

import java.util.Locale;
import java.util.Set;

/// Holds back every sentence but the first until it is whole, so that a text which breaks off can
/// be ended behind one. The first goes on as it comes: somebody waits for it.
///
/// A sentence ends at its last mark (quotes and asterisks behind it are its own) when a blank and
/// no small letter follow, in Chinese and Japanese without a blank; and at the end of a line. In an
/// `ACTION:` line nothing ends before the line does, and it is no sentence that was spoken.
/// Abbreviations are known as far as a guess goes.
final class Sentences implements Pacing {
  private static final String MARKS = ".!?…。！？؟۔।";
  private static final String WIDE = "。！？";
  private static final String CLOSING = "\"'”’“»«*_~)]）」』】";
  private static final String ACTION = "ACTION:";

  /// What has more marks and blanks behind it than this ends there, whatever follows.
  private static final int LONGEST_END = 100;
  private static final Set<String> ABBREVIATIONS = Set.of("mr", "mrs", "ms", "dr", "st", "prof",
      "sr", "jr", "vs", "bzw", "ca", "nr", "mme", "mlle", "sig", "sra");

  private final WholeWords words;
  private final StringBuilder text = new StringBuilder();
  private int line; // where the present line begins in it
  private int lineText; // behind the blanks it begins with, as far as they were looked for
  private int scanned; // as far as it has been looked at: to its end, or a mark that ends it
  private int whole; // what lies before are whole sentences
  private int given; // what lies before has gone on
  private boolean spoke;
  private boolean over;

  /// @param words what the first sentence is cut by, null for nothing
  Sentences(WholeWords words) {
    this.words = words;
  }

  /// The whole sentences of a text that broke off; null when there is none.
  static String whole(String text) {
    Sentences sentences = new Sentences(null);
    String begun = sentences.feed(text);
    String rest = sentences.cut();
    return rest == null ? null : (begun + rest).stripTrailing();
  }

  @Override
  public String feed(String delta) {
    if (over) return inWords(delta);
    text.append(delta);
    boolean first = !spoke;
    scan();
    int until = first && !spoke ? text.length() : Math.max(given, whole);
    String now = text.substring(given, until);
    given = until;
    forget(Math.min(Math.min(given, line), scanned));
    return inWords(now);
  }

  private String inWords(String piece) {
    return words == null ? piece : words.feed(piece);
  }

  private void forget(int length) {
    text.delete(0, length);
    line -= length;
    lineText -= length;
    scanned -= length;
    whole = Math.max(0, whole - length);
    given -= length;
  }

  private void scan() {
    while (scanned < text.length()) {
      char letter = text.charAt(scanned);
      if (letter == '\n') {
        if (!blank()) ends(scanned);
        line = lineText = ++scanned;
      } else if (MARKS.indexOf(letter) < 0 || action()) {
        scanned++;
      } else {
        int end = behind(scanned);
        int next = end;
        int last = Math.min(text.length(), scanned + 2 * LONGEST_END);
        while (next < last && isBlank(text.charAt(next))) next++;
        if (next == text.length()) return;
        if (endsSentence(scanned, end, next)) ends(end);
        scanned = end;
      }
    }
  }

  private void ends(int at) {
    whole = at;
    spoke = spoke || !action();
  }

  /// Behind the marks from here on, and what closes with them. In French and Russian a blank stands
  /// before a closing quote.
  private int behind(int at) {
    int end = at;
    while (end < text.length() && end - at < LONGEST_END) {
      char letter = text.charAt(end);
      boolean spaced = isBlank(letter) && end + 1 < text.length() && text.charAt(end + 1) == '»';
      if (MARKS.indexOf(letter) < 0 && CLOSING.indexOf(letter) < 0 && !spaced) break;
      end += spaced ? 2 : 1;
    }
    return end;
  }

  private boolean endsSentence(int at, int end, int next) {
    if (text.charAt(next) == '\n') return true;
    if (Character.isLowerCase(text.codePointAt(next)) || abbreviates(at, end)) return false;
    return next > end || WIDE.indexOf(text.charAt(at)) >= 0;
  }

  /// `Dr.`, `J.`, `e.g.`, and the number of an item at the start of a line.
  private boolean abbreviates(int at, int end) {
    if (text.charAt(at) != '.' || end > at + 1) return false;
    int from = at;
    while (from > line && Character.isLetterOrDigit(text.charAt(from - 1))) from--;
    String word = text.substring(from, at);
    if (word.isEmpty()) return false;
    if (Character.isDigit(word.charAt(0))) return lineText() == from;
    boolean initial = word.length() == 1 && Character.isUpperCase(word.charAt(0));
    return initial && !word.equals("I") || from > line && text.charAt(from - 1) == '.'
        || ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT));
  }

  private static boolean isBlank(char letter) {
    return letter != '\n' && (Character.isWhitespace(letter) || Character.isSpaceChar(letter));
  }

  /// Whether nothing stands in the present line so far.
  private boolean blank() {
    return text.substring(line, scanned).isBlank();
  }

  /// Whether the present line is one for the game and not for the player.
  private boolean action() {
    int from = lineText();
    int end = from + ACTION.length();
    return end <= text.length() && text.substring(from, end).equals(ACTION);
  }

  private int lineText() {
    while (lineText < text.length() && isBlank(text.charAt(lineText))) lineText++;
    return lineText;
  }

  @Override
  public boolean holding() {
    return words != null && words.holding();
  }

  @Override
  public String flush() {
    return words == null ? "" : words.flush();
  }

  @Override
  public String end() {
    over = true;
    String rest = text.substring(given);
    text.setLength(given);
    return words == null ? rest : words.feed(rest) + words.end();
  }

  @Override
  public String cut() {
    boolean ended = scanned < text.length() && !mayGoOn(scanned);
    if (over || !spoke && !ended) return null;
    text.setLength(ended ? Math.max(given, behind(scanned)) : given);
    return end();
  }

  /// Whether a mark behind which nothing came may be no end: `Dr.`, `3.` of 3.5.
  private boolean mayGoOn(int at) {
    boolean number = at > 0 && text.charAt(at) == '.' && Character.isDigit(text.charAt(at - 1));
    return number || abbreviates(at, behind(at));
  }
}
