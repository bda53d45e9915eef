package skyproxy.speech;

import java.util.List;
import skyproxy.speech.ThinkTags.Split;

/// Separates what a model thinks before its first spoken word from what it speaks, where that
/// stands between marks of its own: `[THINK]` (Magistral), `<seed:think>`, `<|begin_of_thought|>`
/// and others, and the channels of harmony (gpt-oss). From the first spoken word on nothing is
/// looked at any more, but for the marks that go with those that were found.
///
/// Tags of HTML's kind are for [ThinkTags]. One instance a reply, one thread.
/// https://cookbook.openai.com/articles/openai-harmony
final class ThoughtMarks {

  /// @param around marks around the answer that may follow, which are dropped
  private record Mark(String open, String close, List<String> around) {
    Mark(String open, String close, String... around) {
      this(open, close, List.of(around));
    }
  }

  private static final List<Mark> MARKS = List.of(
      new Mark("[THINK]", "[/THINK]"),
      new Mark("<seed:think>", "</seed:think>"),
      new Mark("<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>",
          "<|end_of_solution|>"),
      new Mark("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"),
      new Mark("<|channel>thought", "<channel|>"),
      new Mark("<|inner_prefix|>", "<|inner_suffix|>"),
      new Mark("<|thinking|>", "<|/thinking|>"),
      new Mark("<unused94>thought", "<unused95>"),
      new Mark("◁think▷", "◁/think▷"));

  private static final String CHANNEL = "<|channel|>";
  private static final String START = "<|start|>";
  private static final String MESSAGE = "<|message|>";
  private static final List<String> HEADERS = List.of(CHANNEL, START);
  private static final List<String> HARMONY =
      List.of(CHANNEL, START, "<|end|>", "<|return|>", "<|call|>");
  private static final int LONGEST_HEADER = 200;

  private enum State {
    /// Nothing has been spoken yet.
    BEGIN,
    /// Inside of thoughts.
    THOUGHT,
    /// Behind thoughts whose answer has marks around it.
    ANSWER,
    /// In what stands before a message of harmony, which names its channel.
    HEADER,
    /// In such a message, or behind it.
    MESSAGE,
    /// Nothing is looked at any more.
    PASSING
  }

  private final StringBuilder spoken = new StringBuilder();
  private final StringBuilder thought = new StringBuilder();
  private State state = State.BEGIN;
  private List<String> around = List.of();
  private Mark mark;
  private boolean isSpoken;
  private boolean said;
  private boolean found;
  private String held = "";

  /// Whether there is nothing to be looked for any more: all that is left is speech.
  boolean passing() {
    return state == State.PASSING;
  }

  /// Whether thoughts have been found.
  boolean found() {
    return found;
  }

  /// Takes the next piece. What may still become a mark is held back.
  Split feed(String delta) {
    String text = held + delta;
    held = "";
    while (!text.isEmpty()) {
      text = switch (state) {
        case BEGIN -> begin(text);
        case THOUGHT -> think(text);
        case ANSWER -> answer(text);
        case HEADER -> header(text);
        case MESSAGE -> message(text);
        case PASSING -> {
          spoken.append(text);
          yield "";
        }
      };
    }
    return drain();
  }

  /// Takes the end: what was held back was no mark.
  Split end() {
    boolean silent = state == State.THOUGHT || state == State.HEADER
        || state == State.MESSAGE && !isSpoken;
    (silent ? thought : spoken).append(held);
    held = "";
    return drain();
  }

  private Split drain() {
    Split split = new Split(spoken.toString(), thought.toString());
    spoken.setLength(0);
    thought.setLength(0);
    return split;
  }

  private String hold(String text) {
    held = text;
    return "";
  }

  /// Each of these takes what it can from the front of a text and gives the rest, "" when it has
  /// all, some of it maybe held.
  private String begin(String text) {
    String first = text.stripLeading();
    if (!found) spoken.append(text, 0, text.length() - first.length());
    for (Mark each : MARKS) {
      if (first.startsWith(each.open)) {
        mark = each;
        state = State.THOUGHT;
        return first.substring(each.open.length());
      }
    }
    for (String each : HEADERS) {
      if (first.startsWith(each)) {
        state = State.HEADER;
        return first.substring(each.length());
      }
    }
    for (String each : around) {
      if (first.startsWith(each)) return first.substring(each.length());
    }
    boolean maybe = MARKS.stream().anyMatch(each -> each.open.startsWith(first))
        || HEADERS.stream().anyMatch(each -> each.startsWith(first))
        || around.stream().anyMatch(each -> each.startsWith(first));
    if (maybe) return hold(first);
    state = around.isEmpty() ? State.PASSING : State.ANSWER;
    return first;
  }

  private String think(String text) {
    found = true;
    int end = text.indexOf(mark.close);
    if (end < 0) {
      int rest = text.length() - tail(text, List.of(mark.close));
      thought.append(text, 0, rest);
      return hold(text.substring(rest));
    }
    thought.append(text, 0, end);
    around = mark.around;
    state = State.BEGIN;
    return text.substring(end + mark.close.length());
  }

  private String answer(String text) {
    int at = firstOf(around, text);
    if (at < 0) {
      int rest = text.length() - tail(text, around);
      spoken.append(text, 0, rest);
      return hold(text.substring(rest));
    }
    spoken.append(text, 0, at);
    return text.substring(at + markAt(around, text, at).length());
  }

  private String header(String text) {
    found = true;
    int end = text.indexOf(MESSAGE);
    if (end < 0 && text.length() <= LONGEST_HEADER) return hold(text);
    String header = end < 0 ? "" : text.substring(0, end);
    isSpoken = header.contains("final")
        || !header.contains(CHANNEL) && header.contains("assistant");
    state = State.MESSAGE;
    return end < 0 ? text : text.substring(end + MESSAGE.length());
  }

  private String message(String text) {
    if (isSpoken && !said) text = text.stripLeading();
    int at = firstOf(HARMONY, text);
    int rest = at >= 0 ? at : text.length() - tail(text, HARMONY);
    (isSpoken ? spoken : thought).append(text, 0, rest);
    said |= isSpoken && rest > 0;
    if (at < 0) return hold(text.substring(rest));
    String end = markAt(HARMONY, text, at);
    if (HEADERS.contains(end)) state = State.HEADER;
    else isSpoken = true; // what has no channel is for all
    return text.substring(at + end.length());
  }

  private static int firstOf(List<String> marks, String text) {
    int first = -1;
    for (String each : marks) {
      int at = text.indexOf(each);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    return first;
  }

  private static String markAt(List<String> marks, String text, int at) {
    return marks.stream().filter(each -> text.startsWith(each, at)).findFirst().orElseThrow();
  }

  /// How many characters at the end of a text may be the beginning of a mark.
  private static int tail(String text, List<String> marks) {
    int longest = 0;
    for (String each : marks) {
      int most = Math.min(each.length() - 1, text.length());
      for (int length = most; length > longest; length--) {
        if (each.startsWith(text.substring(text.length() - length))) longest = length;
      }
    }
    return longest;
  }
}
