package skyproxy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// One of the `choices` of a chunk or a completion that an upstream wrote.
///
/// What is of an odd type counts as absent: the reply of a server that is careless about a member
/// nobody reads must not fail for it.
///
/// @param index which of the answers asked for; 0 when there is one
/// @param member where it says something: `delta` in a chunk, `message` in a completion
record Choice(int index, Json.Obj json, String member) {
  private static final Json.Obj NOTHING = Json.Obj.builder().build();
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  /// What an upstream may call its thoughts.
  static final List<String> THOUGHTS = List.of("reasoning_content", "reasoning");

  /// What a client notices although it is no text.
  private static final List<String> THINGS = List.of("tool_calls", "function_call", "images",
      "audio");

  static List<Choice> of(Json.Obj body) {
    if (!(body.get("choices") instanceof Json.Arr all)) return List.of();
    List<Choice> choices = new ArrayList<>(all.items().size());
    for (Json item : all.items()) {
      if (item instanceof Json.Obj object) choices.add(of(object, choices.size()));
    }
    return choices;
  }

  private static Choice of(Json.Obj object, int position) {
    int index = object.get("index") instanceof Json.Num n
        && INDEX.matcher(n.text()).matches() ? n.intValue() : position;
    return new Choice(index, object,
        object.get("message") instanceof Json.Obj ? "message" : "delta");
  }

  /// The body with other choices in place; the very same object when none of them changed.
  static Json.Obj edit(Json.Obj body, UnaryOperator<Choice> change) {
    if (!(body.get("choices") instanceof Json.Arr all)) return body;
    List<Json> items = new ArrayList<>(all.items().size());
    boolean changed = false;
    for (Json item : all.items()) {
      Json now = item instanceof Json.Obj object
          ? change.apply(of(object, items.size())).json() : item;
      changed |= now != item;
      items.add(now);
    }
    return changed ? body.with("choices", new Json.Arr(items)) : body;
  }

  /// What this choice says: its `delta` or `message`.
  Json.Obj said() {
    return json.get(member) instanceof Json.Obj object ? object : NOTHING;
  }

  /// The same choice saying something else.
  Choice saying(Json.Obj other) {
    return other == said() ? this : new Choice(index, json.with(member, other), member);
  }

  /// Whether this is a whole answer and not a piece of one.
  boolean whole() {
    return member.equals("message");
  }

  /// The text that is spoken, null when there is none. Servers that send parts (Mistral's do)
  /// mark those that are thoughts.
  String content() {
    return switch (said().get("content")) {
      case Json.Str text -> text.value();
      case Json.Arr parts -> joined(parts, "text");
      case null, default -> null;
    };
  }

  /// The text of the content's parts that are marked as thoughts, maybe "".
  String thoughtParts() {
    return said().get("content") instanceof Json.Arr parts ? joined(parts, "thinking") : "";
  }

  private static String joined(Json.Arr parts, String type) {
    StringBuilder text = new StringBuilder();
    for (Json item : parts.items()) {
      if (!(item instanceof Json.Obj part)
          || !(part.get("type") instanceof Json.Str kind) || !kind.value().equals(type)) {
        continue;
      }
      switch (part.get(type)) {
        case Json.Str words -> text.append(words.value());
        case Json.Arr inner -> text.append(joined(inner, "text"));
        case null, default -> { }
      }
    }
    return text.toString();
  }

  /// The text of a member of what is said, "" when there is none.
  String text(String name) {
    return said().get(name) instanceof Json.Str text ? text.value() : "";
  }

  /// Why this choice has ended; null when it goes on.
  String finishReason() {
    return json.get("finish_reason") instanceof Json.Str reason && !reason.value().isBlank()
        ? reason.value() : null;
  }

  /// Whether there is something in it that answers: text, a refusal, a tool call, a picture.
  boolean answers() {
    String content = content();
    return content != null && !content.isBlank() || !text("refusal").isBlank()
        || THINGS.stream().anyMatch(name -> holds(said().get(name)));
  }

  private static boolean holds(Json value) {
    return switch (value) {
      case Json.Obj object -> !object.members().isEmpty();
      case Json.Arr array -> !array.items().isEmpty();
      case null, default -> false;
    };
  }

  /// Whether a chunk that we took something out of is still worth sending.
  ///
  /// @param introduced choices whose role has been told; those of this chunk are added
  static boolean tells(Json.Obj body, Set<Integer> introduced) {
    boolean tells = holds(body.get("usage")) || holds(body.get("error"));
    for (Choice choice : of(body)) {
      boolean introduces = choice.said().get("role") != null && introduced.add(choice.index());
      tells |= introduces || choice.finishReason() != null || choice.says()
          || !choice.text("content").isEmpty();
    }
    return tells;
  }

  /// Whether a client notices something of it.
  boolean says() {
    return answers() || THOUGHTS.stream().anyMatch(name -> !text(name).isBlank());
  }
}
