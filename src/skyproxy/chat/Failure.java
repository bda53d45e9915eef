package skyproxy.chat;

import static skyproxy.chat.Secrets.masked;

import java.time.Duration;

/// Why there is no answer, as data. `message` is for the player: what happened, what to do; it
/// holds no credential, for each case masks its own.
///
/// Which status, type and code each case becomes is told in `skyproxy.server.ErrorBody`, which of
/// them let the next target try in [#letsNextTry].
public sealed interface Failure {

  String message();

  /// How long the upstream asks to be left alone; null when it does not say.
  default Duration retryAfter() {
    return null;
  }

  /// The request itself is wrong: a member is missing, of the wrong type or out of range, or the
  /// provider can't do what it asks. Nobody else could answer it either.
  record BadRequest(String message, String param, String code) implements Failure {
    public BadRequest {
      message = masked(message);
    }
  }

  /// No upstream has that model.
  record UnknownModel(String message) implements Failure {
    public UnknownModel {
      message = masked(message);
    }
  }

  /// The provider can't answer before something is done or started. `retryAfter` may be null.
  record NotReady(String message, Duration retryAfter) implements Failure {
    public NotReady {
      message = masked(message);
    }
  }

  /// The upstream does not accept our credential. `retryAfter` may be null.
  record Unauthorized(String message, Duration retryAfter) implements Failure {
    public Unauthorized {
      message = masked(message);
    }
  }

  /// Too many requests, or the plan is used up. `retryAfter` may be null.
  record RateLimited(String message, Duration retryAfter) implements Failure {
    public RateLimited {
      message = masked(message);
    }
  }

  /// The upstream has no capacity now (529). `retryAfter` may be null.
  record Overloaded(String message, Duration retryAfter) implements Failure {
    public Overloaded {
      message = masked(message);
    }
  }

  /// The upstream refuses this request with a status that goes on to the client: 400, 402, 404,
  /// 422. `param` and `code` are the upstream's, or null.
  record Rejected(int status, String message, String param, String code) implements Failure {
    public Rejected {
      message = masked(message);
    }
  }

  /// A limit that the player has set on what is spent is reached, until `retryAfter` is past.
  record BudgetReached(String message, Duration retryAfter) implements Failure {
    public BudgetReached {
      message = masked(message);
    }
  }

  /// The prompt is longer than the model takes; another one may be larger. `status` is 400 or 413.
  /// The rest is the upstream's, or null: `tokens` is what it counted, `limit` what it allows.
  record TooLong(int status, String message, String param, String code, Integer tokens,
      Integer limit) implements Failure {
    public TooLong {
      message = masked(message);
    }
  }

  /// The server has no model in its memory. `loading`: it will have one by itself.
  record NotLoaded(String message, boolean loading) implements Failure {
    public NotLoaded {
      message = masked(message);
    }
  }

  /// The target can't take this one request: the order of its messages, a picture in it, a
  /// parameter, what a template makes of it. Others may, and it serves all others well. `status`
  /// is what the client gets, 4xx or 502; `pictures`: it is blind, and can't take any with one.
  record Unsuited(int status, String message, String param, String code, boolean pictures)
      implements Failure {
    public Unsuited {
      message = masked(message);
    }
  }

  /// The upstream fails, with any other status. `retryAfter` may be null.
  record Broken(int status, String message, Duration retryAfter) implements Failure {
    public Broken {
      message = masked(message);
    }

    public Broken(int status, String message) {
      this(status, message, null);
    }
  }

  /// No connection, or one that closed (`closed`) before the upstream said anything.
  record Unreachable(String message, boolean closed) implements Failure {
    public Unreachable {
      message = masked(message);
    }

    public Unreachable(String message) {
      this(message, false);
    }
  }

  /// The upstream took too long.
  record TimedOut(String message) implements Failure {
    public TimedOut {
      message = masked(message);
    }
  }

