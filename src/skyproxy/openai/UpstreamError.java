package skyproxy.openai;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.MeantStatus;

/// An error as an OpenAI-compatible server writes it, in any of the shapes that are around: an
/// object, a bare text, a list; at the top of a body or in its `error`, `message` or `detail`; a
/// text that is JSON again; FastAPI's list of places; what a gateway quotes of the provider behind
/// it (`metadata.raw`).
///
/// @param message its words, maybe ""
/// @param param which member of the request it is about, or null
/// @param code its name for what is wrong, or null
/// @param status the status that it should have come with, 0 when it does not say
/// @param type its kind of error, maybe ""
/// @param provider who stands behind the server that tells of it, or null
/// @param refusesContent whether it is about what was asked for, and no other try would help
record UpstreamError(String message, String param, String code, int status, String type,
    String provider, boolean refusesContent) {
  static final UpstreamError NOTHING = new UpstreamError("", null, null, 0, "", null, false);

  /// Members that hold words, or an error inside the error; all of them are told.
  private static final List<String> WORDS =
      List.of("error", "message", "error_message", "detail", "msg", "errors");

  /// Members that say the same in fewer words, told where there are none of the others.
  private static final List<String> TITLES = List.of("error_description", "title", "reason");

  private static final List<String> STATUSES = List.of("code", "status", "status_code",
      "statusCode", "http_status", "raw_status_code", "error_code");

  private static final int DEPTH = 8;

  /// Of a list of errors the first ones are read, of a text that is too long the beginning and the
  /// end: nobody reads more, and whoever sends more means harm.
  private static final int LISTED = 50;
  private static final int LONGEST = 20_000;
  private static final int OURS_TO_QUOTE = 400;
  private static final Pattern NAME = Pattern.compile("[\\w.:/-]{1,80}");
  private static final Pattern STATUS = Pattern.compile("[45]\\d\\d");
  private static final Pattern CONTENT = Pattern.compile("content_filter\\w*"
      + "|content_policy_violation|content_moderation\\w*|responsibleaipolicyviolation"
      + "|moderation\\w*|data_inspection_failed|prohibited_content");

  /// Words alone.
  static UpstreamError of(String words) {
    String read = words.length() <= LONGEST ? words : words.substring(0, LONGEST / 2) + " … "
        + words.substring(words.length() - LONGEST / 2);
    return new UpstreamError(read.strip(), null, null, 0, "", null, false);
  }

  /// @param body a body, or the value of its `error` member
  static UpstreamError read(Json body) {
    return read(body, DEPTH);
  }

  private static UpstreamError read(Json error, int depth) {
    if (depth == 0) return NOTHING;
    return switch (error) {
      case Json.Str(var text) -> inner(text) == null ? of(text) : read(inner(text), depth - 1);
      case Json.Obj object -> object(object, depth - 1);
      case Json.Arr(var items) -> items.stream().limit(LISTED).map(item -> read(item, depth - 1))
          .filter(each -> !each.equals(NOTHING)).reduce(UpstreamError::and).orElse(NOTHING);
      case Json.Num _, Json.Bool _, Json.Null _ -> NOTHING;
      case null -> NOTHING;
    };
  }

  /// The JSON that a text is, or null.
  static Json inner(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("{") && !stripped.startsWith("[")) return null;
    try {
      return Json.parse(stripped);
    } catch (JsonException words) {
      return null;
    }
  }

  private static UpstreamError object(Json.Obj error, int depth) {
    UpstreamError said = WORDS.stream().map(error::get).map(value -> read(value, depth))
        .reduce(NOTHING, UpstreamError::within);
    for (String title : TITLES) {
      if (said.message.isEmpty()) said = said.within(read(error.get(title), depth));
    }
    UpstreamError whole = placed(error, said.within(named(error)));
    return error.get("metadata") instanceof Json.Obj metadata
        ? whole.behind(metadata, read(metadata.get("raw"), depth)) : whole;
  }

  /// What an object says beside its words.
  private static UpstreamError named(Json.Obj error) {
    int status = STATUSES.stream().mapToInt(name -> status(error.get(name)))
        .filter(each -> each != 0).findFirst().orElse(0);
    String code = first(error, "code", "error_code");
    String type = Stream.of("type", "error_type", "status")
        .map(name -> text(error.get(name)))
        .filter(each -> each != null && !each.equals("error") && !STATUS.matcher(each).matches())
        .findFirst().orElse("");
    boolean content = Stream.of(code, text(error.get("error_type"))).anyMatch(
        name -> name != null && CONTENT.matcher(name.toLowerCase(Locale.ROOT)).matches());
    return new UpstreamError("", text(error.get("param")), code, status, type, null, content);
  }

  /// Sentences are no names, and statuses no codes.
  private static String first(Json.Obj error, String... names) {
    return Stream.of(names).map(error::get)
        .map(value -> value instanceof Json.Num number ? number.text() : text(value))
        .filter(each -> each != null && NAME.matcher(each).matches()
            && !each.matches("\\d{1,3}")).findFirst().orElse(null);
  }

  private static int status(Json value) {
    String digits = value instanceof Json.Num number ? number.text() : text(value);
    return digits != null && STATUS.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
  }

  /// FastAPI names the place of what it finds wrong, from the part of the request on.
  private static UpstreamError placed(Json.Obj error, UpstreamError said) {
    if (!(error.get("loc") instanceof Json.Arr(var way))) return said;
    List<String> names = way.stream().limit(LISTED).map(UpstreamError::text)
        .filter(name -> name != null && !name.equals("body")).toList();
    if (names.isEmpty()) return said;
    String words = "'" + String.join(".", names) + "': "
        + (said.message.isEmpty() ? "?" : said.message);
    return new UpstreamError(words, names.getFirst(), said.code, said.status, said.type,
        said.provider, said.refusesContent);
  }

  /// This error with what an object around it, or beside it in the same object, adds.
  private UpstreamError within(UpstreamError outer) {
    return new UpstreamError(joined(message, outer.message, ": "), or(param, outer.param),
        or(code, outer.code), status != 0 ? status : outer.status,
        type.isEmpty() ? outer.type : type, or(provider, outer.provider),
        refusesContent || outer.refusesContent);
  }

  /// This error and the next of a list; they are about one member only when they say the same.
  private UpstreamError and(UpstreamError next) {
    UpstreamError both = within(next);
    return new UpstreamError(joined(message, next.message, "; "),
        Objects.equals(param, next.param) ? param : null, both.code, both.status, both.type,
        both.provider, both.refusesContent);
  }

  /// What a gateway tells of the provider behind it: its own message is often no more than
  /// `Provider returned error`.
  private UpstreamError behind(Json.Obj metadata, UpstreamError raw) {
    String words = raw.message.length() > OURS_TO_QUOTE
        ? raw.message.substring(0, OURS_TO_QUOTE) + "…" : raw.message;
    String name = text(metadata.get("provider_name"));
    boolean flagged = metadata.get("flagged_input") != null
        || metadata.get("reasons") instanceof Json.Arr;
    UpstreamError all = within(new UpstreamError("", raw.param, raw.code, raw.status,
        or(raw.type.isEmpty() ? null : raw.type, or(text(metadata.get("error_type")), "")), name,
        flagged || raw.refusesContent));
    if (words.isEmpty() || message.contains(words)) return all;
    return new UpstreamError((message + " (" + words + ")").strip(), all.param, all.code,
        all.status, all.type, all.provider, all.refusesContent);
  }

  private static String joined(String one, String two, String between) {
    if (one.contains(two)) return one;
    return one.isEmpty() || two.contains(one) ? two : one + between + two;
  }

  private static String or(String one, String two) {
    return one == null ? two : one;
  }

  private static String text(Json value) {
    return value instanceof Json.Str(var text) && !text.isBlank() ? text.strip() : null;
  }

  /// The status that it means: by its words where they are clear, else by its number, else by its
  /// name.
  ///
  /// @param came the one it came with, 0 inside a reply that began well
  int meant(int came) {
    String names = (type + " " + (code == null ? "" : code)).toLowerCase(Locale.ROOT);
    int meant = MeantStatus.of(came != 0 ? came : status, names + " " + message);
    if (meant != 0) return meant;
    if (refusesContent || has(names, "context_length", "invalid_request", "bad_request")) {
      return 400;
    }
    if (has(names, "quota", "too_many")) return 429;
    if (has(names, "permission")) return 401;
    if (has(names, "not_found")) return 404;
    return has(names, "timeout") ? 408 : 502;
  }

  private static boolean has(String words, String... parts) {
    return List.of(parts).stream().anyMatch(words::contains);
  }
}
