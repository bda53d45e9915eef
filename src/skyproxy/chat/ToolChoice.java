package skyproxy.chat;

import java.util.List;
import skyproxy.json.Cursor;

/// The tools that the model may or must call.
///
/// @param mode how free the model is
/// @param names the functions it may choose from; empty means all; one for [Mode#FUNCTION]
public record ToolChoice(Mode mode, List<String> names) {

  /// `none`, `auto`, `required`, or one function by name.
  public enum Mode { NONE, AUTO, REQUIRED, FUNCTION }

  private static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, List.of());

  /// Reads all forms: a word, `{"type":"function",…}` and `{"type":"allowed_tools",…}`.
  static ToolChoice parse(Cursor at) {
    if (at.isMissing()) return AUTO;
    if (at.isString()) return new ToolChoice(mode(at), List.of());
    if (!at.isObject()) {
      throw new ChatException(new Failure.BadRequest(
          at.path() + " must be a string or an object", at.path(), "invalid_type"));
    }
    Cursor type = at.at("type");
    return switch (type.string()) {
      case "function" -> new ToolChoice(Mode.FUNCTION,
          List.of(at.at("function").at("name").string()));
      case "allowed_tools" -> allowed(at.at("allowed_tools"));
      default -> throw ChatRequest.invalid(type, "must be 'function' or 'allowed_tools'");
    };
  }

  private static ToolChoice allowed(Cursor at) {
    Cursor mode = at.at("mode");
    List<String> names = at.at("tools").array().stream()
        .map(tool -> tool.at("function").at("name").string()).toList();
    return new ToolChoice(mode.isMissing() ? Mode.AUTO : mode(mode), names);
  }

  private static Mode mode(Cursor at) {
    return switch (at.string()) {
      case "none" -> Mode.NONE;
      case "auto" -> Mode.AUTO;
      case "required" -> Mode.REQUIRED;
      default -> throw ChatRequest.invalid(at, "must be none, auto or required");
    };
  }
}
