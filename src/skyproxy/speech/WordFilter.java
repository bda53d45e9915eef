package skyproxy.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.json.Json;

/// Holds words back until they are whole, in our own events and in an upstream's chunks alike: the
/// game hands each delta's text to its voice, and a delta of a model may end inside a word.
///
/// Knows nothing of time: the sink decides how long to wait before [#flush]. One instance a reply,
/// one thread.
public final class WordFilter {
  private final Map<Integer, WholeWords> words = new TreeMap<>();
  private final ChunkEdits edits = new ChunkEdits();
  private Chunk last;

  /// Takes a piece of text or a chunk and gives what of it may go on now, null when that is
  /// nothing. Other events pass.
  public Event feed(Event event) {
    return switch (event) {
      case Event.Text(var delta) -> {
        String whole = words(0).feed(delta);
        yield whole.equals(delta) ? event : text(whole);
      }
      case Chunk chunk -> edits.apply(last = chunk, this::feed);
      case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _, Event.Finish _,
          Event.Idle _ -> event;
    };
  }

  private WholeWords words(int choice) {
    return words.computeIfAbsent(choice, _ -> new WholeWords());
  }

  private static Event text(String text) {
    return text.isEmpty() ? null : new Event.Text(text);
  }

  private Chunk.Choice feed(Chunk.Choice choice) {
    String content = choice.content() == null ? "" : choice.content();
    if (content.isEmpty() && !words.containsKey(choice.index())) return choice;
    boolean ends = choice.finishReason() != null || content.isEmpty() && choice.visible();
    WholeWords own = words(choice.index());
    String whole = own.feed(content);
    if (ends) whole += own.end();
    return whole.equals(content) ? choice
        : choice.saying(choice.delta().with("content", new Json.Str(whole)));
  }

  /// Whether a part of a word is held back.
  public boolean holding() {
    for (WholeWords own : words.values()) {
      if (own.holding()) return true;
    }
    return false;
  }

  /// What is held back, but for halves of characters; null when there is none.
  public Event flush() {
    return late(false);
  }

  /// All that is held back, at the end of a reply or before something that is no text; null when
  /// there is none.
  public Event end() {
    return late(true);
  }

  private Event late(boolean all) {
    if (last == null) return text(late(words(0), all));
    List<Json> choices = new ArrayList<>();
    words.forEach((index, own) -> {
      String text = late(own, all);
      if (text.isEmpty()) return;
      choices.add(Chunk.choice(index, Json.Obj.builder().put("content", text).build(), null));
    });
    return choices.isEmpty() ? null : last.sibling(new Json.Arr(choices));
  }

  private static String late(WholeWords words, boolean all) {
    return all ? words.end() : words.flush();
  }
}
