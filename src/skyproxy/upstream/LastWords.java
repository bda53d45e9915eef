package skyproxy.upstream;

import java.util.List;
import java.util.regex.Pattern;
import skyproxy.chat.Secrets;

/// Finds the reason in what a program wrote to stderr before it ended. Pure.
///
/// The reason stands first: below it are its causes and the calls that led there, which tell a
/// player nothing. A line of a log is another matter: such lines tell of all the time before, and
/// the last one is the nearest.
public final class LastWords {
  private static final Pattern COLOURS = Pattern.compile("\u001b\\[[\\d;]*[A-Za-z]");
  private static final Pattern LOGGED =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ][\\d:.]+\\S*\\s.*");
  private static final int LONGEST = 300;
  private static final int READ = 4_000;

  /// Calls, the place in a source and its text, and what runtimes add, as Rust, Node and Bun do.
  private static final Pattern NO_REASON = Pattern.compile(String.join("|",
      "\\s+at .*", "\\s*\\d+: .*", "\\s*\\d+ \\| .*", "[\\s~]*\\^[\\s^~]*", "\\s+throw .*",
      "(file:|/|[A-Za-z]:[\\\\/]).*:\\d+", "(?i:stack backtrace|caused by):\\s*", "note: .*",
      "thread '[^']*' .*panicked at .*:\\d+:\\d+:", "(Node\\.js|Bun) v\\d.*"));

  private LastWords() {}

  /// One line of it, at a length that a message bears; empty when nothing was said.
  public static String of(String stderr) {
    String end = stderr.substring(Math.max(0, stderr.length() - READ));
    List<String> said = COLOURS.matcher(end).replaceAll("").lines()
        .filter(line -> !line.isBlank() && !NO_REASON.matcher(line).matches()).toList();
    String reason = said.stream().filter(line -> !LOGGED.matcher(line).matches()).findFirst()
        .orElse(said.isEmpty() ? "" : said.getLast());
    return Secrets.excerpt(reason, LONGEST);
  }
}
