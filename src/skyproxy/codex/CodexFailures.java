package skyproxy.codex;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.chat.Secrets;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.MeantStatus;

/// Turns an error that Codex reports into a [Failure] whose message says what to do.
///
/// app-server types its errors (`codexErrorInfo`, a word or an object with a status); exec gives
/// a sentence only, in which the status stands in words. What is typed is not guessed from words,
/// but for a model that the account lacks: the backend says so in a sentence alone.
///
/// @param model what was asked for
/// @param models the ids that the account has, as far as known
/// @param untilFree gives the time until the plan allows more, or null
record CodexFailures(String model, List<String> models, Supplier<Duration> untilFree) {
  static final Duration SOON = Duration.ofSeconds(30);

  private static final int LONGEST = 600;
  private static final Pattern STATUS = Pattern.compile("status:? (\\d{3})");
  private static final Pattern TRIES = Pattern.compile("Reconnecting\\.{3} (\\d{1,3})/");
  private static final Pattern REPORT =
      Pattern.compile("\\AReconnecting\\.{3} \\d{1,3}/\\d{1,3} ?\\(?(.*?)\\)?\\z", Pattern.DOTALL);
  private static final Pattern OFFLINE = Pattern.compile("failed to lookup address|dns error"
      + "|unreachable|no route to host|connection refused", Pattern.CASE_INSENSITIVE);
  private static final Pattern BROKE_OFF = Pattern.compile(
      "stream disconnected|error sending request|connection|network|lookup",
      Pattern.CASE_INSENSITIVE);
  private static final Pattern LACKED = Pattern.compile(
      "model.{0,80}(is not supported|does not exist|not available|no access)",
      Pattern.CASE_INSENSITIVE);
  private static final Map<String, Integer> STATUSES = Map.of(
      "unauthorized", 401, "rateLimitExceeded", 429, "serverOverloaded", 503,
      "policyCapacityUnavailable", 503, "flexUnavailable", 503, "internalServerError", 500,
      "modelNotFound", 404);

  /// Whether a failure is one that no retry of Codex's own will change.
  static boolean settled(Failure failure) {
    return switch (failure) {
      case Failure.RateLimited _, Failure.Unauthorized _, Failure.TooLong _,
          Failure.UnknownModel _ -> true;
      case Failure.Rejected rejected -> rejected.status() == 402;
      case Failure.Empty empty -> empty.refused();
      default -> false;
    };
  }

  /// The number of the retry that this message announces, or 0.
  static int tries(String words) {
    Matcher tries = TRIES.matcher(words);
    return tries.find() ? Integer.parseInt(tries.group(1))
        : words.contains("waiting for network") ? Integer.MAX_VALUE : 0;
  }

  /// Whether a typed error says that there is no network to speak of.
  static boolean offline(Json.Obj error) {
    Cursor details = Cursor.of(error).at("additionalDetails");
    return details.isString() && OFFLINE.matcher(details.string()).find()
        || tries(Cursor.of(error).at("message").stringOr("")) == Integer.MAX_VALUE;
  }

  /// The upstream's status of a typed error, 0 when there is none.
  static int status(Json.Obj error) {
    Cursor info = Cursor.of(error).at("codexErrorInfo");
    if (info.isString()) return STATUSES.getOrDefault(info.string(), 0);
    if (!info.isObject()) return 0;
    for (Cursor detail : info.members().values()) {
      Cursor status = detail.isObject() ? detail.at("httpStatusCode") : detail;
      if (status.isNumber()) return (int) status.integer();
    }
    return 0;
  }

  /// The status that a sentence names, 0 when it names none.
  static int status(String words) {
    Matcher status = STATUS.matcher(words);
    return status.find() ? Integer.parseInt(status.group(1)) : 0;
  }

