package skyproxy.chat;

import java.util.regex.Pattern;

/// Masks credentials and mail addresses in words that others wrote.
///
/// [Failure] applies it to each message and the log to each line, so nobody else needs to; whoever
/// shortens foreign words uses [#excerpt], for half a key is no longer known as one. A key that a
/// player set is the vendor's to replace, whatever it looks like. Takes time in proportion to the
/// text, whoever wrote it.
public final class Secrets {
  /// Keys by the prefixes of OpenAI and Anthropic (`sk-`, `pk-`), Groq (`gsk_`), xAI, Cerebras,
  /// NVIDIA, Perplexity, Hugging Face and Google (`AIza`), Codex's refresh tokens (`rt_`), JSON Web
  /// Tokens, what follows `Bearer`, names and passwords in addresses, keys in their queries, mail
  /// addresses. The stars are those of servers that quote a key
  /// in part.
  private static final Pattern SECRET = Pattern.compile(
      "(?<![A-Za-z0-9])(?:(?:sk|pk|gsk|csk)[-_]|xai-|nvapi-|pplx-|hf_)[\\w*.-]{6,}+"
          + "|(?<![A-Za-z0-9])rt_[\\w*.-]{12,}+"
          + "|AIza[\\w*-]{10,}+"
          + "|eyJ[\\w-]{8,}+[.\\w-]*+"
          + "|(?i:bearer)\\s++\\S++"
          + "|(://)[^\\s/@?#]++(?=@)"
          + "|([?&](?i:(?:api[-_]?|access[-_]?)?(?:key|token))=)[^\\s&\"'<>]++"
          + "|(?<![\\w.+-])[\\w.+-]++@[\\w-]++(?:\\.[\\w-]++)*+(?<=\\.[A-Za-z][\\w-]{1,62})");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private Secrets() {}

  /// The text with `***` in the place of what looks like a credential or a mail address.
  ///
  /// @param text may be null, as what comes back then
  public static String masked(String text) {
    return text == null || !suspect(text) ? text : SECRET.matcher(text).replaceAll("$1$2***");
  }

  /// Whether two letters stand together without which there is no [#SECRET]: one look at each,
  /// where the pattern tries all its beginnings.
  private static boolean suspect(String text) {
    for (int i = 1; i < text.length(); i++) {
      char before = text.charAt(i - 1);
      boolean found = switch (text.charAt(i)) {
        case '@' -> true;
        case '-' -> before == 'k' || before == 'i' || before == 'x';
        case '_' -> before == 'k' || before == 'f' || before == 't';
        case '=' -> before == 'y' || before == 'Y' || before == 'n' || before == 'N';
        case 'z' -> before == 'I';
        case 'J' -> before == 'y';
        case 'r', 'R' -> text.regionMatches(true, i - 5, "bearer", 0, 6);
        default -> false;
      };
      if (found) return true;
    }
    return false;
  }

  /// The same in one line, of at most `longest` letters and a sign that there were more.
  public static String excerpt(String text, int longest) {
    String clean = masked(BLANKS.matcher(text).replaceAll(" ").strip());
    return clean.length() > longest ? clean.substring(0, longest) + "…" : clean;
  }
}
