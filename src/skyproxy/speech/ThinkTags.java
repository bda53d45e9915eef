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
/// waits for the other half. One instance a reply, one thread.
final class ThinkTags {
  private static final List<String> NAMES = List.of("think", "thinking", "thought", "reasoning");

  private static final Pattern TAG = Pattern.compile(
      "<(/?)(" + String.join("|", NAMES) + ")>", Pattern.CASE_INSENSITIVE);

  private final StringBuilder held = new StringBuilder();
  private final StringBuilder spoken = new StringBuilder();
  private final StringBuilder thought = new StringBuilder();
  private String inside;
  private boolean said;
  private boolean trimming;

  /// The spoken and the thought part of a piece; either may be empty.
  record Split(String spoken, String thought) {

    /// This and then that.
    Split and(Split later) {
      return new Split(spoken + later.spoken, thought + later.thought);
    }
  }

  /// Separates a text that is there as a whole. Some models are made to begin with a thought, so
  /// that they write only its closing tag: what stands before that is thought. In a stream it
  /// has been spoken by the time the tag comes.
  static Split whole(String text) {
    Matcher first = TAG.matcher(text);
    boolean begun = first.find() && !first.group(1).isEmpty();
    ThinkTags tags = new ThinkTags();
    return tags.feed(begun ? "<" + first.group(2) + ">" + text : text).and(tags.end());
  }

  /// Takes the next piece. What may still become a tag is held back.
  Split feed(String delta) {
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
    take(held, 0, held.length());
    held.setLength(0);
    return drain();
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
      inside = null;
      trimming = !said;
    } else {
      return null;
    }
    return name;
  }
}
