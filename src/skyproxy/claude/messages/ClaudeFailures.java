package skyproxy.claude.messages;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.chat.Secrets;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.upstream.MeantStatus;

/// Turns an error of Anthropic's into a failure whose message says what to do.
/// https://docs.claude.com/en/api/errors
///
/// Anthropic's own words are shown, without what looks like a credential, and never a web page
/// that some gateway sent in their place.
///
/// @param mode how Claude was reached
/// @param model what was asked for
public record ClaudeFailures(ClaudeMode mode, String model) {
  private static final int QUOTED = 400;
  private static final Json.Obj NOTHING = Json.Obj.builder().build();
  private static final Duration APART = Duration.ofMinutes(10);
  private static final Pattern LENGTHS = Pattern.compile("(\\d{1,9}) tokens > (\\d{1,9})");

  /// An answer without success. `body` is JSON, or whatever stood in the way.
  public Failure status(int status, byte[] body, Duration retryAfter) {
    try {
      Json.Obj error = error(Json.parse(body));
      return of(status, text(error.get("type")), text(error.get("message")), retryAfter);
    } catch (JsonException noJson) {
      return of(status, "", new String(body, StandardCharsets.UTF_8).strip(), retryAfter);
    }
  }

  /// An `error` event, in a reply that began well: its type says what the status would have.
  public Failure event(Cursor error) {
    String type = error.at("type").stringOr("");
    int status = switch (type) {
      case "invalid_request_error" -> 400;
      case "authentication_error" -> 401;
      case "billing_error" -> 402;
      case "permission_error" -> 403;
      case "not_found_error" -> 404;
      case "request_too_large" -> 413;
      case "rate_limit_error" -> 429;
      case "timeout_error" -> 504;
      case "overloaded_error" -> 529;
      default -> 500;
    };
    return of(status, type, error.at("message").stringOr(""), null);
  }

  /// @param type Anthropic's name for the error, or ""
  /// @param words Anthropic's message, or ""
  public Failure of(int status, String type, String words, Duration retryAfter) {
    String said = quoted(words);
    String code = type.isEmpty() ? null : type;
    if (status != 429 && isBilledApart(words)) return billedApart(said);
    return switch (MeantStatus.of(status, type + " " + words)) {
      case 401, 403 -> new Failure.Unauthorized(refused(said), retryAfter);
      case 404 -> type.isEmpty()
          ? new Failure.Rejected(404, "The address of the Anthropic API answers 'not found'."
              + " Check --anthropic-url.", null, null)
          : new Failure.UnknownModel("Claude has no model '" + model + "' for this account."
              + " Choose one that /v1/models lists." + said);
      case 429 -> new Failure.RateLimited("Claude's limit is reached"
          + (mode == ClaudeMode.API_KEY ? " for this API key." : " for this plan.")
          + " Wait, or choose another model." + said, retryAfter);
      case 529 -> new Failure.Overloaded(
          "Claude is overloaded at the moment. Try again, or choose another model." + said,
          retryAfter);
      case 402 -> new Failure.Rejected(402,
          "Anthropic wants to be paid first. Check billing at console.anthropic.com." + said,
          null, code);
      case 413 -> new Failure.TooLong(413,
          "The request is too large for Claude. Send less text or smaller pictures." + said,
          null, code, null, null);
      case 400, 422 -> words.toLowerCase(Locale.ROOT).contains("prompt is too long")
          ? tooLong(words, said)
          : new Failure.Rejected(status,
              "Claude does not accept this request." + (said.isEmpty() ? " Try again." : said),
              null, code);
      default -> new Failure.Broken(status, "Anthropic's server failed (status " + status
          + "). Try again in a moment; status.anthropic.com tells about outages." + said,
          retryAfter);
    };
  }

  private String refused(String said) {
    return switch (mode) {
      case API_KEY -> "Anthropic does not accept the API key."
          + " Check anthropic_api_key in the settings." + said;
      case DIRECT -> said.toLowerCase(Locale.ROOT).contains("claude code")
          ? "Anthropic does not let this login be used in the mode 'direct'. Switch to"
              + " --claude-mode cli, or set an API key." + said
          : "Anthropic does not accept the Claude CLI's login. Run `claude` in a terminal and"
              + " log in again." + said;
      case CLI, AUTO -> "Claude is not logged in, or its login is no longer accepted."
          + " Run `claude` in a terminal and log in." + said;
    };
  }

  /// `prompt is too long: 210000 tokens > 200000 maximum`.
  private static Failure tooLong(String words, String said) {
    Matcher told = LENGTHS.matcher(words);
    boolean counted = told.find();
    return new Failure.TooLong(400, "The request is too long for this model. Let the game send"
        + " fewer past events, or choose a model with more context." + said, "messages",
        "context_length_exceeded", counted ? Integer.valueOf(told.group(1)) : null,
        counted ? Integer.valueOf(told.group(2)) : null);
  }

  /// Whether some words say that the plan does not pay for a call.
  public static boolean isBilledApart(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    return lower.contains("extra usage") || lower.contains("third-party");
  }

  /// Asking again would be refused again, and might be charged apart: the model is in cooldown like
  /// one whose limit is reached.
  private Failure billedApart(String said) {
    return new Failure.RateLimited("Anthropic bills calls of other programs apart from the plan."
        + (mode == ClaudeMode.API_KEY ? "" : " Switch to "
            + (mode == ClaudeMode.DIRECT ? "--claude-mode cli" : "another model")
            + ", or set an API key.") + said, APART);
  }

  /// ` Anthropic says: …`, or nothing.
  private static String quoted(String words) {
    String clean = Secrets.excerpt(words, QUOTED);
    return clean.isEmpty() || clean.startsWith("<") ? "" : " Anthropic says: " + clean;
  }

  private static String text(Json value) {
    return value instanceof Json.Str(var text) ? text : "";
  }

  /// Gateways in front of Anthropic write errors in shapes of their own.
  private static Json.Obj error(Json body) {
    return switch (body) {
      case Json.Obj whole when whole.get("error") instanceof Json.Obj inner -> inner;
      case Json.Obj whole when whole.get("error") instanceof Json.Str words ->
          NOTHING.with("message", words);
      case Json.Obj whole when whole.get("detail") instanceof Json.Str words ->
          NOTHING.with("message", words);
      case Json.Obj whole -> whole;
      default -> NOTHING;
    };
  }
}
