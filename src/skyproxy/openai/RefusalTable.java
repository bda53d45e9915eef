package skyproxy.openai;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.json.Json;

/// The words by which servers refuse what is no single member of a request, and what follows from
/// each: how the request may be made again. Pure data, and the reading of it.
///
/// The words are those of real servers; `test/fixtures/refusals` holds what they come from.
final class RefusalTable {
  /// The ways to go on, the likeliest first; the lessons of one belong together.
  private interface Meaning {
    List<List<Lesson>> of(MatchResult found, String words, Json.Obj sent);
  }

  private record Row(Pattern words, Meaning meaning) {}

  private static final List<String> THOUGHTS =
      List.of("reasoning", "reasoning_effort", "think", "thinking", "enable_thinking");

  private static final Pattern LISTING = Pattern.compile("\\b(?:must be|should be|one of"
      + "|supported|valid|allowed|expected|available|values are|options)\\b(.*)",
      CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern EFFORT = Pattern.compile(
      "\\b(?:" + String.join("|", Lesson.Efforts.ALL) + ")\\b", CASE_INSENSITIVE);

  /// The plainer orders, tried one after the other where a template has failed.
  private static final List<MessageOrder> LADDER =
      List.of(MessageOrder.ONE_SYSTEM, MessageOrder.ALTERNATING, MessageOrder.STRICT);

  /// A sentence that tells what a prompt and its answer may take together, and what the prompt
  /// does.
  ///
  /// @param limit which group of the words is the first
  /// @param tokens which is the second
  private record Measure(Pattern words, int limit, int tokens) {}

  private static final String N = "(\\d{1,9})";
  private static final List<Measure> MEASURES = List.of(
      new Measure(words("context length is " + N + " tokens.{0,80}?(?:has|with) " + N
          + " input tokens"), 1, 2),
      new Measure(words("context length is " + N + " tokens.{0,120}?\\(" + N
          + " (?:in the|in your|of) (?:messages|prompt|text|input)"), 1, 2),
      new Measure(words("context length of " + N + " tokens.{0,120}?" + N
          + " tokens from the input"), 1, 2),
      new Measure(words("<= " + N + "\\. Given: " + N + " .?inputs"), 1, 2),
      new Measure(words("\\(" + N + "\\) exceeds? (?:the )?context (?:window|size|length) of " + N),
          2, 1),
      new Measure(words(N + " > " + N + " - " + N), 2, 3),
      new Measure(words(N + " minus " + N + " input tokens"), 1, 2),
      new Measure(words(N + " \\+ \\d{1,9} > " + N), 2, 1),
      new Measure(words("\\(" + N + " tokens\\) exceeds .{0,60}\\(" + N + " tokens\\)"), 2, 1),
      new Measure(words("context length is " + N + " tokens.{0,80}?(?:resulted in|has|requested) "
          + N + " tokens"), 1, 2));

  private static final Pattern CREDIT = words("can only afford " + N);

  private static final List<Row> THINKING = List.of(
      // Thoughts that can't be switched off are kept as short as can be.
      new Row(words("(?:reasoning|thinking|thoughts?)\\b.{0,60}"
          + "(?:mandatory|required|be (?:disabled|turned off))"
          + "|(?:can't|can ?not|unable to|not possible to) (?:disable|turn off) (?:the )?"
          + "(?:reasoning|thinking)|only (?:works|supports?) .{0,20}(?:thinking|reasoning)"),
          (_, words, sent) -> {
            List<String> known = efforts(words);
            known.remove("none");
            return List.of(List.of(new Lesson.Efforts(known.isEmpty() ? List.of("low") : known)),
                without(THOUGHTS, sent));
          }),
      new Row(words("reasoning|effort|think"), (_, words, _) -> {
        List<String> known = efforts(words);
        return known.size() < 2 ? List.of() : List.of(List.of(new Lesson.Efforts(known)));
      }),
      new Row(words("(?:not|n't) support (?:thinking|reasoning)(?![_-])"
          + "|(?<![\\w-])(?:thinking|reasoning|think value)\\b.{0,30}(?:not|n't|un)\\s?(?:be )?"
          + "(?:support|enabled|allowed)"),
          (_, _, sent) -> List.of(without(THOUGHTS, sent))));

  /// What is refused by its idea only.
  private static final List<Row> IDEAS = List.of(
      idea("penalt", "frequency_penalty", "presence_penalty", "repetition_penalty"),
      idea("log ?prob", "logprobs", "top_logprobs"),
      idea("(?:multiple|several) (?:choices|completions)", "n"),
      idea("stop[ _]?(?:sequence|word|string)", "stop"),
      idea("(?:response format|json (?:mode|schema|object)|structured output).{0,40}"
          + "(?:not|n't|un)\\s?(?:be )?(?:support|enabled)"
          + "|(?:not|n't) support.{0,20}(?:json|structured)", "response_format"),
      idea("sampling param", "temperature", "top_p", "top_k", "min_p"));

  /// First the order that the words ask for, then ever plainer ones.
  private static final List<Row> ORDERS = List.of(
      order("content.{0,40}(?:must|should|expect).{0,20}\\bstring(?! or)"
          + "|invalid type: sequence, expected a string", MessageOrder.PLAIN_TEXT),
      order("(?:must|should|to) (?:contain|have|include) .{0,10}content|missing field .?content"
          + "|(?:message|content).{0,60}(?:null|empty|blank)|empty (?:message|content)",
          MessageOrder.NO_EMPTY),
      order("(?:2|two) or more assistant|(?:multiple|several) assistant", MessageOrder.ONE_REPLY),
      order("prefill|last role|(?:last|final) (?:message|turn)"
          + "|end (?:with|in) (?:an? )?['\"`]?(?:user|assistant)",
          MessageOrder.ENDS_WITH_USER),
      order("no user|no messages provided|(?:start|begin)s? with .{0,12}user"
          + "|first (?:message|turn|role).{0,60}user|user (?:query|message|turn)"
          + ".{0,30}(?:found|missing|required)|(?:contain|at least one|need|without a).{0,12} user",
          MessageOrder.STARTS_WITH_USER),
      order("consecutive|alternat|by turns|in a row", MessageOrder.ALTERNATING),
      order("system.{0,30}(?:not|n't|un)\\s?(?:be )?(?:support|allow|accept|permit|enabled)"
          + "|(?:not|n't) (?:support|allow|accept|permit).{0,40}\\bsystem"
          + "|(?:unsupported|invalid|unknown|unexpected) (?:message )?role:? ?['\"`]?system\\b"
          + "(?!.{0,9}after)|developer instruction.{0,20}not enabled", MessageOrder.NO_SYSTEM),
      order("jinja|chat.?template|while executing|rendering prompt|message_order"
          + "|(?:unexpected|(?:in)?valid|unknown|unsupported|only|message|conversation) .{0,40}"
          + "\\broles?\\b"
          + "|\\brole\\b.{0,20}(?:unknown|invalid|unexpected|variant|not )"
          + "|system (?:message|prompt|role)|roles? (?:is|are|must|should)\\b"));

  private RefusalTable() {}

  /// The tokens that a prompt and its answer may have together, and those of the prompt.
  record Room(int limit, int tokens) {}

  /// The room that some words tell of, or null.
  static Room room(String words) {
    for (Measure measure : MEASURES) {
      Matcher found = measure.words.matcher(words);
      if (found.find()) {
        return new Room(Integer.parseInt(found.group(measure.limit)),
            Integer.parseInt(found.group(measure.tokens)));
      }
    }
    return null;
  }

  /// How the limit of the answer may be brought down to what there is room or credit for.
  static Stream<List<Lesson>> limits(String words, Json.Obj sent) {
    Matcher credit = CREDIT.matcher(words);
    if (credit.find()) {
      Json.Num most = new Json.Num(credit.group(1));
      return Stream.of(Lesson.Context.MEMBERS.stream()
          .<Lesson>map(name -> new Lesson.AtMost(name, most, true)).toList());
    }
    Room room = room(words);
    return room == null || room.tokens >= room.limit ? Stream.empty()
        : Stream.of(List.of(new Lesson.Context(room.limit, room.tokens,
            Lesson.Context.length(sent))));
  }

  /// How a model that thinks, or does not, may be asked instead.
  static Stream<List<Lesson>> thinking(String words, Json.Obj sent) {
    return read(THINKING, words, sent);
  }

  static Stream<List<Lesson>> ideas(String words, Json.Obj sent) {
    return read(IDEAS, words, sent);
  }

  static Stream<List<Lesson>> orders(String words, Json.Obj sent) {
    return read(ORDERS, words, sent);
  }

  /// Whether some words are about the order of messages, or what a template makes of them.
  static boolean aboutOrder(String words) {
    return ORDERS.stream().anyMatch(row -> row.words.matcher(words).find());
  }

  private static Stream<List<Lesson>> read(List<Row> rows, String words, Json.Obj sent) {
    return rows.stream().flatMap(row -> {
      Matcher found = row.words.matcher(words);
      return found.find() ? row.meaning.of(found.toMatchResult(), words, sent).stream()
          : Stream.empty();
    });
  }

  private static Pattern words(String words) {
    return Pattern.compile(words, CASE_INSENSITIVE);
  }

  private static Row idea(String words, String... names) {
    return new Row(words(words), (_, _, sent) -> List.of(without(List.of(names), sent)));
  }

  private static List<Lesson> without(List<String> names, Json.Obj sent) {
    return names.stream().filter(name -> sent.get(name) != null)
        .<Lesson>map(Lesson.Without::new).toList();
  }

  private static Row order(String words, MessageOrder... asked) {
    List<List<Lesson>> orders = Stream.concat(Arrays.stream(asked), LADDER.stream())
        .map(order -> List.<Lesson>of(order)).toList();
    return new Row(words(words), (_, _, _) -> orders);
  }

  /// The efforts that some words list as those that can be had, the least first.
  private static List<String> efforts(String words) {
    Matcher listing = LISTING.matcher(words);
    List<String> known = new ArrayList<>();
    if (!listing.find()) return known;
    List<String> named = EFFORT.matcher(listing.group(1)).results()
        .map(hit -> hit.group().toLowerCase(Locale.ROOT)).toList();
    for (String effort : Lesson.Efforts.ALL) {
      if (named.contains(effort)) known.add(effort);
    }
    return known;
  }
}
