package skyproxy.stats;

import java.time.Duration;
import skyproxy.chat.Attempt;
import skyproxy.chat.Cost;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// The JSON of one request in `/stats`.
final class RequestJson {
  private static final int TEXT = 2_000;
  private static final int PROMPT = 64_000;
  private static final int ANSWER = 32_000;

  private RequestJson() {}

  static Json.Obj of(long id, RequestRecord request) {
    Json.Obj.Builder out = Json.Obj.builder()
        .put("id", id)
        .put("when", request.when().toString())
        .put("job", request.job().wireName())
        .put("class", request.purpose().urgency().wireName())
        .put("asked", cut(request.modelText()))
        .put("model", cut(request.model()))
        .put("provider", request.provider())
        .put("stream", request.streamed());
    putMillis(out, "queued_ms", request.queued());
    putMillis(out, "first_token_ms", request.firstToken());
    putMillis(out, "total_ms", request.total());
    out.put("prompt_tokens", request.usage().prompt())
        .put("cached_tokens", request.usage().cached())
        .put("completion_tokens", request.usage().completion())
        .put("reasoning_tokens", request.usage().reasoning())
        .put("outcome", request.outcome().wireName())
        .put("status", request.status())
        .put("texts", request.prompt() != null || request.answer() != null);
    if (request.cost() != null) {
      out.put("cost_usd", Cost.json(request.cost().usd()))
          .put("cost_estimated", request.cost().estimated());
    }
    if (request.windowPercent() > 0) out.put("window_percent", request.windowPercent());
    if (request.failure() != null) {
      putFailure(out, request.failure());
      out.put("cut_short", request.outcome() == RequestRecord.Outcome.ANSWERED);
    }
    return out.put("attempts", new Json.Arr(request.attempts().stream()
        .map(attempt -> (Json) attempt(attempt)).toList())).build();
  }

  /// The same with prompt and answer, as far as they are kept.
  static Json.Obj withTexts(long id, RequestRecord request) {
    Json.Obj json = of(id, request);
    if (request.prompt() != null) {
      json = json.with("prompt", new Json.Str(middleOut(request.prompt(), PROMPT)));
    }
    if (request.answer() != null) {
      json = json.with("answer", new Json.Str(middleOut(request.answer(), ANSWER)));
    }
    return json;
  }

  /// As much as is worth showing: the middle of a prompt tells the least.
  private static String middleOut(String text, int length) {
    if (text.length() <= length) return text;
    int half = length / 2;
    return text.substring(0, half) + "\n[…]\n" + text.substring(text.length() - half);
  }

  private static Json.Obj attempt(Attempt attempt) {
    Json.Obj.Builder out = Json.Obj.builder()
        .put("model", cut(attempt.model())).put("provider", attempt.provider());
    putMillis(out, "took_ms", attempt.took());
    putMillis(out, "queued_ms", attempt.queued());
    if (attempt.leftOut() > 0) out.put("left_out", attempt.leftOut());
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
      case Failure.BudgetReached _ -> "budget_reached";
      case Failure.TooLong _ -> "too_long";
      case Failure.NotLoaded _ -> "not_loaded";
      case Failure.Unsuited _ -> "unsuited";
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
