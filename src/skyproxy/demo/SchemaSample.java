package skyproxy.demo;

import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The smallest value that fits a JSON schema, by the keywords that structured outputs know; what
/// is not known is taken as allowed. https://json-schema.org/draft/2020-12
final class SchemaSample {
  private static final int DEPTH = 32;

  private final Json.Obj schema;
  private final String line;

  /// @param line what strings without rules of their own become
  SchemaSample(Json.Obj schema, String line) {
    this.schema = schema;
    this.line = line;
  }

  Json json() {
    return sample(Cursor.of(schema), 0);
  }

  private Json sample(Cursor at, int depth) {
    Json fixed = fixed(at);
    if (fixed != null) return fixed;
    if (depth > DEPTH) return Json.NULL;
    if (at.at("$ref").isString()) return sample(resolved(at.at("$ref").string()), depth + 1);
    for (String choice : new String[] {"anyOf", "oneOf", "allOf"}) {
      if (at.at(choice).isArray()) return sample(at.at(choice).at(0), depth + 1);
    }
    return switch (type(at)) {
      case "object" -> object(at, depth);
      case "array" -> array(at, depth);
      case "integer", "number" -> at.at("minimum").isNumber() ? at.at("minimum").json()
          : Json.Num.of(0);
      case "boolean" -> new Json.Bool(true);
      case "null" -> Json.NULL;
      default -> new Json.Str(line);
    };
  }

  private static Json fixed(Cursor at) {
    if (at.at("const").json() != null) return at.at("const").json();
    return at.at("enum").at(0).json();
  }

  private static String type(Cursor at) {
    Cursor type = at.at("type").isArray() ? at.at("type").at(0) : at.at("type");
    if (type.isString()) return type.string();
    return at.at("properties").isObject() ? "object" : "string";
  }

  private Json object(Cursor at, int depth) {
    Json.Obj.Builder object = Json.Obj.builder();
    if (!at.at("properties").isObject()) return object.build();
    at.at("properties").members().forEach((name, property) -> {
      if (isRequired(at, name)) object.put(name, sample(property, depth + 1));
    });
    return object.build();
  }

  private static boolean isRequired(Cursor at, String name) {
    return at.at("required").isArray()
        && at.at("required").array().stream().anyMatch(each -> each.isString()
            && each.string().equals(name));
  }

  private Json array(Cursor at, int depth) {
    long least = at.at("minItems").isNumber() ? at.at("minItems").integer() : 0;
    Json[] items = new Json[Math.clamp(least, 0, 100)];
    for (int i = 0; i < items.length; i++) items[i] = sample(at.at("items"), depth + 1);
    return Json.Arr.of(items);
  }

  /// Follows `#/a/b`; anything else leads nowhere.
  private Cursor resolved(String reference) {
    if (!reference.startsWith("#")) return Cursor.of(null);
    Cursor at = Cursor.of(schema);
    for (String step : reference.substring(1).split("/")) {
      if (!step.isEmpty()) at = at.at(step.replace("~1", "/").replace("~0", "~"));
    }
    return at;
  }
}
