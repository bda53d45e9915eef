package skyproxy.openai;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.chat.Secrets;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Tells what an error of an OpenAI-compatible server means, in words that say what to do.
///
/// The server's own words are shown, without what looks like a credential, and never a web page
/// that some gateway sent in their place.
///
/// @param model what was asked for, by the server's own id
/// @param key what must not show anywhere, or null
/// @param heard takes each error as it is read
record OpenAiFailures(ServerProfile server, String model, String key, Consumer<Refusal> heard) {
  private static final int QUOTED = 600;
  private static final String NO_ENDPOINT_WORDS = "unexpected endpoint|invalid url"
      + "|no static resource|cannot post /|(unknown|no such|no) (endpoint|route|path|url)";
  private static final Pattern NO_ENDPOINT =
      Pattern.compile(NO_ENDPOINT_WORDS, Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_PLACE = Pattern.compile(NO_ENDPOINT_WORDS + "|^\\W*(404\\W+)?"
      + "(?:(?:the|this|requested|file|page|path|route|url|endpoint|resource|was|is|could|be) )*+"
      + "not( be)? found\\W*$", Pattern.CASE_INSENSITIVE);

  /// A web page, or the beginning of JSON that broke off.
  private static final Pattern PAGE = Pattern.compile("[<{\\[]");

  /// An answer without success. `body` is JSON, or whatever stood in the way.
  Failure status(int status, byte[] body, Duration retryAfter) {
    return of(status, read(body), retryAfter);
  }

  /// What is no JSON is words, unless it is a page.
  private static Json read(byte[] body) {
    try {
      return Json.parse(body);
    } catch (JsonException noJson) {
      String text = new String(body, StandardCharsets.UTF_8).strip();
      return PAGE.matcher(text).lookingAt() ? Json.NULL : new Json.Str(text);
    }
  }

  /// An `error` member of a reply with status 200, or of one of its chunks.
  Failure inside(Json error) {
    return of(0, error, null);
  }

  /// An answer that ended by a fault.
  ///
  /// @param word the `finish_reason` that says so
  Failure brokenOff(String word) {
    return new Failure.Broken(502, server.label() + " broke its answer off (" + word + "). Try"
        + " again, or choose another model.");
  }

  /// Whether an object that holds no choice is an error, whatever it calls itself.
  boolean isError(Json.Obj body) {
    boolean chunk = body.get("object") instanceof Json.Str(var kind) && kind.startsWith("chat.");
    if (chunk) return false;
    UpstreamError told = UpstreamError.read(body);
    return !told.message().isEmpty() || told.status() != 0;
  }

  /// A reply that is words, or nothing at all.
  Failure noJson(String words) {
    return new Failure.Garbled(server.label() + " sent what is not JSON. Try again, or choose"
        + " another model." + quoted(words));
  }

  /// A reply that makes no sense. `what` continues a sentence that begins with the server's name.
  Failure garbled(String what) {
    return new Failure.Garbled(
        server.label() + " " + what + " Try again, or choose another model.");
  }

  /// @param came the status, 0 inside a reply that began well
  private Failure of(int came, Json error, Duration retryAfter) {
    UpstreamError told = UpstreamError.read(error);
    int status = told.meant(came);
    Refusal refusal = new Refusal(status, error);
    heard.accept(refusal);
    String name = server.label();
    String said = quoted(told.message());
    if (told.refusesContent() && status / 100 == 4) {
      return new Failure.Rejected(400, name + " refuses what was asked for. Change the prompt, or"
          + " choose another model." + said, told.param(),
          told.code() == null ? "content_filter" : told.code());
    }
    if (isWrongAddress(status, told)) {
      return new Failure.Rejected(404, name + " answers 'not found' at " + server.base()
          + ". Check the address (base_url): that of most servers ends in /v1. The page finds the"
          + " right one when the server is added there again." + said, told.param(), told.code());
    }
    RefusalKind kind = refusal.kind();
    return switch (kind) {
      case LOADING, NOT_LOADED -> new Failure.NotLoaded(name + (kind == RefusalKind.LOADING
          ? " is still loading its model. Wait a moment."
          : " has no model loaded. Load one there, or choose another model.") + said,
          kind == RefusalKind.LOADING);
      case TOO_LONG -> tooLong(refusal.room(), told, said);
      case PICTURE -> new Failure.Unsuited(forClient(status), "The model '" + model + "' of " + name
          + " can't see; choose another for vision." + said, told.param(), told.code(), true);
      case MEDIUM, REQUEST -> new Failure.Unsuited(forClient(status), "The model '" + model
          + "' of " + name + " can't take this request. Choose another model for it." + said,
          told.param(), told.code(), false);
      case UNKNOWN_MODEL -> unknownModel(told, said);
      case UNKNOWN -> of(status, told, said, retryAfter);
    };
  }

  private static int forClient(int status) {
    return status >= 500 ? 502 : status;
  }

  private Failure tooLong(RefusalTable.Room room, UpstreamError told, String said) {
    return new Failure.TooLong(400, "This prompt is too long for '" + model + "'. Let the game send"
        + " fewer past events, or choose a model with more context." + said, told.param(),
        "context_length_exceeded", room == null ? null : room.tokens(),
        room == null ? null : room.limit());
  }

  /// The key is good here, and so are the other models.
  private Failure refusedBehind(String provider, int status, String said) {
    return new Failure.Unsuited(502, provider + ", which " + server.label() + " asked for '"
        + model + "', refuses the call (status " + status + "). Your key is good; try again, or"
        + " choose another model." + said, null, null, false);
  }

  private Failure unknownModel(UpstreamError told, String said) {
    return new Failure.Rejected(404, server.label() + " has no model '" + model
        + "', or none that can do this. Choose one that /v1/models lists." + said, told.param(),
        told.code());
  }

  private Failure of(int status, UpstreamError told, String said, Duration retryAfter) {
    String name = server.label();
    return switch (status) {
      case 401, 403 -> told.provider() != null ? refusedBehind(told.provider(), status, said)
          : new Failure.Unauthorized(name + (key == null ? " wants an API key. "
          : " does not accept the API key. ") + server.keyRemedy() + said, retryAfter);
      case 402 -> new Failure.Rejected(402, name + " has no credit left for this request. Add some"
          + " to your account there, or choose another model." + said, told.param(), told.code());
      case 404 -> unknownModel(told, said);
      case 408 -> new Failure.TimedOut(name + " took too long. Try again." + said);
      case 413 -> new Failure.TooLong(413, name + " finds this request too large. Send less text"
          + " or smaller pictures." + said, told.param(), told.code(), null, null);
      case 400, 422 -> new Failure.Rejected(status, name + " does not accept this request." + said,
          told.param(), told.code());
      case 429 -> new Failure.RateLimited(name + " has had too many requests. Wait, or choose"
          + " another model." + said, retryAfter);
      case 529 -> new Failure.Overloaded(name + " is overloaded at the moment. Try again, or choose"
          + " another model." + said, retryAfter);
      case 301, 302, 303, 307, 308 -> new Failure.Broken(status, name + " has moved away from "
          + server.base() + ". Enter its new address.");
      default -> new Failure.Broken(status, name + " failed (status " + status
          + "). Try again in a moment, or choose another model." + said, retryAfter);
    };
  }

  /// A server that has nothing at this path says so as JSON too, and LM Studio with status 200.
  private static boolean isWrongAddress(int status, UpstreamError told) {
    return switch (status) {
      case 404 -> told.message().isEmpty() || NO_PLACE.matcher(told.message()).find();
      case 405 -> true;
      case 200, 502 -> NO_ENDPOINT.matcher(told.message()).find();
      default -> false;
    };
  }

  /// ` OpenRouter says: …`, or nothing. Of what is too long the beginning and the end: a template
  /// that fails is quoted at length, and the reason stands behind it.
  private String quoted(String words) {
    String clean = Secrets.excerpt(key == null ? words : words.replace(key, "***"),
        Integer.MAX_VALUE);
    if (clean.isEmpty() || clean.startsWith("<")) return "";
    if (clean.length() > QUOTED) {
      clean = clean.substring(0, QUOTED / 2) + " … "
          + clean.substring(clean.length() - QUOTED / 2);
    }
    return " " + server.label() + " says: " + clean;
  }
}
