package skyproxy.chat;

import java.util.ArrayList;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A client's request: the body of `POST /v1/chat/completions`, read and checked.
/// https://platform.openai.com/docs/api-reference/chat/create
///
/// Absent members and those that are null are alike. What is not listed here is not read, but
/// stays in `body` for providers that relay it.
///
/// @param body the request as it came
/// @param model the `model` text as it came, or what a router put in its place; "" when absent
/// @param messages in order; empty ones (no text, no picture, no tool call) are left out
/// @param maxTokens null when the client sets no limit
/// @param stop never blank strings
/// @param caller what the client said of itself in its headers
/// @param purpose what the game most likely wants it for
public record ChatRequest(Json.Obj body, String model, List<Message> messages, boolean stream,
    boolean includeUsage, Integer maxTokens, Sampling sampling, List<String> stop,
    List<Tool> tools, ToolChoice toolChoice, boolean parallelToolCalls,
    ResponseFormat responseFormat, Reasoning reasoning, Caller caller, Purpose purpose) {

  /// The sampling parameters, brought into their ranges; each is null when the client leaves it to
  /// the model.
  ///
  /// @param temperature 0 to 2
  /// @param topP 0 to 1
  /// @param topK 0 and below mean the same as null
  public record Sampling(Double temperature, Double topP, Long topK) {}

  /// A function that the model may call. `parameters` is a JSON schema.
  public record Tool(String name, String description, Json.Obj parameters) {}

  /// The client's introduction of itself: `HTTP-Referer` and `X-Title`, each null when absent.
  public record Caller(String referer, String title) {
    public static final Caller UNKNOWN = new Caller(null, null);

    /// The title by which our own page and check-up introduce themselves.
    public static final String OURS = "SkyrimNet Proxy";

    /// Whether it is our own page, check-up or play of a scene, and not the game.
    public boolean isOurs() {
      return OURS.equals(title);
    }
  }

  /// Reads a request.
  ///
  /// @throws ChatException with a [Failure.BadRequest] that names the member that is wrong
  public static ChatRequest parse(Json.Obj body, Caller caller) {
    try {
      return read(Cursor.of(body), body, caller);
    } catch (Cursor.Mismatch wrong) {
      throw new ChatException(new Failure.BadRequest(wrong.getMessage(), wrong.path(),
          wrong.code()));
    }
  }

  private static ChatRequest read(Cursor root, Json.Obj body, Caller caller) {
    List<Message> messages = messages(root.at("messages"));
    boolean stream = root.at("stream").boolOr(false);
    Integer maxTokens = maxTokens(root);
    List<Tool> tools = tools(root.at("tools"));
    return new ChatRequest(body, root.at("model").stringOr("").strip(), messages, stream,
        root.at("stream_options").at("include_usage").boolOr(false),
        maxTokens, sampling(root), stop(root.at("stop")), tools,
        ToolChoice.parse(root.at("tool_choice")), root.at("parallel_tool_calls").boolOr(true),
        ResponseFormat.parse(root.at("response_format")), Reasoning.parse(root), caller,
        Purpose.of(messages, !tools.isEmpty(), stream, maxTokens));
  }

  private static List<Message> messages(Cursor at) {
    List<Cursor> items = at.array();
    if (items.isEmpty()) throw invalid(at, "must hold at least one message");
    List<Message> messages = new ArrayList<>(items.size());
    for (Cursor item : items) {
      Message message = Message.parse(item);
      if (!message.isEmpty()) messages.add(message);
    }
    if (messages.isEmpty()) throw invalid(at, "must hold at least one message with content");
    return List.copyOf(messages);
  }

  /// `max_completion_tokens` is the newer name and wins. Zero and below mean no limit.
  private static Integer maxTokens(Cursor root) {
    Cursor newer = root.at("max_completion_tokens");
    Cursor at = newer.isMissing() ? root.at("max_tokens") : newer;
    if (at.isMissing()) return null;
    long value = at.nearestInteger();
    return value < 1 ? null : Integer.valueOf((int) Math.min(value, Integer.MAX_VALUE));
  }

  private static Sampling sampling(Cursor root) {
    Cursor topK = root.at("top_k");
    return new Sampling(within(root.at("temperature"), 2), within(root.at("top_p"), 1),
        topK.isMissing() || topK.nearestInteger() <= 0 ? null
            : Long.valueOf(topK.nearestInteger()));
  }

  private static Double within(Cursor at, double max) {
    return at.isMissing() ? null : Double.valueOf(Math.clamp(at.nearestNumber(), 0, max));
  }

  private static List<String> stop(Cursor at) {
    if (at.isMissing()) return List.of();
    List<Cursor> items = at.isString() ? List.of(at) : at.array();
    return items.stream().map(Cursor::string).filter(text -> !text.isBlank()).toList();
  }

  private static List<Tool> tools(Cursor at) {
    if (at.isMissing()) return List.of();
    List<Tool> tools = new ArrayList<>();
    for (Cursor item : at.array()) {
      Cursor type = item.at("type");
      if (!type.stringOr("function").equals("function")) throw invalid(type, "must be 'function'");
      Cursor function = item.at("function");
      Cursor name = function.at("name");
      if (name.string().isBlank()) throw invalid(name, "must not be blank");
      Cursor parameters = function.at("parameters");
      tools.add(new Tool(name.string(), function.at("description").stringOr(null),
          parameters.isMissing() ? Json.Obj.builder().build() : parameters.object()));
    }
    return List.copyOf(tools);
  }

  /// The failure for a member that has the right type and a value that can't be.
  static ChatException invalid(Cursor at, String rule) {
    return new ChatException(
        new Failure.BadRequest(at.path() + " " + rule, at.path(), "invalid_value"));
  }

  /// How long all texts of the messages are together.
  public long letters() {
    long letters = 0;
    for (Message message : messages) {
      for (Message.Part part : message.parts()) {
        if (part instanceof Message.Part.Text(var text)) letters += text.length();
      }
    }
    return letters;
  }

  /// Whether any message holds a picture.
  public boolean hasPictures() {
    return messages.stream().anyMatch(Message::hasPicture);
  }

  /// The same request for another model.
  public ChatRequest withModel(String id) {
    return new ChatRequest(body, id, messages, stream, includeUsage, maxTokens, sampling, stop,
        tools, toolChoice, parallelToolCalls, responseFormat, reasoning, caller, purpose);
  }
}
