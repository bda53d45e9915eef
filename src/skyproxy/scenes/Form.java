package skyproxy.scenes;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.chat.Job;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The form that the game's parser needs of an answer, by job, as data.
///
/// What a rule looks for is in the prompt where a player may have edited it away: a member of JSON
/// is asked for only where the prompt names it.
final class Form {

  /// Something that an answer must fulfil.
  ///
  /// @param title what is said to the player: what is right when it holds
  /// @param holds by prompt and answer, neither of which is changed by it
  private record Rule(String title, BiPredicate<String, String> holds) {}

  /// The outcome of one rule.
  record Finding(String title, boolean holds) {}

  private static final Pattern THOUGHTS =
      Pattern.compile("(?i)<(?:think|thinking|thought|reasoning)>");
  private static final Pattern FENCE = Pattern.compile("(?s)^```\\w*\\s*\\n(.*?)\\n?```$");
  private static final Pattern MOOD = Pattern.compile("\\p{Lu}[\\p{Lu}_ ]{1,30}");
  private static final Pattern SPEAKER = Pattern.compile("0|[^>\\n]{1,100}>[^>\\n]{1,100}");
  private static final Pattern ACTION =
      Pattern.compile("ACTION: ?[\\w:.-]+(?: PARAMS: ?(\\{.*}))?");
  private static final Set<String> MEMBERS = Set.of("importance_score", "tags", "memoryType",
      "relevantEvents", "source_memory_ids", "updated_content", "interject_summary",
      "speech_style");

  private static final Rule SPEAKS =
      new Rule("says something", (_, answer) -> !answer.isBlank());
  private static final Rule NO_THOUGHTS = new Rule("no thoughts in what is spoken",
      (_, answer) -> !THOUGHTS.matcher(answer).find());
  private static final Rule ONE_LINE =
      new Rule("one line", (_, answer) -> answer.strip().lines().count() == 1);
  private static final Rule JSON = new Rule("JSON that can be read",
      (_, answer) -> json(answer) != null);
  private static final Rule NAMED_MEMBERS = new Rule("JSON with the members that the prompt names",
      Form::hasNamedMembers);
  private static final Rule ACTION_LINES = new Rule("a right ACTION line, or none",
      (_, answer) -> answer.lines().map(String::strip)
          .filter(line -> line.startsWith("ACTION")).allMatch(Form::isAction));

  private static final Map<Job, List<Rule>> RULES = new EnumMap<>(Map.ofEntries(
      Map.entry(Job.DIALOGUE, List.of(ACTION_LINES,
          new Rule("short enough to be spoken", (_, answer) -> words(answer) <= 120),
          new Rule("no headings, lists or code", (_, answer) -> answer.lines().noneMatch(
              line -> line.startsWith("#") || line.startsWith("- ") || line.startsWith("```"))))),
      Map.entry(Job.ACTION, List.of(ONE_LINE,
          new Rule("an ACTION line", (_, answer) -> isAction(answer.strip())))),
      Map.entry(Job.MOOD, List.of(ONE_LINE, new Rule("one word in capitals",
          (_, answer) -> MOOD.matcher(answer.strip()).matches()))),
      Map.entry(Job.SPEAKER, List.of(ONE_LINE, new Rule("who, or who>whom, or 0",
          (prompt, answer) -> !prompt.contains(">") || SPEAKER.matcher(answer.strip()).matches()))),
      Map.entry(Job.MEMORY, List.of(NAMED_MEMBERS)), // a search query is plain text
      Map.entry(Job.DIARY, List.of(NAMED_MEMBERS)),
      Map.entry(Job.PROFILE, List.of(JSON, NAMED_MEMBERS)),
      Map.entry(Job.GAMEMASTER, List.of(ACTION_LINES)),
      Map.entry(Job.VISION, List.of(new Rule("no code fence",
          (_, answer) -> !answer.strip().startsWith("```")))),
      Map.entry(Job.AGENT, List.of(
          new Rule("function calls that are closed, at the end", (_, answer) -> callsEnd(answer)),
          new Rule("function calls that can be read", (_, answer) -> callsAreJson(answer)))),
      Map.entry(Job.TRANSLATE, List.of(ONE_LINE)),
      Map.entry(Job.OTHER, List.of())));

  private Form() {}

  /// What is right and wrong with an answer. Takes milliseconds; any thread.
  static List<Finding> check(Scene scene, String answer) {
    String prompt = Cursor.of(scene.request()).at("messages").json().toString();
    return Stream.concat(Stream.of(SPEAKS, NO_THOUGHTS), RULES.get(scene.job()).stream())
        .map(rule -> new Finding(rule.title(), rule.holds().test(prompt, answer))).toList();
  }

  private static boolean isAction(String line) {
    var action = ACTION.matcher(line);
    if (!action.matches()) return false;
    return action.group(1) == null || read(action.group(1)) instanceof Json.Obj;
  }

  private static int words(String text) {
    return text.strip().split("\\s+").length;
  }

  /// Whether the prompt, itself a string within JSON, has the name in quotes.
  private static boolean names(String prompt, String member) {
    return prompt.contains("\\\"" + member + "\\\"");
  }

  private static boolean hasNamedMembers(String prompt, String answer) {
    List<String> wanted = MEMBERS.stream().filter(name -> names(prompt, name)).toList();
    return wanted.isEmpty() || has(json(answer), wanted);
  }

  /// An answer may be a list: then each of its objects counts.
  private static boolean has(Json answer, List<String> wanted) {
    return switch (answer) {
      case Json.Obj object -> wanted.stream().allMatch(name -> object.get(name) != null);
      case Json.Arr array -> array.items().stream().allMatch(item -> has(item, wanted));
      case null, default -> false;
    };
  }

  /// The JSON of an answer, which may stand in a code fence; null when there is none.
  private static Json json(String answer) {
    var fenced = FENCE.matcher(answer.strip());
    return read(fenced.matches() ? fenced.group(1) : answer);
  }

  private static Json read(String text) {
    try {
      Json json = Json.parse(text);
      return json instanceof Json.Obj || json instanceof Json.Arr ? json : null;
    } catch (JsonException noJson) {
      return null;
    }
  }

  private static boolean callsEnd(String answer) {
    int open = answer.lastIndexOf("<function_calls>");
    return open < 0 || answer.strip().endsWith("</function_calls>");
  }

  private static boolean callsAreJson(String answer) {
    int open = answer.indexOf("<function_calls>");
    int close = answer.lastIndexOf("</function_calls>");
    if (open < 0) return true;
    if (close < open) return false;
    String calls = answer.substring(open + "<function_calls>".length(), close).strip();
    if (read(calls) != null) return true;
    return calls.lines().filter(line -> !line.isBlank()).allMatch(line ->
        read(line) instanceof Json.Obj call && call.get("name") instanceof Json.Str);
  }
}
