package skyproxy.claude.messages;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.ChatRequest.Tool;
import skyproxy.chat.Failure;
import skyproxy.chat.ToolChoice;
import skyproxy.json.Json;

/// The tools of a request, and how free the model is to call them, in Anthropic's form.
/// https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use
///
/// @param tools empty: no tools at all
/// @param choice null: the model is free, or there is nothing to choose from
record ClaudeTools(List<Json> tools, Json.Obj choice) {

  /// Reads the tools of a request.
  ///
  /// @param called the names of tools that the conversation so far called; they must be known
  ///     even to a request that brings none
  static ClaudeTools of(ChatRequest request, Collection<String> called) {
    if (request.tools().isEmpty()) return called.isEmpty() ? NONE : onlyRemembered(called);
    ToolChoice wish = request.toolChoice();
    for (String name : wish.names()) {
      if (request.tools().stream().noneMatch(tool -> tool.name().equals(name))) {
        throw new ChatException(new Failure.BadRequest(
            "tool_choice names '" + name + "', which is not in tools", "tool_choice",
            "invalid_value"));
      }
    }
    boolean narrowed = !wish.names().isEmpty() && wish.mode() != ToolChoice.Mode.FUNCTION;
    List<Json> tools = new ArrayList<>();
    for (Tool tool : request.tools()) {
      if (!narrowed || wish.names().contains(tool.name())) tools.add(form(tool));
    }
    return new ClaudeTools(tools, choice(wish, request.parallelToolCalls()));
  }

  private static final ClaudeTools NONE = new ClaudeTools(List.of(), null);

  private static ClaudeTools onlyRemembered(Collection<String> names) {
    List<Json> tools = new ArrayList<>();
    for (String name : names) tools.add(form(new Tool(name, null, Json.Obj.builder().build())));
    return new ClaudeTools(tools, typed("none").build());
  }

  private static Json.Obj form(Tool tool) {
    Json.Obj schema = tool.parameters();
    if (schema.get("type") == null) {
      Json.Obj.Builder object = typed("object");
      schema.members().forEach(object::put);
      if (schema.get("properties") == null) object.put("properties", Json.Obj.builder().build());
      schema = object.build();
    }
    return Json.Obj.builder().put("name", tool.name())
        .putIfPresent("description", tool.description()).put("input_schema", schema).build();
  }

  private static Json.Obj choice(ToolChoice wish, boolean parallel) {
    if (wish.mode() == ToolChoice.Mode.AUTO && parallel) return null;
    Json.Obj.Builder choice = switch (wish.mode()) {
      case NONE -> typed("none");
      case AUTO -> typed("auto");
      case REQUIRED -> typed("any");
      case FUNCTION -> typed("tool").put("name", wish.names().getFirst());
    };
    if (!parallel && wish.mode() != ToolChoice.Mode.NONE) {
      choice.put("disable_parallel_tool_use", true);
    }
    return choice.build();
  }

  private static Json.Obj.Builder typed(String type) {
    return Json.Obj.builder().put("type", type);
  }

  /// Whether the model must call something, which Anthropic does not allow while it thinks.
  boolean forced() {
    return choice != null && (choice.get("type").equals(new Json.Str("any"))
        || choice.get("type").equals(new Json.Str("tool")));
  }
}
