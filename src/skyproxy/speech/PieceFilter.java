package skyproxy.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// Holds words back until they are whole, in our own events and in an upstream's chunks alike: the
/// game hands each delta's text to its voice, and a delta of a model may end inside a word. Where a
/// line that breaks off is to be finished, sentences are held back as well.
///
/// Knows nothing of time: the sink decides how long to wait before [#flush]. One instance a reply,
/// one thread.
public final class PieceFilter {
  private static final Json.Obj NOTHING = Json.Obj.builder().build();

  private final Supplier<Pacing> pacing;
  private final Map<Integer, Pacing> choices = new TreeMap<>();
  private final ChunkEdits edits = new ChunkEdits();
  private Chunk last;

  private PieceFilter(Supplier<Pacing> pacing) {
    this.pacing = pacing;
  }

  /// Lets whole words go on.
  public static PieceFilter words() {
    return new PieceFilter(WholeWords::new);
  }

  /// Lets whole sentences go on behind the first one.
  ///
  /// @param wholeWords whether the first one goes on in whole words
  public static PieceFilter sentences(boolean wholeWords) {
    return new PieceFilter(() -> new Sentences(wholeWords ? new WholeWords() : null));
  }

  /// The whole sentences of a text that broke off; null when there is none.
  public static String wholeSentences(String text) {
    return Sentences.whole(text);
  }

  /// Takes a piece of text or a chunk and gives what of it may go on now, null when that is
  /// nothing. Other events pass.
  public Event feed(Event event) {
    return switch (event) {
      case Event.Text(var delta) -> {
        String whole = pacing(0).feed(delta);
        yield whole.equals(delta) ? event : text(whole);
      }
      case Chunk chunk -> edits.apply(last = chunk, this::feed);
      case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _, Event.Finish _,
          Event.Idle _ -> event;
    };
  }

  private Pacing pacing(int choice) {
    return choices.computeIfAbsent(choice, _ -> pacing.get());
  }

  private static Event text(String text) {
    return text.isEmpty() ? null : new Event.Text(text);
  }

  private Chunk.Choice feed(Chunk.Choice choice) {
    String content = choice.content() == null ? "" : choice.content();
    if (content.isEmpty() && !choices.containsKey(choice.index())) return choice;
    boolean ends = choice.finishReason() != null || content.isEmpty() && choice.visible();
    Pacing own = pacing(choice.index());
    String whole = own.feed(content);
    if (ends) whole += own.end();
    return whole.equals(content) ? choice
        : choice.saying(choice.delta().with("content", new Json.Str(whole)));
  }

  /// Whether a part of a word is held back, which must not wait for long.
  public boolean holding() {
    for (Pacing own : choices.values()) {
      if (own.holding()) return true;
    }
    return false;
  }

  /// That part of a word, but for halves of characters; null when there is none.
  public Event flush() {
    return late(false);
  }

  /// All that is held back, at the end of a reply or before something that is no text; null when
  /// there is none.
  public Event end() {
    return late(true);
  }

  /// Ends a reply that broke off behind its last whole sentence: the events that are left of it,
  /// none when there is no such sentence.
  public List<Event> cut() {
    if (choices.isEmpty()) return List.of();
    List<Json> ends = new ArrayList<>();
    List<Event> left = new ArrayList<>();
    for (Map.Entry<Integer, Pacing> choice : choices.entrySet()) {
      String text = choice.getValue().cut();
      if (text == null) return List.of();
      if (!text.isEmpty()) left.add(new Event.Text(text));
      ends.add(Chunk.choice(choice.getKey(), text.isEmpty() ? NOTHING
          : Json.Obj.builder().put("content", text).build(), FinishReason.STOP.wireName()));
    }
    if (last != null) return List.of(last.sibling(new Json.Arr(ends)));
    left.add(new Event.Finish(FinishReason.STOP, Usage.NONE));
    return left;
  }

  private Event late(boolean all) {
    if (last == null) return text(late(pacing(0), all));
    List<Json> late = new ArrayList<>();
    choices.forEach((index, own) -> {
      String text = late(own, all);
      if (text.isEmpty()) return;
      late.add(Chunk.choice(index, Json.Obj.builder().put("content", text).build(), null));
    });
    return late.isEmpty() ? null : last.sibling(new Json.Arr(late));
  }

  private static String late(Pacing own, boolean all) {
    return all ? own.end() : own.flush();
  }
}
