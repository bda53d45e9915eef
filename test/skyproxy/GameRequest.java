package skyproxy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import skyproxy.json.Json;

/// A request with all the members that the game sends, and messages in any order.
final class GameRequest {
  /// What the game sends besides the model, the messages and whether to stream.
  private static final String MEMBERS = """
      {"temperature":0.7,"max_tokens":200,"top_p":1.0,"top_k":5,"frequency_penalty":0,
      "presence_penalty":0,"provider":{"sort":"latency"},"reasoning":{"enabled":false},
      "model_index":0}""";

  private GameRequest() {}

  /// @param roles the initials of the messages' roles, such as `ssu`
  static Json.Obj of(String model, String roles, boolean stream) {
    List<Json> messages = new ArrayList<>();
    for (int i = 0; i < roles.length(); i++) messages.add(message(roles, i));
    Json.Obj body = Json.Obj.builder().put("model", model)
        .put("messages", new Json.Arr(messages)).put("stream", stream).build();
    return with(body, (Json.Obj) Json.parse(MEMBERS));
  }

  /// The same request with some members set to other values; those that are null are left out.
  static Json.Obj with(Json.Obj body, Json.Obj changes) {
    Json.Obj changed = body;
    for (var member : changes.members().entrySet()) {
      changed = member.getValue() == Json.NULL ? changed.without(member.getKey())
          : changed.with(member.getKey(), member.getValue());
    }
    return changed;
  }

  /// The first message that is not in a text, or null.
  static String lost(String roles, String text) {
    return IntStream.range(0, roles.length()).mapToObj(index -> content(roles, index))
        .filter(content -> !text.contains(content)).findFirst().orElse(null);
  }

  private static Json message(String roles, int index) {
    String role = switch (roles.charAt(index)) {
      case 's' -> "system";
      case 'u' -> "user";
      case 'a' -> "assistant";
      default -> throw new IllegalArgumentException(roles);
    };
    return Json.Obj.builder().put("role", role).put("content", content(roles, index)).build();
  }

  private static String content(String roles, int index) {
    return switch (roles.charAt(index)) {
      case 's' -> "You are Lydia, rule " + index + ".";
      case 'u' -> "Dragonborn: Who goes there, " + index + "?";
      default -> "Back again, my Thane " + index + "?";
    };
  }
}
