package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import skyproxy.chat.Failure;
import skyproxy.chat.Secrets;
import skyproxy.json.Json;

/// An error as clients see it: a status and OpenAI's envelope.
/// https://platform.openai.com/docs/guides/error-codes
///
/// The game tells its player that *their* key is wrong when it sees a 401, so a credential of ours
/// that an upstream refuses is a 503. Credentials in its words are masked, whoever wrote them.
///
/// @param param the member of the request that is wrong, or null
/// @param retryAfter when to come again, or null
record ErrorBody(int status, String type, String code, String message, String param,
    Duration retryAfter) {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration LATER = Duration.ofSeconds(30);

  ErrorBody {
    message = Secrets.masked(message);
    param = Secrets.masked(param);
  }

  /// An error of the request itself.
  static ErrorBody invalid(int status, String code, String message, String param) {
    return new ErrorBody(status, "invalid_request_error", code, message, param, null);
  }

  /// A fault of ours.
  static ErrorBody internal() {
    return api(500, "internal_error",
        "The proxy failed on this request. Its console says why; please report it.", null);
  }

  static ErrorBody of(Failure failure) {
    String message = failure.message();
    return switch (failure) {
      case Failure.BadRequest f -> invalid(400, f.code(), message, f.param());
      case Failure.UnknownModel _ -> invalid(404, "model_not_found", message, "model");
      case Failure.NotReady f -> api(503, "provider_not_ready", message, or(f.retryAfter(), SOON));
      case Failure.Unauthorized f ->
          api(503, "upstream_auth", message, or(f.retryAfter(), LATER));
      case Failure.RateLimited f -> new ErrorBody(429, "rate_limit_error", "rate_limit_exceeded",
          message, null, or(f.retryAfter(), LATER));
      case Failure.Overloaded f ->
          api(503, "upstream_overloaded", message, or(f.retryAfter(), SOON));
      case Failure.Rejected f -> new ErrorBody(f.status(),
          f.status() == 402 ? "billing_error" : "invalid_request_error",
          or(f.code(), "upstream_error"), message, f.param(), null);
      case Failure.BudgetReached f -> new ErrorBody(402, "insufficient_quota", "budget_reached",
          message, null, or(f.retryAfter(), LATER));
      case Failure.TooLong f -> invalid(f.status(), or(f.code(),
          f.status() == 400 ? "context_length_exceeded" : "upstream_error"), message, f.param());
      case Failure.NotLoaded _ -> api(503, "provider_not_ready", message, SOON);
      case Failure.Unsuited f -> f.status() >= 500
          ? api(f.status(), "upstream_error", message, null)
          : invalid(f.status(), or(f.code(), "upstream_error"), message, f.param());
      case Failure.Broken _, Failure.Garbled _ -> api(502, "upstream_error", message, null);
      case Failure.Unreachable _ -> api(502, "upstream_unreachable", message, null);
      case Failure.TimedOut _ -> api(504, "upstream_timeout", message, null);
      case Failure.Empty _ -> api(502, "empty_reply", message, null);
      case Failure.Stopping _ -> api(503, "provider_not_ready", message, SOON);
    };
  }

  /// Its code where that is ours: an upstream's may be any words, and is for the client alone.
  static String ownCode(Failure failure) {
    return switch (failure) {
      case Failure.Rejected _, Failure.TooLong _, Failure.Unsuited _ -> "upstream_error";
      default -> of(failure).code;
    };
  }

  private static ErrorBody api(int status, String code, String message, Duration retryAfter) {
    return new ErrorBody(status, "api_error", code, message, null, retryAfter);
  }

  private static <T> T or(T told, T usual) {
    return told == null ? usual : told;
  }

  Json.Obj json() {
    return Json.Obj.builder().put("error", Json.Obj.builder()
        .put("message", message)
        .put("type", type)
        .put("param", param == null ? Json.NULL : new Json.Str(param))
        .put("code", code)
        .build()).build();
  }

  /// Answers an exchange whose headers have not gone yet, and leaves it open.
  void send(HttpExchange exchange) throws IOException {
    if (retryAfter != null) {
      exchange.getResponseHeaders().set("Retry-After",
          Long.toString(Math.max(1, retryAfter.plusMillis(999).toSeconds())));
    }
    JsonAnswer.send(exchange, status, json());
  }

  /// The same for a request whose body has not been read, which is dropped: a connection that is
  /// closed with unread bytes in it is reset, and the client never sees the answer.
  void refuse(HttpExchange exchange) throws IOException {
    send(exchange);
    if (exchange.getRequestMethod().equals("HEAD")) return;
    exchange.getResponseBody().flush();
    RequestBody.drop(exchange);
  }
}
