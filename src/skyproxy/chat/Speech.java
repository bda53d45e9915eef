package skyproxy.chat;

import java.util.function.Consumer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Keeps what a model thinks out of what is spoken, for every provider alike.
///
/// Thoughts are dropped, or passed on as [Event.Reasoning] where the request asked to see them.
/// One instance a reply, one thread.
public final class Speech {
  private final boolean showThoughts;
  private final ThinkTags tags = new ThinkTags();

  public Speech(boolean showThoughts) {
    this.showThoughts = showThoughts;
  }

  /// Takes one event and gives what is left of it, in order.
  public void accept(Event event, Consumer<Event> out) {
    switch (event) {
      case Event.Text(var delta) -> give(tags.feed(delta), out);
      case Event.Reasoning thought -> {
        if (showThoughts) out.accept(thought);
      }
      case Event.Finish finish -> {
        give(tags.end(), out);
        out.accept(finish);
      }
      case Event.ToolCall _, Event.ToolArguments _, Event.Verbatim _, Event.Idle _ ->
          out.accept(event);
    }
  }

  /// Whether a client hears or sees something of this event: the point from which on no other
  /// model can take over.
  public static boolean says(Event event) {
    return switch (event) {
      case Event.Text(var delta) -> !delta.isBlank();
      case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _ -> true;
      case Event.Verbatim _ -> true;
      case Event.Finish _, Event.Idle _ -> false;
    };
  }

  /// What is spoken in a chunk or a completion that an upstream wrote, maybe "".
  public static String text(Json.Obj body) {
    Cursor choice = Cursor.of(body).at("choices").at(0);
    Cursor said = choice.at(choice.at("message").isMissing() ? "delta" : "message").at("content");
    return said.isString() ? said.string() : "";
  }

  private void give(ThinkTags.Split split, Consumer<Event> out) {
    if (showThoughts && !split.thought().isEmpty()) {
      out.accept(new Event.Reasoning(split.thought()));
    }
    if (!split.spoken().isEmpty()) out.accept(new Event.Text(split.spoken()));
  }
}
