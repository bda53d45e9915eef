package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.speech.ThoughtFilter;

/// Sees whether a model thinks before it speaks, and whether it does nothing else. One instance a
/// reply, which it watches up to the first word.
final class ThoughtWatch {
  /// The tags of a thought that is empty, with the lines between them: some models write no more.
  private static final int EMPTY_THOUGHT = 24;

  private final ThoughtFilter filter = new ThoughtFilter(false);
  private int apart;
  private int inText;
  private boolean spoken;

  /// Takes the next event: whether something is spoken in it.
  boolean speaks(Event event) {
    List<Event> left = new ArrayList<>(1);
    filter.accept(event, left::add);
    int spokenText = 0;
    for (Event each : left) {
      spoken |= each.answers();
      if (each instanceof Chunk chunk) spokenText += text(chunk);
    }
    if (event instanceof Chunk chunk) {
      inText += text(chunk) - spokenText;
      for (Chunk.Choice choice : chunk.choices()) apart += thought(choice);
    }
    return spoken;
  }

  private static int text(Chunk chunk) {
    int length = 0;
    for (Chunk.Choice choice : chunk.choices()) {
      if (choice.content() != null) length += choice.content().length();
    }
    return length;
  }

  private static int thought(Chunk.Choice choice) {
    return (choice.text("reasoning_content") + choice.text("reasoning") + choice.thoughtParts())
        .strip().length();
  }

  /// Whether an event holds nothing that anybody is to get: thoughts told as such.
  boolean hides(Event event) {
    return event instanceof Chunk chunk && chunk.visible() && !chunk.answers()
        && chunk.finishReason() == null && text(chunk) == 0;
  }

  /// Whether it has thought so far.
  boolean seen() {
    return apart > 0 || inText > EMPTY_THOUGHT;
  }

  /// Whether there were thoughts, and not a word.
  boolean nothingElse() {
    return !spoken && (apart > 0 || inText > 0);
  }
}