  /// The upstream said something that makes no sense, or broke off in the middle.
  record Garbled(String message) implements Failure {
    public Garbled {
      message = masked(message);
    }
  }

  /// The reply ended with nothing said. `refused`: the model declined to answer.
  record Empty(String message, boolean refused) implements Failure {
    public Empty {
      message = masked(message);
    }
  }

  /// The proxy is stopping.
  record Stopping(String message) implements Failure {
    public Stopping {
      message = masked(message);
    }
  }

  /// Whether another model may do better. A request that is wrong stays wrong, and what a model
  /// refused to say is not asked of another one.
  default boolean letsNextTry() {
    return switch (this) {
      case BadRequest _, Stopping _ -> false;
      case Rejected rejected -> rejected.status() == 402 || rejected.status() == 404;
      case Empty empty -> !empty.refused();
      case UnknownModel _, NotReady _, Unauthorized _, RateLimited _, Overloaded _,
          BudgetReached _, TooLong _, NotLoaded _, Unsuited _, Broken _, Unreachable _,
          TimedOut _, Garbled _ -> true;
    };
  }

  /// Whether it tells something of the target, and not of this one request alone: only then does
  /// it count against the target.
  default boolean blamesTarget() {
    return switch (this) {
      case BudgetReached _, TooLong _, NotLoaded _, Unsuited _ -> false;
      default -> letsNextTry();
    };
  }

  /// What happened in words that are ours alone, for the log: [#message] may hold an upstream's,
  /// and these quote the prompt.
  default String gist() {
    return switch (this) {
      case BadRequest _ -> "the request is wrong";
      case UnknownModel _ -> "nobody has this model";
      case NotReady _ -> "it is not set up, or not ready";
      case Unauthorized _ -> "the account was not accepted";
      case RateLimited _ -> "too many requests, or the plan is used up";
      case Overloaded _ -> "the model has no room now";
      case Rejected f -> f.status() == 402 ? "there is no credit" : "the request was refused";
      case BudgetReached _ -> "a limit on what is spent is reached";
      case TooLong _ -> "the prompt is too long";
      case NotLoaded _ -> "no model is loaded";
      case Unsuited _ -> "the model can't take this request";
      case Broken f -> "the upstream failed (" + f.status() + ")";
      case Unreachable f -> f.closed() ? "the connection was closed" : "there is no connection";
      case TimedOut _ -> "it took too long";
      case Garbled _ -> "the answer makes no sense or broke off";
      case Empty f -> f.refused() ? "the model declined to answer" : "nothing was said";
      case Stopping _ -> "the proxy is stopping";
    };
  }

  /// The same failure told in other words.
  default Failure withMessage(String text) {
    return switch (this) {
      case BadRequest f -> new BadRequest(text, f.param(), f.code());
      case UnknownModel _ -> new UnknownModel(text);
      case NotReady f -> new NotReady(text, f.retryAfter());
      case Unauthorized f -> new Unauthorized(text, f.retryAfter());
      case RateLimited f -> new RateLimited(text, f.retryAfter());
      case Overloaded f -> new Overloaded(text, f.retryAfter());
      case Rejected f -> new Rejected(f.status(), text, f.param(), f.code());
      case BudgetReached f -> new BudgetReached(text, f.retryAfter());
      case TooLong f ->
          new TooLong(f.status(), text, f.param(), f.code(), f.tokens(), f.limit());
      case NotLoaded f -> new NotLoaded(text, f.loading());
      case Unsuited f -> new Unsuited(f.status(), text, f.param(), f.code(), f.pictures());
      case Broken f -> new Broken(f.status(), text, f.retryAfter());
      case Unreachable f -> new Unreachable(text, f.closed());
      case TimedOut _ -> new TimedOut(text);
      case Garbled _ -> new Garbled(text);
      case Empty f -> new Empty(text, f.refused());
      case Stopping _ -> new Stopping(text);
    };
  }
}
