package skyproxy.chat;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import skyproxy.json.Cursor;

/// One message of a conversation.
///
/// @param parts text and pictures, in order; never an empty text
/// @param toolCalls what an assistant called in this turn
/// @param toolCallId which call a [Role#TOOL] message answers, else null
/// @param name the function that a [Role#FUNCTION] message answers for, else whatever came, or null
public record Message(Role role, List<Part> parts, List<ToolUse> toolCalls, String toolCallId,
    String name) {

  /// The speaker of a message.
  public enum Role {
    SYSTEM, DEVELOPER, USER, ASSISTANT, TOOL, FUNCTION;

    static Role parse(Cursor at) {
      String text = at.string();
      for (Role role : values()) {
        if (role.name().toLowerCase(Locale.ROOT).equals(text)) return role;
      }
      throw ChatRequest.invalid(at,
          "must be one of system, developer, user, assistant, tool, function");
    }

    /// Whether this is an instruction to the model rather than a turn of the conversation.
    public boolean instructs() {
      return this == SYSTEM || this == DEVELOPER;
    }
  }

  /// A piece of a message's content.
  public sealed interface Part {

    record Text(String text) implements Part {}

    /// A picture.
    ///
    /// @param url `data:image/…;base64,…` or `https:…`
    /// @param path where it stood in the request, for errors
    record Image(String url, String path) implements Part {

      /// `image/jpeg` of a data URL, else null.
      public String mediaType() {
        return url.startsWith("data:") ? url.substring(5, url.indexOf(';')) : null;
      }

      /// The base64 text of a data URL, else null.
      public String base64() {
        return url.startsWith("data:") ? url.substring(url.indexOf(',') + 1) : null;
      }
    }

    /// A kind of part that we do not know; providers that relay the body pass it on.
    record Unknown(String type, String path) implements Part {}
  }

  /// A call that an assistant made. `arguments` is JSON text, as the model wrote it.
  public record ToolUse(String id, String name, String arguments) {}

  static Message parse(Cursor at) {
    Role role = Role.parse(at.at("role"));
    List<ToolUse> calls = role == Role.ASSISTANT ? toolCalls(at) : List.of();
    Cursor content = at.at("content");
    boolean mayLack = role == Role.ASSISTANT || at.object().get("content") != null;
    List<Part> parts = content.isMissing() && mayLack ? List.of() : parts(content);
    return new Message(role, parts, calls,
        role == Role.TOOL ? at.at("tool_call_id").string() : null, at.at("name").stringOr(null));
  }

  private static List<Part> parts(Cursor content) {
    if (content.isString()) return text(content.string());
    if (!content.isMissing() && !content.isArray()) {
      throw new ChatException(new Failure.BadRequest(
          content.path() + " must be a string or an array of parts", content.path(),
          "invalid_type"));
    }
    List<Part> parts = new ArrayList<>();
    for (Cursor part : content.array()) {
      String type = part.at("type").string();
      switch (type) {
        case "text" -> parts.addAll(text(part.at("text").string()));
        case "refusal" -> parts.addAll(text(part.at("refusal").string()));
        case "image_url" -> parts.add(image(part.at("image_url")));
        default -> parts.add(new Part.Unknown(type, part.path()));
      }
    }
    return List.copyOf(parts);
  }

  private static List<Part> text(String text) {
    return text.isEmpty() ? List.of() : List.of(new Part.Text(wellFormed(text)));
  }

  /// A text that was cut in the middle of an emoji holds half of it, which strict readers of JSON,
  /// such as Anthropic's, refuse together with the whole request.
  private static String wellFormed(String text) {
    int at = 0;
    while (at < text.length() && !Character.isSurrogate(text.charAt(at))) at++;
    if (at == text.length() || text.codePoints().noneMatch(Message::isHalf)) return text;
    return text.codePoints().map(point -> isHalf(point) ? 0xFFFD : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isHalf(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  private static Part image(Cursor at) {
    Cursor url = at.isString() ? at : at.at("url");
    String text = url.string().strip();
    String scheme = text.substring(0, Math.min(8, text.length())).toLowerCase(Locale.ROOT);
    boolean data = scheme.startsWith("data:");
    int comma = text.indexOf(',');
    if (data && (comma < 0 || !text.substring(0, comma).endsWith(";base64"))) {
      throw ChatRequest.invalid(url, "must be a base64 data URL or an https URL");
    }
    if (!data && !scheme.startsWith("https://") && !scheme.startsWith("http://")) {
      throw ChatRequest.invalid(url, "must be a data: or an https: URL");
    }
    boolean known = !data || text.startsWith("data:"); // a copy of a picture is a large one
    return new Part.Image(known ? text : "data:" + text.substring(5), url.path());
  }

  private static List<ToolUse> toolCalls(Cursor message) {
    Cursor at = message.at("tool_calls");
    if (at.isMissing()) return List.of();
    List<ToolUse> calls = new ArrayList<>();
    for (Cursor item : at.array()) {
      Cursor function = item.at("function");
      calls.add(new ToolUse(item.at("id").string(), function.at("name").string(),
          function.at("arguments").stringOr("{}")));
    }
    return List.copyOf(calls);
  }

  boolean hasPicture() {
    return parts.stream().anyMatch(Part.Image.class::isInstance);
  }

  boolean isEmpty() {
    if (role == Role.TOOL || role == Role.FUNCTION || !toolCalls.isEmpty()) return false;
    return parts.stream().allMatch(part -> part instanceof Part.Text(var text) && text.isBlank());
  }

  /// The texts of this message, a line break between two.
  public String text() {
    if (parts.size() == 1 && parts.getFirst() instanceof Part.Text(var text)) return text;
    return parts.stream().filter(Part.Text.class::isInstance)
        .map(part -> ((Part.Text) part).text()).collect(joining("\n"));
  }
}
