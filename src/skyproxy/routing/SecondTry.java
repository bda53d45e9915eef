package skyproxy.routing;

import java.time.Duration;
import skyproxy.chat.Failure;

/// The second try of one target for one request, where it costs the player nothing.
///
/// A fault that shows at once is mostly over at once, so such a target is asked again before
/// another voice takes over. When nobody else is left, one that asks for a moment gets it, and one
/// that loads its model is asked again until it has one. One thread.
final class SecondTry {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final Duration MOMENT = Duration.ofSeconds(3);
  private static final Duration LOADING = Duration.ofSeconds(1);

  private final long since;
  private final long loadedBy;
  private boolean used;

  /// @param since when the target's time began
  /// @param toLoad how long it may load
  SecondTry(long since, Duration toLoad) {
    this.since = since;
    loadedBy = since + toLoad.toNanos();
  }

  long since() {
    return since;
  }

  /// Whether to ask again at once.
  ///
  /// @param took from the question to the failure, before which nothing was said
  boolean atOnce(Failure failure, Duration took) {
    boolean passes = switch (failure) {
      case Failure.Broken broken -> broken.status() == 500 || broken.status() == 502;
      case Failure.Unreachable unreachable -> unreachable.closed();
      default -> false;
    };
    return passes && took.compareTo(AT_ONCE) <= 0 && use();
  }

  /// How long to wait before asking again, when nobody else is left; null: not at all.
  Duration afterwards(Failure failure, long now) {
    if (failure instanceof Failure.NotLoaded loads && loads.loading()) {
      return now + LOADING.toNanos() - loadedBy < 0 ? LOADING : null;
    }
    Duration asked = failure.retryAfter();
    return asked != null && asked.compareTo(MOMENT) <= 0 && use() ? asked : null;
  }

  private boolean use() {
    boolean first = !used;
    used = true;
    return first;
  }
}
