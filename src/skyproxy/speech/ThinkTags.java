package skyproxy.speech;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Separates what is spoken from what some models think aloud inside `<think>`, `<thinking>`,
/// `<thought>` or `<reasoning>`, wherever the pieces of a stream are cut.
///
/// Everything else passes byte for byte, also tags that only look alike
/// (`<internal_thought>` is the game's own). A block that is never closed is all thought; a
/// closing tag that was never opened is dropped, and so is the blank space that models leave
/// between their thoughts and the first word. Half a character (a surrogate without its partner)
/// waits for the other half. Other marks than tags are for [ThoughtMarks], through which a reply
/// goes first. One instance a reply, one thread.
///
/// Some models are made to begin with a thought, so that they write only its closing tag. Where
/// that is expected, what comes first is held back until the tag tells what it was, as long as it
/// is no longer than [#HELD].
final class ThinkTags {
  private static final List<String> NAMES = List.of("think", "thinking", "thought", "reasoning");

  private static final Pattern TAG = Pattern.compile(
      "<(/?)(" + String.join("|", NAMES) + ")>", Pattern.CASE_INSENSITIVE);

  /// The thought of a model that was told not to think, as templates write it in its place. It may
  /// think all the same.
  private static final Pattern EMPTY = Pattern.compile(
      "\\s*<(" + String.join("|", NAMES) + ")>\\s*</\\1>\\s*", Pattern.CASE_INSENSITIVE);

  private static final int HELD = 2_000;
  private static final int LONGEST_TAG = 12;

  private final ThoughtMarks marks = new ThoughtMarks();
  private final StringBuilder held = new StringBuilder();
  private final StringBuilder spoken = new StringBuilder();
  private final StringBuilder thought = new StringBuilder();
  private String inside;
  private boolean said;
  private boolean trimming;
  private boolean opened;
  private boolean bareEnd;
  private StringBuilder doubtful;
  private int searched;

  /// @param expectsBareEnd whether the reply may begin inside a thought
  ThinkTags(boolean expectsBareEnd) {
    doubtful = expectsBareEnd ? new StringBuilder() : null;
  }

  ThinkTags() {
    this(false);
  }

  /// The spoken and the thought part of a piece; either may be empty.
  record Split(String spoken, String thought) {

    /// This and then that.
    Split and(Split later) {
      return new Split(spoken + later.spoken, thought + later.thought);
    }
  }

  /// Whether the reply had the end of a thought without its beginning.
  boolean hadBareEnd() {
    return bareEnd;
  }

  /// Whether a beginning is held back that may be a thought.
  boolean doubts() {
    return doubtful != null && !doubtful.isEmpty();
  }

  /// Takes a text that is there as a whole: what stands before a closing tag that was never opened
  /// is thought, however long it is.
  Split whole(String written) {
    Matcher empty = EMPTY.matcher(written);
    String text = empty.lookingAt() ? written.substring(empty.end()) : written;
    Matcher first = TAG.matcher(text);
    boolean begun = first.find() && !first.group(1).isEmpty();
    bareEnd = begun && !text.substring(0, first.start()).isBlank();
    doubtful = null;
    return feed(begun ? "<" + first.group(2) + ">" + text : text).and(end());
  }

  /// Takes the next piece. What may still become a tag or a mark is held back.
  Split feed(String delta) {
    if (marks.passing()) return doubtful == null ? read(delta) : doubt(delta);
    Split split = marks.feed(delta);
    if (marks.found()) doubtful = null;
    Split read = doubtful == null ? read(split.spoken) : doubt(split.spoken);
    return split.thought.isEmpty() ? read : new Split(read.spoken, split.thought + read.thought);
  }

  /// Takes a piece of what may be a thought that was begun before the reply.
  private Split doubt(String delta) {
    doubtful.append(delta);
    if (beginsEmpty()) trimming = true;
    Matcher tag = TAG.matcher(doubtful);
    if (!tag.find(searched)) {
      searched = Math.max(0, doubtful.length() - LONGEST_TAG);
      return doubtful.length() > HELD ? letGo() : new Split("", "");
    }
    if (tag.group(1).isEmpty()) {
      return maybeEmpty(tag) ? new Split("", "") : letGo();
    }
    bareEnd = true;
    trimming = true;
    Split before = new Split("", doubtful.substring(0, tag.start()).stripLeading());
    String after = doubtful.substring(tag.end());
    doubtful = null;
    return before.and(read(after));
  }

