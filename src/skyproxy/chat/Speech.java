package skyproxy.chat;

import java.util.function.Consumer;
import skyproxy.json.Json;

/// Keeps what a model thinks out of what is spoken, for every provider alike.
///
/// Thoughts are dropped, or passed on as [Event.Reasoning] (or `reasoning_content` of an
/// [Event.Verbatim]) where the request asked to see them. One instance a reply, one thread.
public final class Speech {
  private final boolean showThoughts;
  private final ThinkTags tags = new ThinkTags();
  private final VerbatimSpeech verbatim;

  public Speech(boolean showThoughts) {
    this.showThoughts = showThoughts;
    verbatim = new VerbatimSpeech(showThoughts);
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
      case Event.Verbatim(var body) -> {
        Json.Obj left = verbatim.filter(body);
        if (left != null) out.accept(left == body ? event : new Event.Verbatim(left));
      }
      case Event.ToolCall _, Event.ToolArguments _, Event.Idle _ -> out.accept(event);
    }
  }

  private void give(ThinkTags.Split split, Consumer<Event> out) {
    if (showThoughts && !split.thought().isEmpty()) {
      out.accept(new Event.Reasoning(split.thought()));
    }
    if (!split.spoken().isEmpty()) out.accept(new Event.Text(split.spoken()));
  }

  /// Whether a client hears or sees something of this event: the point from which on no other
  /// model can take over.
  public static boolean says(Event event) {
    return switch (event) {
      case Event.Reasoning _ -> true;
      case Event.Verbatim(var body) -> Choice.of(body).stream().anyMatch(Choice::says);
      case Event.Text _, Event.ToolCall _, Event.ToolArguments _, Event.Finish _, Event.Idle _ ->
          answers(event);
    };
  }

  /// Whether this event holds something of the answer itself. Thoughts, even those that are
  /// shown, are not: a reply of nothing else is an empty one.
  public static boolean answers(Event event) {
    return switch (event) {
      case Event.Text(var delta) -> !delta.isBlank();
      case Event.ToolCall _, Event.ToolArguments _ -> true;
      case Event.Verbatim(var body) -> Choice.of(body).stream().anyMatch(Choice::answers);
      case Event.Reasoning _, Event.Finish _, Event.Idle _ -> false;
    };
  }

  /// Why the reply ended, by this event; null when it does not say. A word that we do not know
  /// counts as [FinishReason#STOP].
  public static FinishReason finish(Event event) {
    return switch (event) {
      case Event.Finish(var reason, _) -> reason;
      case Event.Verbatim(var body) -> {
        for (Choice choice : Choice.of(body)) {
          if (choice.finishReason() != null) yield FinishReason.parse(choice.finishReason());
        }
        yield null;
      }
      case Event.Text _, Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _,
          Event.Idle _ -> null;
    };
  }

  /// What is spoken in a chunk or a completion that an upstream wrote, maybe "".
  public static String text(Json.Obj body) {
    for (Choice choice : Choice.of(body)) {
      if (choice.content() != null) return choice.content();
    }
    return "";
  }
}
