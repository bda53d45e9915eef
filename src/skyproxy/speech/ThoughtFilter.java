package skyproxy.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.json.Json;

/// Keeps what a model thinks out of what is spoken, for every provider alike.
///
/// Thoughts are dropped, or passed on as [Event.Reasoning] (or `reasoning_content` of a [Chunk])
/// where the request asked to see them. One instance a reply, one thread.
public final class ThoughtFilter {
  private final boolean showThoughts;
  private final boolean expectsBareEnd;
  private final Map<Integer, ThinkTags> tags = new TreeMap<>();
  private final ChunkEdits edits = new ChunkEdits();
  private Chunk last;

  public ThoughtFilter(boolean showThoughts) {
    this(showThoughts, false);
  }

  /// @param expectsBareEnd whether replies of this model have begun inside a thought, so that only
  ///     its end was to be seen
  public ThoughtFilter(boolean showThoughts, boolean expectsBareEnd) {
    this.showThoughts = showThoughts;
    this.expectsBareEnd = expectsBareEnd;
  }

  /// Whether the reply had the end of a thought without its beginning.
  public boolean hadBareEnd() {
    return tags.values().stream().anyMatch(ThinkTags::hadBareEnd);
  }

  /// Whether a beginning is held back that may be a thought.
  public boolean doubts() {
    return expectsBareEnd && tags.values().stream().anyMatch(ThinkTags::doubts);
  }

  /// Lets go of beginnings that were held back: they have taken too long to be thoughts.
  public void letGo(Consumer<Event> out) {
    if (last == null) {
      give(tags(0).letGo(), out);
      return;
    }
    List<Json> choices = new ArrayList<>();
    tags.forEach((index, own) -> {
      if (!own.doubts()) return;
      choices.add(Chunk.choice(index,
          Json.Obj.builder().put("content", own.letGo().spoken()).build(), null));
    });
    out.accept(last.sibling(new Json.Arr(choices)));
  }

  /// Takes one event and gives what is left of it, in order.
  public void accept(Event event, Consumer<Event> out) {
    switch (event) {
      case Event.Text(var delta) -> give(tags(0).feed(delta), out);
      case Event.Reasoning thought -> {
        if (showThoughts) out.accept(thought);
      }
      case Event.Finish finish -> {
        give(tags(0).end(), out);
        out.accept(finish);
      }
      case Chunk chunk -> {
        last = chunk;
        Chunk left = edits.apply(chunk, this::filter);
        if (left != null) out.accept(left);
      }
      case Event.ToolCall _, Event.ToolArguments _, Event.Idle _ -> out.accept(event);
    }
  }

  private ThinkTags tags(int choice) {
    return tags.computeIfAbsent(choice, _ -> new ThinkTags(expectsBareEnd));
  }

  private void give(ThinkTags.Split split, Consumer<Event> out) {
    if (showThoughts && !split.thought().isEmpty()) {
      out.accept(new Event.Reasoning(split.thought()));
    }
    if (!split.spoken().isEmpty()) out.accept(new Event.Text(split.spoken()));
  }

  private Chunk.Choice filter(Chunk.Choice choice) {
    ThinkTags.Split split = split(choice);
    Json.Obj delta = choice.delta();
    String content = choice.content();
    boolean parts = delta.get("content") instanceof Json.Arr;
    if (content == null ? !split.spoken().isEmpty() : !split.spoken().equals(content) || parts) {
      delta = delta.with("content", new Json.Str(split.spoken()));
    }
    return choice.saying(showThoughts ? shown(choice, delta, split.thought()) : hidden(delta));
  }

  private ThinkTags.Split split(Chunk.Choice choice) {
    String content = choice.content() == null ? "" : choice.content();
    ThinkTags own = tags(choice.index());
    if (choice.whole()) return own.whole(content);
    ThinkTags.Split split = own.feed(content);
    return choice.finishReason() == null ? split : split.and(own.end());
  }

  private static Json.Obj hidden(Json.Obj delta) {
    return delta.without("reasoning_content").without("reasoning").without("reasoning_details");
  }

  /// Puts the thoughts where clients look for them, and leaves the other members: a client may
  /// have to send `reasoning_details` back with its next request.
  private static Json.Obj shown(Chunk.Choice choice, Json.Obj delta, String tagged) {
    String known = choice.text("reasoning_content");
    String thought = (known.isEmpty() ? choice.text("reasoning") : known)
        + choice.thoughtParts() + tagged;
    return thought.equals(known) ? delta
        : delta.with("reasoning_content", new Json.Str(thought));
  }
}
