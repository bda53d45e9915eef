package skyproxy.openai;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import skyproxy.json.Json;

/// The members of a request that an error names, and what it has against each: that there is such
/// a member, its value, or its name.
///
/// Servers name a member in snake or camel case, quoted or not, with a path before it, in a place
/// of its own or in a sentence. Sentences also name what could be sent instead.
final class NamedMembers {
  /// Without these it would be another request.
  private static final Set<String> ESSENTIAL = Set.of("model", "messages", "stream", "tools",
      "tool_choice", "functions", "function_call");

  /// Names that are no everyday words, so that a sentence that holds one means it.
  private static final Pattern TELLING = Pattern.compile("\\w+_\\w+|temperature|logprobs");

  /// What llama-server calls some members itself.
  private static final List<List<String>> OTHER_NAMES = List.of(
      List.of("repeat_penalty", "penalty_repeat"), List.of("frequency_penalty", "penalty_freq"),
      List.of("presence_penalty", "penalty_present"), List.of("repeat_last_n", "penalty_last_n"),
      List.of("max_tokens", "max_new_tokens"), List.of("max_tokens", "max_output_tokens"),
      List.of("temperature", "temp"));

  private static final int LONGEST_PLACE = 200;
  private static final String NAMES = "(?:param(?:eter)?s?|arguments?|fields?|propert(?:y|ies)"
      + "|keys?|names?|members?|options?|attributes?)(?:\\(s\\))?";

  /// Parts of sentences that propose something.
  private static final Pattern PROPOSALS = Pattern.compile("did you mean[^.?\\n]*"
      + "|expected (?:one|any) of[^\\n]*"
      + "|(?:please )?use \\S+ instead|instead,? (?:please )?use \\S+"
      + "|(?<!not )\\b(?:supported|allowed|valid|permitted|available|accepted) " + NAMES
      + "[^.\\n]*", CASE_INSENSITIVE);

  private static final Pattern REFUSES = Pattern.compile("(?:not|n't|un)\\s?(?:be )?(?:support"
      + "|permit|allow|enabl|recogni[sz]e|know|expect|accept|valid)|\\bextra\\b|invalid|cannot"
      + "|can't|must|should|too (?:large|small|long|high|low)|out of range|exceed|no such"
      + "|(?:not|n't) (?:a )?(?:exist|field|param)", CASE_INSENSITIVE);
  private static final Pattern ABSENT = Pattern.compile(
      "(?:not|n't|un)\\s?(?:be )?(?:support|permit|allow|enabl|recogni[sz]e|know|expect)"
          + "|\\bextra (?:input|field|param|propert)|no such|cannot find field"
          + "|(?:not|n't) (?:a )?(?:valid )?(?:exist|field|param)", CASE_INSENSITIVE);
  private static final Pattern VALUE = Pattern.compile("\\b(?:must|should|expected|type|value"
      + "|range|cannot unmarshal|greater|less|too (?:large|small|long|high|low)|invalid|exceed\\w*"
      + "|non-empty|positive|finite)\\b", CASE_INSENSITIVE);
  private static final Pattern ONE_OF = Pattern.compile("\\bboth\\b|only one of|mutually exclusive"
      + "|at the same time|(?:not|n't) be (?:used|set|specified) together", CASE_INSENSITIVE);
  private static final Pattern OF_THIS_PROMPT = Pattern.compile(
      "prompt|input tokens|remaining|tokens? left|context (?:length|size|window)",
      CASE_INSENSITIVE);

  private static final String NUMBER =
      "(-?(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d{1,12})(?:\\.\\d{1,9})?(?!\\w))";
  private static final List<Pattern> RANGES = patterns(
      NUMBER + "\\s*<=?\\s*[\\w']+\\s*<=?\\s*" + NUMBER,
      "[\\[(]\\s*" + NUMBER + "\\s*,\\s*" + NUMBER + "\\s*[\\])]",
      "(?:between|range|within|from)\\b\\D{0,30}?" + NUMBER + "\\s*(?:,|to|and|-|–|\\.\\.+)\\s*"
          + NUMBER);
  private static final List<Pattern> MOST = patterns("(?:less than(?: or equal to)?|<=?|≤|at most"
      + "|no more than|exceeds?|greater than|larger than|up to|limit(?:ed)?|max(?:imum)?|>)"
      + "[^\\d\\n]{0,40}?" + NUMBER);

  private NamedMembers() {}

  private static List<Pattern> patterns(String... texts) {
    return Stream.of(texts).map(text -> Pattern.compile(text, CASE_INSENSITIVE)).toList();
  }

  /// Whether some words sound like a refusal at all.
  static boolean refuses(String words) {
    return REFUSES.matcher(words).find();
  }

