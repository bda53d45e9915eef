package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// The shape of chunks and completions, as far as we have to know it.
final class Shape {
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  private Shape() {}

  /// The choices of a body that are objects.
  static List<Json.Obj> choices(Json.Obj body) {
    List<Json.Obj> choices = new ArrayList<>();
    if (body.get("choices") instanceof Json.Arr(var items)) {
      for (Json item : items) {
        if (item instanceof Json.Obj choice) choices.add(choice);
      }
    }
    return choices;
  }

  /// The number of a choice or of a tool call.
  static int index(Json.Obj object, int position) {
    return object.get("index") instanceof Json.Num n && INDEX.matcher(n.text()).matches()
        ? n.intValue() : position;
  }

  /// Whether a chunk says who speaks, and no word yet.
  static boolean introduces(Json.Obj chunk) {
    return choices(chunk).stream().anyMatch(choice -> choice.get("delta") instanceof Json.Obj delta
        && delta.get("role") != null
        && (new Json.Str("").equals(delta.get("content")) || calls(chunk)));
  }

  /// The chunk that says who speaks, for a server that left it out or said more in it.
  ///
  /// @param first the chunk behind it
  static Json.Obj begin(Json.Obj first) {
    return first.without("usage").with("choices", Json.Arr.of(Json.Obj.builder().put("index", 0)
        .put("delta", Json.Obj.builder().put("role", "assistant").put("content", "").build())
        .putNull("finish_reason").build()));
  }

  /// Whether a choice of this body tells why it ended.
  static boolean finishes(Json.Obj body) {
    return choices(body).stream().anyMatch(choice ->
        choice.get("finish_reason") instanceof Json.Str(var reason) && !reason.isBlank());
  }

  /// Whether a chunk holds a tool call.
  static boolean calls(Json.Obj chunk) {
    return choices(chunk).stream().anyMatch(choice -> choice.get("delta") instanceof Json.Obj delta
        && delta.get("tool_calls") instanceof Json.Arr(var calls) && !calls.isEmpty());
  }

  /// The chunk that says that a reply is over, for a server that left it out.
  ///
  /// @param last the chunk before
  static Json.Obj finish(Json.Obj last, String reason) {
    return last.without("usage").with("choices", Json.Arr.of(Json.Obj.builder().put("index", 0)
        .put("delta", Json.Obj.builder().build()).put("finish_reason", reason).build()));
  }

  /// A body as a chunk; the very same object when it is one. A server that does not stream, or
  /// sends its whole answer as one event, sends a completion.
  static Json.Obj chunk(Json.Obj body) {
    List<Json.Obj> choices = choices(body);
    boolean whole = choices.stream().anyMatch(one -> one.get("message") instanceof Json.Obj);
    if (!whole) return body;
    List<Json> chunks = new ArrayList<>();
    for (Json.Obj choice : choices) {
      if (!(choice.get("message") instanceof Json.Obj message)) {
        chunks.add(choice);
        continue;
      }
      Json.Obj.Builder chunk = Json.Obj.builder();
      choice.members().forEach((name, value) -> {
        if (name.equals("message")) chunk.put("delta", delta(message));
        else if (!name.equals("delta")) chunk.put(name, value);
      });
      chunks.add(chunk.build());
    }
    return body.with("object", new Json.Str("chat.completion.chunk"))
        .with("choices", new Json.Arr(chunks));
  }

  /// The calls of a message are in order, those of a delta are numbered.
  private static Json.Obj delta(Json.Obj message) {
    if (!(message.get("tool_calls") instanceof Json.Arr(var calls))) return message;
    List<Json> numbered = new ArrayList<>();
    for (Json call : calls) {
      Json.Obj.Builder one = Json.Obj.builder().put("index", numbered.size());
      if (call instanceof Json.Obj object) object.members().forEach(one::put);
      numbered.add(one.build());
    }
    return message.with("tool_calls", new Json.Arr(numbered));
  }
}
