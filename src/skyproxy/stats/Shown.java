package skyproxy.stats;

import java.time.Duration;
import java.util.Locale;
import skyproxy.chat.Attempt;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// One request as `/stats` shows it.
final class Shown {
  private static final int TEXT = 2_000;

  private Shown() {}

  static Json.Obj exchange(long id, Exchange exchange) {
    Json.Obj.Builder out = Json.Obj.builder()
        .put("id", id)
        .put("when", exchange.when().toString())
        .put("job", exchange.job().wireName())
        .put("asked", cut(exchange.asked()))
        .put("model", cut(exchange.answered()))
        .put("provider", exchange.provider())
        .put("stream", exchange.streamed());
    putMillis(out, "first_token_ms", exchange.firstToken());
    putMillis(out, "total_ms", exchange.total());
    out.put("prompt_tokens", exchange.usage().prompt())
        .put("cached_tokens", exchange.usage().cached())
        .put("completion_tokens", exchange.usage().completion())
        .put("reasoning_tokens", exchange.usage().reasoning())
        .put("outcome", exchange.outcome().name().toLowerCase(Locale.ROOT))
        .put("status", exchange.status())
        .put("texts", exchange.prompt() != null || exchange.answer() != null);
    if (exchange.cost() != null) out.put("cost_usd", exchange.cost());
    if (exchange.failure() != null) putFailure(out, exchange.failure());
    return out.put("attempts", new Json.Arr(exchange.attempts().stream()
        .map(attempt -> (Json) attempt(attempt)).toList())).build();
  }

  /// With prompt and answer, where they are kept.
  static Json.Obj whole(long id, Exchange exchange) {
    Json.Obj shown = exchange(id, exchange);
    if (exchange.prompt() != null) {
      shown = shown.with("prompt", new Json.Str(exchange.prompt()));
    }
    if (exchange.answer() != null) {
      shown = shown.with("answer", new Json.Str(exchange.answer()));
    }
    return shown;
  }

  private static Json.Obj attempt(Attempt attempt) {
    Json.Obj.Builder out = Json.Obj.builder()
        .put("model", cut(attempt.model())).put("provider", attempt.provider());
    putMillis(out, "took_ms", attempt.took());
    if (attempt.failure() != null) putFailure(out, attempt.failure());
    return out.build();
  }

  private static void putFailure(Json.Obj.Builder out, Failure failure) {
    out.put("failure", kind(failure)).put("message", cut(failure.message()));
  }

  private static String kind(Failure failure) {
    return switch (failure) {
      case Failure.BadRequest _ -> "bad_request";
      case Failure.UnknownModel _ -> "unknown_model";
      case Failure.NotReady _ -> "not_ready";
      case Failure.Unauthorized _ -> "unauthorized";
      case Failure.RateLimited _ -> "rate_limited";
      case Failure.Overloaded _ -> "overloaded";
      case Failure.Rejected _ -> "rejected";
      case Failure.Broken _ -> "broken";
      case Failure.Unreachable _ -> "unreachable";
      case Failure.TimedOut _ -> "timed_out";
      case Failure.Garbled _ -> "garbled";
      case Failure.Empty _ -> "empty";
      case Failure.Stopping _ -> "stopping";
    };
  }

  private static void putMillis(Json.Obj.Builder out, String name, Duration duration) {
    if (duration == null) out.putNull(name);
    else out.put(name, duration.toMillis());
  }

  static String cut(String text) {
    return text.length() <= TEXT ? text : text.substring(0, TEXT) + "…";
  }
}
