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
    for (int at = 0; at < text.length(); ) {
      at = switch (state) {
        case BEGIN -> begin(text, at);
        case THOUGHT -> think(text, at);
        case ANSWER -> answer(text, at);
        case HEADER -> header(text, at);
        case MESSAGE -> message(text, at);
        case PASSING -> {
          spoken.append(text, at, text.length());
          yield text.length();
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

  private int hold(String text, int from) {
    held = text.substring(from);
    return text.length();
  }

  /// Each of these takes what it can of a text from a place on and gives the next place: the end
  /// when it has all, some of it maybe held.
  private int begin(String text, int from) {
    int first = pastBlanks(text, from);
    if (!found) spoken.append(text, from, first);
    for (Mark each : MARKS) {
      if (text.startsWith(each.open, first)) {
        mark = each;
        state = State.THOUGHT;
        return first + each.open.length();
      }
    }
    for (String each : HEADERS) {
      if (text.startsWith(each, first)) {
        state = State.HEADER;
        return first + each.length();
      }
    }
    for (String each : around) {
      if (text.startsWith(each, first)) return first + each.length();
    }
    boolean maybe = MARKS.stream().anyMatch(each -> mayBecome(each.open, text, first))
        || HEADERS.stream().anyMatch(each -> mayBecome(each, text, first))
        || around.stream().anyMatch(each -> mayBecome(each, text, first));
    if (maybe) return hold(text, first);
    state = around.isEmpty() ? State.PASSING : State.ANSWER;
    return first;
  }

  private static boolean mayBecome(String mark, String text, int from) {
    return mark.regionMatches(0, text, from, text.length() - from);
  }

  private static int pastBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    return at;
  }

  private int think(String text, int from) {
    found = true;
    int end = text.indexOf(mark.close, from);
    if (end < 0) {
      int rest = text.length() - tail(text, from, List.of(mark.close));
      thought.append(text, from, rest);
      return hold(text, rest);
    }
    thought.append(text, from, end);
    around = mark.around;
    state = State.BEGIN;
    return end + mark.close.length();
  }

  private int answer(String text, int from) {
    int at = firstOf(around, text, from);
    if (at < 0) {
      int rest = text.length() - tail(text, from, around);
      spoken.append(text, from, rest);
      return hold(text, rest);
    }
    spoken.append(text, from, at);
    return at + markAt(around, text, at).length();
  }

  private int header(String text, int from) {
    found = true;
    int last = Math.min(text.length(), from + LONGEST_HEADER + MESSAGE.length());
    int end = text.indexOf(MESSAGE, from, last);
    if (end < 0 && text.length() - from <= LONGEST_HEADER) return hold(text, from);
    String header = end < 0 ? "" : text.substring(from, end);
    isSpoken = header.contains("final")
        || !header.contains(CHANNEL) && header.contains("assistant");
    state = State.MESSAGE;
    return end < 0 ? from : end + MESSAGE.length();
  }

  private int message(String text, int place) {
    int from = isSpoken && !said ? pastBlanks(text, place) : place;
    int at = firstOf(HARMONY, text, from);
    int rest = at >= 0 ? at : text.length() - tail(text, from, HARMONY);
    (isSpoken ? spoken : thought).append(text, from, rest);
    said |= isSpoken && rest > from;
    if (at < 0) return hold(text, rest);
    String end = markAt(HARMONY, text, at);
    if (HEADERS.contains(end)) state = State.HEADER;
    else isSpoken = true; // what has no channel is for all
    return at + end.length();
  }

  /// Where the first of some marks is, each of which begins with `<`; -1 when there is none.
  private static int firstOf(List<String> marks, String text, int from) {
    for (int at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at + 1)) {
      if (markAt(marks, text, at) != null) return at;
    }
    return -1;
  }

  private static String markAt(List<String> marks, String text, int at) {
    for (String each : marks) {
      if (text.startsWith(each, at)) return each;
    }
    return null;
  }

  /// How many characters at the end of a text, from a place on, may be the beginning of a mark.
  private static int tail(String text, int from, List<String> marks) {
    int longest = 0;
    for (String each : marks) {
      int most = Math.min(each.length() - 1, text.length() - from);
      for (int length = most; length > longest; length--) {
        if (each.startsWith(text.substring(text.length() - length))) longest = length;
      }
    }
    return longest;
  }
}
