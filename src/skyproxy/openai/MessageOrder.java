package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// An order of messages that some models insist on: how they say so, and how a request gets it.
///
/// The game sends several instructions, long runs of one role, and conversations that begin or end
/// with the assistant. Most models take that; the templates of some local ones refuse it. Orders
/// are applied in the order of this list.
enum MessageOrder {
  /// The last turn is not the assistant's.
  ENDS_WITH_USER("prefill|last role|last message|end with a user") {
    @Override
    Json.Obj applied(Json.Obj body) {
      List<Json> turns = messages(body);
      if (turns.isEmpty() || !role(turns.getLast()).equals("assistant")) return body;
      turns.add(message("user", new Json.Str("Continue.")));
      return body.with("messages", new Json.Arr(turns));
    }
  },

  /// Instructions once and first, then user and assistant by turns.
  ALTERNATING("alternat") {
    @Override
    Json.Obj applied(Json.Obj body) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages(body)) {
        boolean first = turns.stream().allMatch(turn -> role(turn).equals("system"));
        add(turns, !instructs(each) ? role(each) : first ? "system" : "user", each);
      }
      int first = !turns.isEmpty() && role(turns.getFirst()).equals("system") ? 1 : 0;
      if (first == turns.size() || !role(turns.get(first)).equals("user")) {
        turns.add(first, message("user", new Json.Str("Continue.")));
      }
      return body.with("messages", new Json.Arr(turns));
    }
  },

  /// Instructions are told by the user.
  NO_SYSTEM("system.{0,10} not support|not support.{0,20} system") {
    @Override
    Json.Obj applied(Json.Obj body) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages(body)) add(turns, instructs(each) ? "user" : role(each), each);
      return body.with("messages", new Json.Arr(turns));
    }
  };

  private final Pattern words;

  MessageOrder(String words) {
    this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
  }

  /// Whether an error's message asks for this order.
  boolean askedForIn(String message) {
    return words.matcher(message).find();
  }

  /// A body in this order.
  abstract Json.Obj applied(Json.Obj body);

  private static List<Json> messages(Json.Obj body) {
    return body.get("messages") instanceof Json.Arr(var items) ? new ArrayList<>(items)
        : new ArrayList<>();
  }

  private static String role(Json message) {
    return message instanceof Json.Obj object && object.get("role") instanceof Json.Str(var role)
        ? role : "";
  }

  private static boolean instructs(Json message) {
    return role(message).equals("system") || role(message).equals("developer");
  }

  private static Json.Obj message(String role, Json content) {
    return Json.Obj.builder().put("role", role).put("content", content).build();
  }

  /// Adds a message, to the last one if that has the same role and both are nothing but text.
  private static void add(List<Json> turns, String role, Json message) {
    if (!(message instanceof Json.Obj next) || new Json.Str("").equals(next.get("content"))) return;
    Json.Obj last = turns.isEmpty() ? null : (Json.Obj) turns.getLast();
    if (last == null || !role(last).equals(role) || !plain(last) || !plain(next)) {
      turns.add(role(next).equals(role) ? next : next.with("role", new Json.Str(role)));
      return;
    }
    turns.set(turns.size() - 1,
        last.with("content", joined(last.get("content"), next.get("content"))));
  }

  private static boolean plain(Json.Obj message) {
    boolean content = message.get("content") instanceof Json.Str
        || message.get("content") instanceof Json.Arr;
    return content && message.get("tool_calls") == null && !role(message).equals("tool");
  }

  private static Json joined(Json one, Json two) {
    if (one instanceof Json.Str(var before) && two instanceof Json.Str(var after)) {
      return new Json.Str(before + "\n\n" + after);
    }
    List<Json> parts = new ArrayList<>(parts(one));
    parts.addAll(parts(two));
    return new Json.Arr(parts);
  }

  private static List<Json> parts(Json content) {
    return content instanceof Json.Arr(var items) ? items
        : List.of(Json.Obj.builder().put("type", "text").put("text", content).build());
  }
}
