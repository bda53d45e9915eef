package skyproxy.chat;

import skyproxy.json.Json;

/// One step of a reply, in no vendor's dialect.
///
/// A reply is any number of [Text], [Reasoning], [ToolCall] and [ToolArguments], then one
/// [Finish]; or, from an upstream that speaks OpenAI's language itself, a row of [Verbatim].
/// [#QUIET] and [#PULSE] may stand between them and carry nothing.
public sealed interface Event {

  /// A piece of what is spoken; never empty.
  record Text(String delta) implements Event {}

  /// A piece of what the model thought; never spoken.
  record Reasoning(String delta) implements Event {}

  /// A tool call begins. Its `index` counts the calls of this reply from 0.
  record ToolCall(int index, String id, String name) implements Event {}

  /// A piece of the JSON text of a call's arguments.
  record ToolArguments(int index, String delta) implements Event {}

  /// The reply is complete.
  record Finish(FinishReason reason, Usage usage) implements Event {}

  /// A `chat.completion.chunk` (or, to a request that does not stream, a `chat.completion`) that
  /// the upstream wrote; members that we have never heard of stay in it.
  record Verbatim(Json.Obj body) implements Event {}

  /// Nothing to tell. See [#QUIET] and [#PULSE].
  enum Idle implements Event { QUIET, PULSE }

  /// Nothing came within the patience of the caller; the reply goes on.
  Event QUIET = Idle.QUIET;

  /// The upstream showed that it lives (a ping, an SSE comment) without saying anything.
  Event PULSE = Idle.PULSE;
}
