package skyproxy.claude.messages;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Message;
import skyproxy.chat.Message.Part;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Anthropic's content blocks, made from parts of OpenAI's messages.
/// https://docs.claude.com/en/api/messages
final class ContentBlocks {
  private static final Set<String> PICTURES =
      Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

  /// How pictures begin in base64. A wrong media type is common, and refused.
  private static final Map<String, String> BEGINNINGS = Map.of("/9j/", "image/jpeg",
      "iVBORw0KGgo", "image/png", "R0lGOD", "image/gif", "UklGR", "image/webp");

  private ContentBlocks() {}

  static Json.Obj of(Part part) {
    return switch (part) {
      case Part.Text(var text) -> text(text);
      case Part.Image image -> Json.Obj.builder().put("type", "image")
          .put("source", source(image)).build();
      case Part.Unknown(var type, var path) -> throw new ChatException(new Failure.BadRequest(
          path + ".type '" + type + "' is not supported by Claude; use text or image_url",
          path + ".type", "invalid_value"));
    };
  }

  static Json.Obj text(String text) {
    return Json.Obj.builder().put("type", "text").put("text", text).build();
  }

  static boolean isBlank(Part part) {
    return part instanceof Part.Text(var text) && text.isBlank();
  }

  private static Json.Obj source(Part.Image image) {
    if (image.base64() == null) {
      if (!image.url().toLowerCase(Locale.ROOT).startsWith("https:")) {
        throw invalid(image.path(), "must be a data: or an https: URL for Claude");
      }
      return Json.Obj.builder().put("type", "url").put("url", image.url()).build();
    }
    String data = image.base64();
    if (data.indexOf('\n') >= 0 || data.indexOf(' ') >= 0) data = data.replaceAll("\\s", "");
    if (data.isEmpty()) throw invalid(image.path(), "holds no picture");
    return Json.Obj.builder().put("type", "base64").put("media_type", mediaType(image, data))
        .put("data", data).build();
  }

  private static String mediaType(Part.Image image, String data) {
    for (var beginning : BEGINNINGS.entrySet()) {
      if (data.startsWith(beginning.getKey())) return beginning.getValue();
    }
    String given = image.mediaType().toLowerCase(Locale.ROOT).replace("image/jpg", "image/jpeg");
    if (!PICTURES.contains(given)) {
      throw invalid(image.path(), "must be a JPEG, PNG, GIF or WebP picture for Claude");
    }
    return given;
  }

  static Json.Obj toolUse(Message.ToolUse call) {
    return Json.Obj.builder().put("type", "tool_use").put("id", toolId(call.id()))
        .put("name", call.name()).put("input", input(call.arguments())).build();
  }

  /// Arguments are an object to Anthropic. What is none is kept inside of one, so that the model
  /// still sees what it wrote.
  private static Json.Obj input(String arguments) {
    if (arguments.isBlank()) return Json.Obj.builder().build();
    try {
      Json value = Json.parse(arguments);
      if (value instanceof Json.Obj object) return object;
      if (value == Json.NULL) return Json.Obj.builder().build();
      return Json.Obj.builder().put("arguments", value).build();
    } catch (JsonException broken) {
      return Json.Obj.builder().put("arguments", arguments).build();
    }
  }

  static Json.Obj toolResult(String id, List<Part> parts) {
    List<Json> content = new ArrayList<>();
    for (Part part : parts) {
      if (!isBlank(part)) content.add(of(part));
    }
    Json.Obj.Builder block = Json.Obj.builder().put("type", "tool_result").put("tool_use_id", id);
    if (!content.isEmpty()) block.put("content", new Json.Arr(content));
    return block.build();
  }

  /// Anthropic takes letters, digits, `_` and `-` in an id.
  static String toolId(String id) {
    String clean = id.replaceAll("[^a-zA-Z0-9_-]", "_");
    return clean.isEmpty() ? "_" : clean;
  }

  /// A part that stands where Claude takes text only.
  static ChatException misplaced(Part part, String where) {
    String path = switch (part) {
      case Part.Image image -> image.path();
      case Part.Unknown unknown -> unknown.path();
      case Part.Text _ -> null;
    };
    return invalid(path, "must be text: Claude accepts only text in " + where);
  }

  private static ChatException invalid(String path, String rule) {
    return new ChatException(new Failure.BadRequest(path + " " + rule, path, "invalid_value"));
  }
}
