package skyproxy;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.chat.Secrets;

/// Writes a record of the log as a line for people: the time, the level, the words, and below them
/// the stack trace if there is one. Credentials are masked. Of what was thrown only the kind and
/// the place are told: its message may quote what was being worked on, and that may be a prompt.
///
/// The code pages of consoles (437 and 850 in most of the West) lack dashes and curly quotes, so
/// these become plain; letters of names stay. No control character gets through, for terminals
/// obey some of them and a line break would begin what looks like another line of ours.
final class LogLine extends Formatter {
  private static final int LONGEST = 4_000;
  private static final Pattern UNPLAIN =
      Pattern.compile("[\u2010-\u2015\u2018-\u201f\u2026\u2190\u2192\u00a0\u2022\u00b7\u00d7]");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\u2028\u2029&&[^\n\t]]");
  private static final Pattern BREAKS = Pattern.compile("\\s*\\R\\s*");

  private final DateTimeFormatter time;

  /// @param time a pattern of [DateTimeFormatter] for the time of each line
  LogLine(String time) {
    this.time = DateTimeFormatter.ofPattern(time, Locale.ROOT);
  }

  @Override
  public String format(LogRecord line) {
    String words = formatMessage(line);
    if (!isPlain(words)) words = BREAKS.matcher(words).replaceAll(" ");
    if (words.length() > LONGEST) words = words.substring(0, LONGEST) + "...";
    String text = line.getInstant().atZone(ZoneId.systemDefault()).format(time) + ' '
        + line.getLevel().getName() + ' ' + words;
    if (line.getThrown() != null) text += '\n' + trace(line.getThrown()).stripTrailing();
    return plain(Secrets.masked(text)).replace("\n", System.lineSeparator())
        + System.lineSeparator();
  }

  private static String trace(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    String before = "";
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable each = thrown; each != null && seen.add(each); each = each.getCause()) {
      text.append(before).append(each.getClass().getName()).append('\n');
      for (StackTraceElement place : each.getStackTrace()) {
        text.append("\tat ").append(place).append('\n');
      }
      before = "Caused by: ";
    }
    return text.toString();
  }

  /// Whether there is nothing to change in it, as in nearly all lines.
  private static boolean isPlain(String text) {
    return text.chars().allMatch(sign -> sign >= ' ' && sign <= '~');
  }

  /// The text as every console can show it, but for letters.
  static String plain(String text) {
    if (isPlain(text)) return text;
    String harmless = CONTROL.matcher(text).replaceAll("?");
    return UNPLAIN.matcher(harmless).replaceAll(sign ->
        Matcher.quoteReplacement(plain(sign.group().charAt(0))));
  }

  private static String plain(char sign) {
    return switch (sign) {
      case '\u2018', '\u2019', '\u201a', '\u201b' -> "'";
      case '\u201c', '\u201d', '\u201e', '\u201f' -> "\"";
      case '\u2026' -> "...";
      case '\u2190' -> "<-";
      case '\u2192' -> "->";
      case '\u00a0' -> " ";
      case '\u2022', '\u00b7' -> "*";
      case '\u00d7' -> "x";
      default -> "-";
    };
  }
}
