package skyproxy.claude.cli;

import java.util.ArrayList;
import java.util.List;
import skyproxy.json.Json;

/// The lines that the CLI reads from its stdin in its stream-json dialogue. Pure.
///
/// Control requests are answered by a `control_response` with the same `request_id`. They and the
/// messages are taken in the order they are sent, and need not be waited for, with one exception
/// that [CliTurns] knows.
final class StreamJson {
  /// The id of the `initialize` request.
  static final String INITIALIZE = "initialize";

  private static final Json.Obj INTERRUPT = control("interrupt",
      Json.Obj.builder().put("subtype", "interrupt"));

  private StreamJson() {}

  /// Sets the system prompt, which can be done once in the life of a process. An empty one means
  /// none; a missing one would mean that of a programmer's assistant.
  static Json.Obj initialize(String systemPrompt) {
    return control(INITIALIZE, Json.Obj.builder().put("subtype", "initialize")
        .put("systemPrompt", systemPrompt));
  }

  /// Stops the turn under way: the call is cut off within 50 ms.
  static Json.Obj interrupt() {
    return INTERRUPT;
  }

  /// How many tokens to think; 0 turns thinking off for models that can do without.
  static Json.Obj thinkingTokens(long tokens) {
    return control("thinking", Json.Obj.builder().put("subtype", "set_max_thinking_tokens")
        .put("max_thinking_tokens", tokens));
  }

  /// How hard to think: `low`, `medium`, `high`, `xhigh`.
  static Json.Obj effort(String level) {
    Json.Obj settings = Json.Obj.builder().put("effortLevel", level).build();
    return control("effort", Json.Obj.builder().put("subtype", "apply_flag_settings")
        .put("settings", settings));
  }

  /// A user's turn; `answer` false: it only becomes part of the history.
  static Json.Obj user(List<Json.Obj> blocks, boolean answer) {
    Json.Obj.Builder line = message("user", unlikeCommand(blocks));
    if (!answer) line.put("shouldQuery", false);
    return line.build();
  }

  /// What an assistant said before.
  static Json.Obj assistant(List<Json.Obj> blocks) {
    return message("assistant", blocks).build();
  }

  private static Json.Obj.Builder message(String role, List<Json.Obj> blocks) {
    Json.Obj content = Json.Obj.builder().put("role", role)
        .put("content", new Json.Arr(new ArrayList<>(blocks))).build();
    return Json.Obj.builder().put("type", role).put("message", content)
        .putNull("parent_tool_use_id").put("session_id", "");
  }

  private static Json.Obj control(String id, Json.Obj.Builder request) {
    return Json.Obj.builder().put("type", "control_request").put("request_id", id)
        .put("request", request.build()).build();
  }

  /// The CLI takes a turn whose last text begins with a slash for one of its own commands, such
  /// as `/clear`, and calls nobody; a line break before the slash makes it a text again.
  private static List<Json.Obj> unlikeCommand(List<Json.Obj> blocks) {
    for (int i = blocks.size() - 1; i >= 0; i--) {
      if (!(blocks.get(i).get("text") instanceof Json.Str(var text))) continue;
      if (!text.startsWith("/")) return blocks;
      List<Json.Obj> changed = new ArrayList<>(blocks);
      changed.set(i, blocks.get(i).with("text", new Json.Str("\n" + text)));
      return changed;
    }
    return blocks;
  }
}
