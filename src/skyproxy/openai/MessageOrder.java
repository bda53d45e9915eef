package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import skyproxy.json.Json;

/// An order of messages that some models insist on, and a body brought into it.
///
/// The game sends several instructions, long runs of one role, and conversations that begin or end
/// with the assistant. Most models take that; the templates of some refuse it.
enum MessageOrder implements Lesson {
  /// Messages that say nothing are left out.
  NO_EMPTY {
    @Override
    List<Json> ordered(List<Json> messages) {
      return messages.stream().filter(message -> !says(message).isEmpty()
          || message instanceof Json.Obj object && object.get("tool_calls") != null).toList();
    }
  },

  /// Content that consists of texts is one text.
  PLAIN_TEXT {
    @Override
    List<Json> ordered(List<Json> messages) {
      return messages.stream().map(MessageOrder::plainText).toList();
    }
  },

  /// What the assistant has said in several messages is one.
  ONE_REPLY {
    @Override
    List<Json> ordered(List<Json> messages) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages) {
        if (role(each).equals("assistant")) add(turns, "assistant", each);
        else turns.add(each);
      }
      return turns;
    }
  },

  /// The last turn is not the assistant's.
  ENDS_WITH_USER {
    @Override
    List<Json> ordered(List<Json> messages) {
      if (messages.isEmpty() || !role(messages.getLast()).equals("assistant")) return messages;
      List<Json> turns = new ArrayList<>(messages);
      turns.add(CONTINUE);
      return turns;
    }
  },

  /// The first turn behind the instructions is the user's, and there is one.
  STARTS_WITH_USER {
    @Override
    List<Json> ordered(List<Json> messages) {
      int first = 0;
      while (first < messages.size() && instructs(messages.get(first))) first++;
      if (first < messages.size() && role(messages.get(first)).equals("user")) return messages;
      List<Json> turns = new ArrayList<>(messages);
      turns.add(first, CONTINUE);
      return turns;
    }
  },

  /// One message of instructions, and at the beginning; later ones are told by the user.
  ONE_SYSTEM {
    @Override
    List<Json> ordered(List<Json> messages) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages) {
        boolean first = turns.size() <= 1 && turns.stream().allMatch(MessageOrder::instructs);
        if (!instructs(each)) turns.add(each);
        else if (first) add(turns, "system", each);
        else turns.add(as("user", each));
      }
      return turns;
    }
  },

  /// Instructions once and first, then user and assistant by turns.
  ALTERNATING {
    @Override
    List<Json> ordered(List<Json> messages) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages) {
        boolean first = turns.stream().allMatch(turn -> role(turn).equals("system"));
        add(turns, !instructs(each) ? role(each) : first ? "system" : "user", each);
      }
      return STARTS_WITH_USER.ordered(turns);
    }
  },

  /// Instructions are told by the user.
  NO_SYSTEM {
    @Override
    List<Json> ordered(List<Json> messages) {
      List<Json> turns = new ArrayList<>();
      for (Json each : messages) add(turns, instructs(each) ? "user" : role(each), each);
      return turns;
    }
  },

  /// User and assistant by turns, the user first and last, and nobody else: the plainest order,
  /// which every template takes.
  STRICT {
    @Override
    List<Json> ordered(List<Json> messages) {
      return ENDS_WITH_USER.ordered(STARTS_WITH_USER.ordered(NO_SYSTEM.ordered(messages)));
    }
  };

  private static final Json CONTINUE =
      Json.Obj.builder().put("role", "user").put("content", "Continue.").build();

  /// Messages in this order.
  abstract List<Json> ordered(List<Json> messages);

  @Override
  public String words() {
    return "messages are " + name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @Override
  public Json.Obj applied(Json.Obj body) {
    if (!(body.get("messages") instanceof Json.Arr(var messages))) return body;
    List<Json> turns = ordered(messages);
    return turns.isEmpty() || turns.equals(messages) ? body
        : body.with("messages", new Json.Arr(turns));
  }

  private static String role(Json message) {
    return message instanceof Json.Obj object && object.get("role") instanceof Json.Str(var role)
        ? role : "";
  }

  private static boolean instructs(Json message) {
    return role(message).equals("system") || role(message).equals("developer");
  }

  private static Json as(String role, Json message) {
    return message instanceof Json.Obj object && !role(object).equals(role)
        ? object.with("role", new Json.Str(role)) : message;
  }

  /// The content as a text, "" where there is none.
  private static String says(Json message) {
    Json content = message instanceof Json.Obj object ? object.get("content") : null;
    return content instanceof Json.Str(var text) ? text.strip()
        : content == null || content == Json.NULL ? "" : content.toString();
  }

  /// Adds a message, to the last one if that has the same role and both are nothing but text.
  private static void add(List<Json> turns, String role, Json message) {
    if (!(message instanceof Json.Obj next) || new Json.Str("").equals(next.get("content"))) return;
    Json.Obj last = turns.isEmpty() ? null : (Json.Obj) turns.getLast();
    if (last == null || !role(last).equals(role) || !plain(last) || !plain(next)) {
      turns.add(as(role, next));
      return;
    }
    turns.set(turns.size() - 1,
        last.with("content", joined(last.get("content"), next.get("content"))));
  }

  private static Json plainText(Json message) {
    if (!(message instanceof Json.Obj object)
        || !(object.get("content") instanceof Json.Arr(var parts))) {
      return message;
    }
    StringJoiner text = new StringJoiner("\n");
    for (Json each : parts) {
      boolean isText = each instanceof Json.Obj part && part.get("text") instanceof Json.Str;
      if (!isText) return message;
      text.add(((Json.Str) ((Json.Obj) each).get("text")).value());
    }
    return object.with("content", new Json.Str(text.toString()));
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
