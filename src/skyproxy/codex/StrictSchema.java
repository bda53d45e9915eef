package skyproxy.codex;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import skyproxy.json.Json;

/// JSON schemas that OpenAI's strict mode takes, which is the only one Codex has.
/// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
///
/// Strict mode wants every object closed and every property required. A schema that only forgot
/// to close its objects is closed; one with optional properties would change its meaning, and is
/// better given in words than refused by the upstream.
final class StrictSchema {
  private static final Set<String> UNKNOWN =
      Set.of("oneOf", "allOf", "not", "if", "patternProperties", "dependentRequired");

  private StrictSchema() {}

  /// The schema for strict mode, or null when it can't be one.
  static Json.Obj of(Json.Obj schema) {
    boolean object = schema.get("properties") != null
        && new Json.Str("object").equals(schema.get("type"));
    return object && close(schema) instanceof Json.Obj closed ? closed : null;
  }

  /// A copy with all objects closed; null when one of them has an optional property.
  private static Json close(Json value) {
    return switch (value) {
      case Json.Obj object -> closeObject(object);
      case Json.Arr(var items) -> {
        List<Json> closed = new ArrayList<>();
        for (Json item : items) {
          Json one = close(item);
          if (one == null) yield null;
          closed.add(one);
        }
        yield new Json.Arr(closed);
      }
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> value;
    };
  }

  private static Json closeObject(Json.Obj object) {
    var closed = Json.Obj.builder();
    for (var member : object.members().entrySet()) {
      if (UNKNOWN.contains(member.getKey())) return null;
      Json value = member.getKey().equals("enum") || member.getKey().equals("const")
          ? member.getValue() : close(member.getValue());
      if (value == null) return null;
      closed.put(member.getKey(), value);
    }
    boolean describes = object.get("type") instanceof Json.Str(var type) && type.equals("object");
    if (!describes) return closed.build();
    if (!(object.get("properties") instanceof Json.Obj properties)) return null;
    if (!properties.members().keySet().equals(required(object))) return null;
    Json more = object.get("additionalProperties");
    if (more != null && !more.equals(new Json.Bool(false))) return null;
    return closed.put("additionalProperties", false).build();
  }

  private static Set<String> required(Json.Obj object) {
    Set<String> names = new TreeSet<>();
    if (object.get("required") instanceof Json.Arr(var items)) {
      for (Json item : items) {
        if (item instanceof Json.Str(var name)) names.add(name);
      }
    }
    return names;
  }
}