  /// Takes empty thoughts off the beginning; whether there was one.
  private boolean beginsEmpty() {
    Matcher empty = EMPTY.matcher(doubtful);
    int end = 0;
    while (empty.lookingAt()) {
      end = empty.end();
      empty.region(end, doubtful.length());
    }
    if (end == 0) return false;
    doubtful.delete(0, end);
    searched = 0;
    return true;
  }

  /// Whether nothing has come but a tag and the blanks of a thought that may be empty.
  private boolean maybeEmpty(Matcher open) {
    if (doubtful.length() > HELD) return false;
    String after = doubtful.substring(open.end()).strip();
    return doubtful.substring(0, open.start()).isBlank()
        && ("</" + open.group(2) + ">").regionMatches(true, 0, after, 0, after.length());
  }

  /// Lets go of a beginning that was held back: it is taken for speech.
  Split letGo() {
    String text = doubtful.toString();
    doubtful = null;
    return read(text);
  }

  private Split read(String delta) {
    if (inside == null && held.isEmpty() && !trimming && delta.indexOf('<') < 0
        && !endsInHalf(delta)) {
      said |= !delta.isBlank();
      return new Split(delta, "");
    }
    String text = held.append(delta).toString();
    held.setLength(0);
    if (endsInHalf(text)) {
      held.append(text.charAt(text.length() - 1));
      text = text.substring(0, text.length() - 1);
    }
    int from = 0;
    while (from < text.length()) {
      int open = text.indexOf('<', from);
      if (open < 0) {
        take(text, from, text.length());
        break;
      }
      take(text, from, open);
      from = open;
      String name = tagAt(text, open);
      if (name == null) {
        take(text, open, open + 1);
        from = open + 1;
      } else if (name.isEmpty()) {
        held.insert(0, text, open, text.length());
        break;
      } else {
        from = text.indexOf('>', open) + 1;
      }
    }
    return drain();
  }

  /// Takes the end: what was held back was no tag.
  Split end() {
    Split last = marks.end();
    Split before = doubtful == null ? read(last.spoken) : doubt(last.spoken);
    if (doubtful != null) before = before.and(letGo());
    take(held, 0, held.length());
    held.setLength(0);
    return new Split(before.spoken, last.thought + before.thought).and(drain());
  }

  private static boolean endsInHalf(String text) {
    return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
  }

  private Split drain() {
    Split split = new Split(spoken.toString(), thought.toString());
    spoken.setLength(0);
    thought.setLength(0);
    return split;
  }

  private void take(CharSequence text, int from, int to) {
    if (inside != null) {
      thought.append(text, from, to);
      opened = opened || !text.subSequence(from, to).toString().isBlank();
      return;
    }
    int start = from;
    if (trimming) {
      while (start < to && Character.isWhitespace(text.charAt(start))) start++;
      if (start < to) trimming = false;
    }
    spoken.append(text, start, to);
    if (start < to && !said) said = !text.subSequence(start, to).toString().isBlank();
  }

  /// Reads the tag at `open` and acts on it: its name, null when there is none, "" when more
  /// text is needed to know.
  private String tagAt(String text, int open) {
    boolean closing = open + 1 < text.length() && text.charAt(open + 1) == '/';
    int start = open + (closing ? 2 : 1);
    int end = start;
    while (end < text.length() && end - start <= 10 && Character.isLetter(text.charAt(end))) end++;
    String name = text.substring(start, end).toLowerCase(Locale.ROOT);
    if (end == text.length()) {
      return NAMES.stream().anyMatch(known -> known.startsWith(name)) ? "" : null;
    }
    if (text.charAt(end) != '>' || !NAMES.contains(name)) return null;
    if (inside == null && !closing) {
      inside = name;
    } else if (inside == null || closing && inside.equals(name)) {
      bareEnd |= inside == null && said && !opened;
      inside = null;
      trimming = !said;
    } else {
      return null;
    }
    return name;
  }
}
