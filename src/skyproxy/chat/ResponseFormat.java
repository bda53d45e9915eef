package skyproxy.chat;

import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The form that the answer must have.
///
/// @param kind what is asked for; a kind that we do not know counts as text, since the game must
///     never get an error for it
/// @param name the schema's name, or null
/// @param schema the JSON schema of [Kind#JSON_SCHEMA], else null
public record ResponseFormat(Kind kind, String name, Json.Obj schema) {

  /// Plain text, any JSON object, or JSON by a schema.
  public enum Kind { TEXT, JSON_OBJECT, JSON_SCHEMA }

  private static final ResponseFormat TEXT = new ResponseFormat(Kind.TEXT, null, null);

  /// What to tell a model whose upstream can't be told it otherwise; null for [Kind#TEXT].
  public String inWords() {
    String bare = "Answer with one JSON object and nothing else: no code fence, no words before or"
        + " after it.";
    return switch (kind) {
      case TEXT -> null;
      case JSON_OBJECT -> bare;
      case JSON_SCHEMA -> bare + " It must be valid by this JSON schema:\n" + schema;
    };
  }

  static ResponseFormat parse(Cursor at) {
    if (at.isMissing()) return TEXT;
    return switch (at.at("type").string()) {
      case "json_object" -> new ResponseFormat(Kind.JSON_OBJECT, null, null);
      case "json_schema" -> {
        Cursor inner = at.at("json_schema");
        yield new ResponseFormat(Kind.JSON_SCHEMA, inner.at("name").stringOr(null),
            inner.at("schema").object());
      }
      default -> TEXT;
    };
  }
}
