package skyproxy.chat;

import java.util.function.Predicate;

/// The layout of a prompt: headings and lists, which are the same in every language.
final class Outline {
  private static final int LONGEST_LINE = 2_000;
  private static final Needle PROFILE = new Needle("Character Profile");
  private static final Needle ROLE = new Needle("(THIS IS WHO YOU");
  private static final Needle EVENT = new Needle("] (");
  private static final String KIND = "abcdefghijklmnopqrstuvwxyz_";
  private static final int LONGEST_ENTRY = 60;

  private Outline() {}

  /// Whether it has a heading over who an NPC is, as the game writes it:
  /// `## Lydia's Character Profile (THIS IS WHO YOU ARE ROLEPLAYING AS)`, and below `- Race: Nord`.
  static boolean showsCharacter(String text) {
    if (PROFILE.isIn(text) || ROLE.isIn(text)) return true;
    for (int at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at)) {
      boolean heads = opensLine(text, at);
      while (at < text.length() && text.charAt(at) == '#') at++;
      if (!heads) continue;
      int end = lineEnd(text, at);
      String heading = text.substring(at, Math.min(end, at + LONGEST_LINE)).strip();
      if (heading.endsWith(")") || heading.endsWith("）")) return true;
      int second = isEntry(text, end + 1);
      if (second >= 0 && isEntry(text, second) >= 0) return true;
      at = end;
    }
    return false;
  }

  /// How many lines open with a label, up to two: `**Location:** Riften`.
  static int labels(String text) {
    return lines(text, line -> {
      int end = line.startsWith("**") ? line.indexOf("**", 2) : -1;
      if (end < 3 || end > LONGEST_ENTRY || end + 2 >= line.length()) return false;
      return isColon(line.charAt(end - 1)) || isColon(line.charAt(end + 2));
    });
  }

  /// Whether it has an event as the game's short histories list it:
  /// `- [8:12 AM] (dialogue) Lydia: Yes.`
  static boolean tellsEvents(String text) {
    for (int at = EVENT.in(text, 0); at >= 0; at = EVENT.in(text, at)) {
      int kind = at += EVENT.length();
      while (at < text.length() && KIND.indexOf(text.charAt(at)) >= 0) at++;
      if (at > kind && text.startsWith(") ", at)) return true;
    }
    return false;
  }

  /// How many lines are numbered as the game numbers a list, up to two: `[0] A ring`.
  static int numbered(String text) {
    return lines(text, line -> line.length() > 2 && line.charAt(0) == '['
        && Character.isDigit(line.charAt(1)));
  }

  /// How many lines say what somebody says, up to two.
  static int spoken(String text) {
    return lines(text, Talk::isSpoken);
  }

  /// Whether a list of three numbers or more stands in it, to show an answer: `[5, 12, 0]`.
  static boolean showsNumbers(String text) {
    for (int at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) {
      int numbers = 1;
      int i = at + 1;
      for (; i < text.length() && i - at < LONGEST_ENTRY
          && "0123456789, ".indexOf(text.charAt(i)) >= 0; i++) {
        if (text.charAt(i) == ',') numbers++;
      }
      if (numbers > 2 && i < text.length() && text.charAt(i) == ']') return true;
    }
    return false;
  }

  /// How many lines are like that, up to two; what marks one as a list's is no part of it.
  private static int lines(String text, Predicate<String> like) {
    int found = 0;
    for (int at = 0; at < text.length() && found < 2; ) {
      int end = lineEnd(text, at);
      while (at < end && " -".indexOf(text.charAt(at)) >= 0) at++;
      if (end > at && like.test(text.substring(at, Math.min(end, at + LONGEST_LINE)))) found++;
      at = end + 1;
    }
    return found;
  }

  /// Where the line behind `- Race: Nord` starts, when that is what comes next; else negative.
  private static int isEntry(String text, int at) {
    int start = at;
    while (start < text.length() && " \r\n".indexOf(text.charAt(start)) >= 0) start++;
    int end = lineEnd(text, start);
    if (!text.startsWith("- ", start) || end - start > LONGEST_ENTRY) return -1;
    for (int i = start + 2; i < end - 1; i++) {
      char c = text.charAt(i);
      if (isColon(c)) return ".?!".indexOf(text.charAt(end - 1)) < 0 ? end + 1 : -1;
      if (c != ' ' && !Character.isUnicodeIdentifierPart(c)) return -1;
    }
    return -1;
  }

  private static boolean isColon(char c) {
    return c == ':' || c == '：';
  }

  private static boolean opensLine(String text, int at) {
    int i = at;
    while (i > 0 && at - i < 12 && text.charAt(i - 1) == ' ') i--;
    return i == 0 || text.charAt(i - 1) == '\n';
  }

  private static int lineEnd(String text, int from) {
    int end = from < text.length() ? text.indexOf('\n', from) : -1;
    return end < 0 ? text.length() : end;
  }
}
