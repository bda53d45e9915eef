package skyproxy.routing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import skyproxy.chat.Failure;

/// The targets in cooldown: those that failed, and are asked after all others for a while. Any
/// number of threads.
///
/// A target that says it is out of capacity or not ready cools down as long as it asks for, else
/// [#USUAL]. Any other failure of its own is forgiven once; two in a row are a pattern, so that an
/// upstream that fails faster than others answer does not draw the traffic to it.
final class Cooldown {
  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /// Clients make up the names of models, so the number of those we remember is bounded.
  private static final int TARGETS = 1_000;

  private record State(int failures, long until) {}

  private final Map<String, State> states = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  Cooldown(LongSupplier nanos) {
    this.nanos = nanos;
  }

  boolean includes(Target target) {
    State state = states.get(key(target));
    return state != null && state.until - nanos.getAsLong() > 0;
  }

  void failed(Target target, Failure failure) {
    if (!failure.blamesTarget()) return;
    Duration asked = switch (failure) {
      case Failure.RateLimited f -> orUsual(f.retryAfter());
      case Failure.Overloaded f -> orUsual(f.retryAfter());
      case Failure.NotReady f -> orUsual(f.retryAfter());
      case Failure.Unauthorized f -> orUsual(f.retryAfter());
      case Failure.Broken _, Failure.Unreachable _, Failure.TimedOut _, Failure.Garbled _,
          Failure.Empty _, Failure.UnknownModel _, Failure.Rejected _, Failure.BadRequest _,
          Failure.Stopping _, Failure.TooLong _, Failure.NotLoaded _, Failure.Unsuited _ -> null;
    };
    long now = nanos.getAsLong();
    if (states.size() >= TARGETS) states.values().removeIf(state -> state.until - now <= 0);
    if (states.size() >= TARGETS) states.clear();
    states.compute(key(target), (_, old) -> {
      int failures = old == null ? 1 : old.failures + 1;
      Duration length = asked != null ? asked : failures > 1 ? USUAL : Duration.ZERO;
      return new State(failures, now + length.toNanos());
    });
  }

  private static Duration orUsual(Duration asked) {
    if (asked == null || asked.isZero()) return USUAL;
    return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }

  /// Ends every cooldown.
  void clear() {
    states.clear();
  }

  void answered(Target target) {
    states.remove(key(target));
  }

  private static String key(Target target) {
    return target.provider().name() + " " + target.model();
  }
}