  /// What is to be changed in the members that an error names; empty when it names none.
  ///
  /// @param everyday whether names that are everyday words count
  /// @param known what is known of the model
  static List<Lesson> lessons(RefusalText text, Json.Obj sent, boolean everyday,
      List<Lesson> known) {
    List<String> named = named(text, sent, everyday);
    // Of two that do not go together the first may stay.
    if (named.size() > 1 && ONE_OF.matcher(text.all()).find()) named = named.subList(1, 2);
    return named.stream()
        .map(name -> lesson(name, sent.get(name), text.all(), known)).toList();
  }

  private static List<String> named(RefusalText text, Json.Obj sent, boolean everyday) {
    List<String> names = sent.members().keySet().stream()
        .filter(name -> !ESSENTIAL.contains(name)).toList();
    List<String> placed = names.stream()
        .filter(name -> text.lines().stream().anyMatch(line -> isPlace(line, name))).toList();
    if (!placed.isEmpty()) return placed;
    String words = PROPOSALS.matcher(text.all()).replaceAll(" ");
    return names.stream().filter(name -> TELLING.matcher(name).matches() ? tells(words, name)
        : everyday && means(words, name)).toList();
  }

  /// Whether a text is nothing but a name, with a path before it or not.
  private static boolean isPlace(String line, String name) {
    return line.endsWith(name) && line.length() < LONGEST_PLACE
            && line.matches("(?:[#/.]|body|request)*" + Pattern.quote(name))
        || line.equals(camel(name));
  }

  private static String camel(String name) {
    return Pattern.compile("_(.)").matcher(name)
        .replaceAll(hit -> hit.group(1).toUpperCase(Locale.ROOT));
  }

  private static boolean tells(String words, String name) {
    Stream<String> all = Stream.concat(Stream.of(name), OTHER_NAMES.stream()
        .filter(names -> names.getFirst().equals(name)).map(List::getLast));
    return all.anyMatch(each -> Pattern.compile("(?<![A-Za-z0-9_])"
        + Arrays.stream(each.split("_")).map(Pattern::quote).collect(Collectors.joining("[_ -]?"))
        + "(?![A-Za-z0-9_])", CASE_INSENSITIVE).matcher(words).find());
  }

  /// Whether a name that is an everyday word stands where members are named.
  private static boolean means(String words, String name) {
    String one = Pattern.quote(name);
    return Pattern.compile("['\"`]" + one + "['\"`]"
        + "|(?:body|request)\\S{0,3}(?: -> |[./])" + one + "\\b"
        + "|\\w\\." + one + " of type"
        + "|(?:" + NAMES + "|supplied|permitted)\\s*:?\\s+\\[?(?:[\\w.]+,\\s*){0,40}" + one
        + "(?!\\w)"
        + "|(?m:^)" + one + ":\\s", CASE_INSENSITIVE).matcher(words).find();
  }

  private static Lesson lesson(String name, Json value, String words, List<Lesson> known) {
    if (value instanceof Json.Num number) {
      boolean once = Lesson.Context.MEMBERS.contains(name) && OF_THIS_PROMPT.matcher(words).find();
      Json.Num most = most(number.doubleValue(), words);
      if (most != null) return new Lesson.AtMost(name, most, once);
    }
    if (ABSENT.matcher(words).find()) {
      int which = Lesson.Context.MEMBERS.indexOf(name);
      if (which < 0) return new Lesson.Without(name);
      String other = Lesson.Context.MEMBERS.get(1 - which);
      boolean back = known.stream().anyMatch(lesson ->
          lesson instanceof Lesson.Renamed(_, var to, _) && to.equals(name));
      return back ? new Lesson.Without(name)
          : new Lesson.Renamed(name, other, words.contains(other));
    }
    boolean again = known.stream().anyMatch(lesson ->
        lesson instanceof Lesson.WithoutValue(var refused, _) && refused.equals(name));
    return VALUE.matcher(words).find() && !again ? new Lesson.WithoutValue(name, value)
        : new Lesson.Without(name);
  }

  /// The largest value that some words name, if this one is over it; null if not.
  private static Json.Num most(double value, String words) {
    return Stream.concat(RANGES.stream(), MOST.stream())
        .flatMap(ends -> ends.matcher(words).results())
        .map(found -> number(found.group(found.groupCount())))
        .filter(most -> value > most.doubleValue()).findFirst().orElse(null);
  }

  private static Json.Num number(String text) {
    String plain = text.replace(",", "");
    return new Json.Num(plain.replaceFirst("^(-?)0+(?=\\d)", "$1"));
  }
}
