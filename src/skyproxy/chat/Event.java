package skyproxy.chat;

/// One step of a reply, in no vendor's dialect.
///
/// A reply is any number of [Text], [Reasoning], [ToolCall] and [ToolArguments], then one
/// [Finish]; or, from an upstream that speaks OpenAI's language itself, a row of [Chunk].
/// [#QUIET] and [#PULSE] may stand between them and carry nothing.
public sealed interface Event permits Event.Text, Event.Reasoning, Event.ToolCall,
    Event.ToolArguments, Event.Finish, Event.Idle, Chunk {

  /// Whether a client hears or sees something of it: the point from which on no other model can
  /// take over.
  default boolean visible() {
    return answers();
  }

  /// Whether it holds something of the answer itself. Thoughts, even those that are shown, are
  /// not: a reply of nothing else is an empty one.
  default boolean answers() {
    return false;
  }

  /// Whether it is of a tool call.
  default boolean calls() {
    return false;
  }

  /// Why the reply ended; null when this event does not say.
  default FinishReason finishReason() {
    return null;
  }

  /// How many characters of it are spoken or thought.
  default int length() {
    return 0;
  }

  /// A piece of what is spoken; never empty.
  record Text(String delta) implements Event {
    @Override
    public int length() {
      return delta.length();
    }

    @Override
    public boolean answers() {
      return !delta.isBlank();
    }
  }

  /// A piece of what the model thought; never spoken.
  record Reasoning(String delta) implements Event {
    @Override
    public int length() {
      return delta.length();
    }

    @Override
    public boolean visible() {
      return true;
    }
  }

  /// A tool call begins. Its `index` counts the calls of this reply from 0.
  record ToolCall(int index, String id, String name) implements Event {
    @Override
    public boolean answers() {
      return true;
    }

    @Override
    public boolean calls() {
      return true;
    }
  }

  /// A piece of the JSON text of a call's arguments.
  record ToolArguments(int index, String delta) implements Event {
    @Override
    public int length() {
      return delta.length();
    }

    @Override
    public boolean answers() {
      return true;
    }

    @Override
    public boolean calls() {
      return true;
    }
  }

  /// The reply is complete.
  record Finish(FinishReason reason, Usage usage) implements Event {
    @Override
    public FinishReason finishReason() {
      return reason;
    }
  }

  /// Nothing to tell. See [#QUIET] and [#PULSE].
  enum Idle implements Event { QUIET, PULSE }

  /// Nothing came within the patience of the caller; the reply goes on.
  Event QUIET = Idle.QUIET;

  /// The upstream showed that it lives (a ping, an SSE comment) without saying anything.
  Event PULSE = Idle.PULSE;
}