  /// The parameter that was refused, when a second try without it is worth it; else null.
  static String unsupported(Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, String message, String param, _))
        || status != 400) {
      return null;
    }
    String words = (message + " " + param).toLowerCase(Locale.ROOT);
    return words.contains("schema") || words.contains("text.format") ? CodexConfig.SCHEMA
        : words.contains("instructions") ? CodexConfig.EMPTY_INSTRUCTIONS : null;
  }

  /// The meaning of a typed error.
  Failure of(Json.Obj error) {
    Cursor at = Cursor.of(error);
    String message = at.at("message").stringOr("");
    String words = message.startsWith("Reconnecting")
        ? at.at("additionalDetails").stringOr(message) : message;
    Cursor info = at.at("codexErrorInfo");
    String kind = info.isString() ? info.string()
        : info.isObject() && !info.members().isEmpty()
            ? info.members().firstEntry().getKey() : "other";
    return switch (kind) {
      case "usageLimitExceeded", "sessionBudgetExceeded" -> usedUp(words);
      case "contextWindowExceeded" -> tooLong(words);
      case "cyberPolicy", "misalignmentPolicyViolation", "inferenceHookDenied" ->
          new Failure.Empty("Codex declined to answer: " + plain(words)
              + " Change the prompt, or choose another model.", true);
      case "httpConnectionFailed", "responseStreamConnectionFailed",
          "responseStreamDisconnected" ->
          status(error) != 0 ? ofStatus(status(error), words)
              : BROKE_OFF.matcher(words).find() || tries(words) > 0 ? unreachable()
                  : ofWords(words);
      default -> status(error) != 0 ? ofStatus(status(error), words) : ofWords(words);
    };
  }

  /// The meaning of a sentence.
  Failure ofWords(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (lower.contains("usage limit")) return usedUp(words);
    if (lower.contains("context window")) return tooLong(words);
    int meant = MeantStatus.of(0, words);
    if (meant != 0) return ofStatus(meant, words);
    if (lower.contains("log out and sign in again")) return ofStatus(401, words);
    if (LACKED.matcher(words).find()) return unknownModel(words);
    if (status(words) != 0) return ofStatus(status(words), words);
    if (tries(words) > 0) {
      return BROKE_OFF.matcher(words).find() ? unreachable() : new Failure.Broken(500,
          "Codex failed: " + plain(words));
    }
    if (words.strip().startsWith("{")) {
      return new Failure.Rejected(400, "Codex: " + plain(words), inner(words, "param"),
          inner(words, "code"));
    }
    if (lower.contains("stream disconnected") || lower.contains("stream closed")) {
      return new Failure.Garbled(
          "The connection to Codex broke off in the middle of its answer. Try again.");
    }
    return new Failure.Broken(500, "Codex failed: " + plain(words) + " Try again.");
  }

  private static Failure unreachable() {
    return new Failure.Unreachable("Codex gets no answer from OpenAI. Check that this computer is "
        + "online, then try again.");
  }

  private Failure ofStatus(int status, String words) {
    return switch (MeantStatus.of(status, words)) {
      case 401, 403 -> new Failure.Unauthorized("OpenAI no longer accepts the Codex login ("
          + status + "). Run `codex login`; the proxy picks it up by itself." + said(words), SOON);
      case 402 -> new Failure.Rejected(402, "Codex: " + plain(words), null, null);
      case 404 -> unknownModel(words);
      case 429 -> new Failure.RateLimited("Codex lets no more requests through for now. Wait a "
          + "little, or choose another model." + said(words), later());
      case 503, 529 -> new Failure.Overloaded(
          "Codex has no capacity for " + model + " now. Try again, or choose another model."
          + said(words), SOON);
      case 413 -> new Failure.TooLong(413, "Codex: " + plain(words), inner(words, "param"),
          inner(words, "code"), null, null);
      case 400, 422 -> LACKED.matcher(words).find() ? unknownModel(words)
          : new Failure.Rejected(status, "Codex: " + plain(words), inner(words, "param"),
              inner(words, "code"));
      default -> new Failure.Broken(status, "Codex failed (" + status + "): " + plain(words)
          + " Try again, or choose another model.");
    };
  }

  private Duration later() {
    Duration known = untilFree.get();
    return known == null ? SOON : known;
  }

  private Failure usedUp(String words) {
    return new Failure.RateLimited(plain(words), later());
  }

  private static Failure tooLong(String words) {
    return new Failure.TooLong(400, "The conversation is too long for this model. Shorten it: "
        + "fewer events and memories in SkyrimNet's settings." + said(words), "messages",
        "context_length_exceeded", null, null);
  }

  private Failure unknownModel(String words) {
    return new Failure.UnknownModel("Codex has no model '" + model + "' for this account. "
        + (models.isEmpty() ? "See /v1/models for what there is."
            : "It has: " + String.join(", ", models) + ".") + said(words));
  }

  /// ` Codex says: …`, or nothing.
  private static String said(String words) {
    String reason = REPORT.matcher(words).replaceFirst("$1");
    return reason.isBlank() ? "" : " Codex says: " + plain(reason);
  }

  /// The sentence in what may be a JSON body, at a length that a log bears.
  private static String plain(String words) {
    String inner = inner(words, "message");
    String text = Secrets.excerpt(inner == null ? words : inner, LONGEST);
    return text.isEmpty() ? "no reason given." : text;
  }

  /// A member of the error body that stands as text in a message, or null.
  private static String inner(String words, String member) {
    int from = words.indexOf('{');
    int to = words.lastIndexOf('}');
    if (from < 0 || to < from) return null;
    try {
      Cursor body = Cursor.of(Json.parse(words.substring(from, to + 1)));
      Cursor error = body.at("error").isObject() ? body.at("error") : body;
      Cursor found = error.at(member);
      if (found.isMissing() && member.equals("message")) found = error.at("detail");
      return found.isString() ? found.string() : null;
    } catch (JsonException notJson) {
      return null;
    }
  }
}
