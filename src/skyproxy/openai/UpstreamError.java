package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// An error as an OpenAI-compatible server writes it, in any of the shapes that are around:
/// OpenAI's object, OpenRouter's with a numeric code and the words of the provider behind it, a
/// bare string (Ollama), FastAPI's `detail`, a `message` at the top.
///
/// @param message its words, maybe ""
/// @param param which member of the request it is about, or null
/// @param code its name for what is wrong, or null
/// @param status the status that it should have come with, 0 when it does not say
/// @param type its kind of error, maybe ""
/// @param refusesContent whether it is about what was asked for, and no other try would help
record UpstreamError(String message, String param, String code, int status, String type,
    boolean refusesContent) {
  static final UpstreamError NOTHING = new UpstreamError("", null, null, 0, "", false);

  private static final int OURS_TO_QUOTE = 400;
  private static final Pattern CONTENT = Pattern.compile(
      "content_filter|content_policy_violation|responsibleaipolicyviolation|moderation\\w*");

  /// @param body a body, or the value of its `error` member
  static UpstreamError read(Json body) {
    return switch (body) {
      case Json.Str text -> new UpstreamError(text.value(), null, null, 0, "", false);
      case Json.Obj object when object.get("error") instanceof Json.Obj inner -> read(inner);
      case Json.Obj object when object.get("error") instanceof Json.Str inner -> read(inner);
      case Json.Obj object when object.get("detail") != null -> detail(object.get("detail"));
      case Json.Obj object -> object(object);
      case Json.Arr(var items) when !items.isEmpty() -> read(items.getFirst());
      case Json.Arr _, Json.Num _, Json.Bool _, Json.Null _ -> NOTHING;
    };
  }

  private static UpstreamError object(Json.Obj error) {
    Json code = error.get("code");
    boolean numeric = code instanceof Json.Num
        || code instanceof Json.Str(var digits) && digits.matches("\\d{3}");
    int status = numeric ? status(code instanceof Json.Str(var digits) ? digits : code.toString())
        : 0;
    String name = !numeric && code instanceof Json.Str(var word) && !word.isBlank() ? word : null;
    Json.Obj metadata = error.get("metadata") instanceof Json.Obj object ? object : null;
    boolean flagged = metadata != null && (metadata.get("flagged_input") != null
        || metadata.get("reasons") instanceof Json.Arr);
    return new UpstreamError(words(error, metadata), text(error.get("param")), name, status,
        text(error.get("type")) == null ? "" : text(error.get("type")),
        flagged || name != null && CONTENT.matcher(name.toLowerCase(Locale.ROOT)).matches());
  }

  private static int status(String digits) {
    return digits.matches("[45]\\d\\d") ? Integer.parseInt(digits) : 0;
  }

  /// OpenRouter's own message is often no more than `Provider returned error`.
  private static String words(Json.Obj error, Json.Obj metadata) {
    String message = text(error.get("message"));
    Json raw = metadata == null ? null : metadata.get("raw");
    String behind = raw == null || raw == Json.NULL ? ""
        : raw instanceof Json.Str(var text) ? text : raw.toString();
    if (behind.length() > OURS_TO_QUOTE) behind = behind.substring(0, OURS_TO_QUOTE) + "…";
    return ((message == null ? "" : message) + (behind.isEmpty() ? "" : " (" + behind + ")"))
        .strip();
  }

  /// What FastAPI finds wrong: a text, or a list with the place of each.
  private static UpstreamError detail(Json detail) {
    if (!(detail instanceof Json.Arr(var items))) return read(detail);
    List<String> places = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Obj one)) continue;
      String place = one.get("loc") instanceof Json.Arr(var way) && way.size() > 1
          ? text(way.get(1)) : null;
      String message = text(one.get("msg"));
      if (place != null) places.add(place);
      words.add((place == null ? "" : "'" + place + "': ") + (message == null ? "?" : message));
    }
    return new UpstreamError(String.join("; ", words),
        places.size() == 1 ? places.getFirst() : null, null, 0, "", false);
  }

  private static String text(Json value) {
    return value instanceof Json.Str(var text) && !text.isBlank() ? text : null;
  }

  /// The status that an error should have come with which came inside a 200: by its number, else
  /// by its name.
  int likelyStatus() {
    if (status != 0) return status;
    String words = (type + " " + (code == null ? "" : code)).toLowerCase(Locale.ROOT);
    if (refusesContent || has(words, "context_length", "invalid_request", "bad_request")) {
      return 400;
    }
    if (has(words, "rate_limit", "quota", "too_many")) return 429;
    if (has(words, "overloaded")) return 529;
    if (has(words, "authentication", "invalid_api_key", "permission")) return 401;
    if (has(words, "not_found")) return 404;
    return has(words, "timeout") ? 408 : 502;
  }

  private static boolean has(String words, String... parts) {
    return List.of(parts).stream().anyMatch(words::contains);
  }
}
