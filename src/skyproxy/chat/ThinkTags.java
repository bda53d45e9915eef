package skyproxy.chat;

import java.util.List;
import java.util.Locale;

/// Separates what is spoken from what some models think aloud inside `<think>`, `<thinking>`,
/// `<thought>` or `<reasoning>`, wherever the pieces of a stream are cut.
///
/// Everything else passes byte for byte, also tags that only look alike
/// (`<internal_thought>` is the game's own). A block that is never closed is all thought; a
/// closing tag that was never opened is dropped, and so is the blank space that models leave
/// between their thoughts and the first word. One instance a reply, one thread.
public final class ThinkTags {
  private static final List<String> NAMES = List.of("think", "thinking", "thought", "reasoning");

  private final StringBuilder held = new StringBuilder();
  private final StringBuilder spoken = new StringBuilder();
  private final StringBuilder thought = new StringBuilder();
  private String inside;
  private boolean said;
  private boolean trimming;

  /// What a piece turned out to be; either may be empty.
  public record Split(String spoken, String thought) {}

  /// Takes the next piece. What may still become a tag is held back.
  public Split feed(String delta) {
    if (inside == null && held.isEmpty() && !trimming && delta.indexOf('<') < 0) {
      said |= !delta.isBlank();
      return new Split(delta, "");
    }
    String text = held.append(delta).toString();
    held.setLength(0);
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
        held.append(text, open, text.length());
        break;
      } else {
        from = text.indexOf('>', open) + 1;
      }
    }
    return drain();
  }

  /// Takes the end: what was held back was no tag.
  public Split end() {
    take(held, 0, held.length());
    held.setLength(0);
    return drain();
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
