package skyproxy.routing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import skyproxy.chat.Failure;

/// Which targets are left alone for a while. Any number of threads.
///
/// A target that says it is out of capacity or not ready rests as long as it asks for, else
/// [#USUAL]. Any other failure is forgiven once; two in a row are a pattern, so that an upstream
/// that fails faster than others answer does not draw the traffic to it.
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

  boolean rests(Target target) {
    State state = states.get(key(target));
    return state != null && state.until - nanos.getAsLong() > 0;
  }

  void failed(Target target, Failure failure) {
    Duration asked = switch (failure) {
      case Failure.RateLimited f -> orUsual(f.retryAfter());
      case Failure.Overloaded f -> orUsual(f.retryAfter());
      case Failure.NotReady f -> orUsual(f.retryAfter());
      case Failure.Unauthorized f -> orUsual(f.retryAfter());
      case Failure.Broken _, Failure.Unreachable _, Failure.TimedOut _, Failure.Garbled _,
          Failure.Empty _ -> null;
      case Failure.BadRequest _, Failure.UnknownModel _, Failure.Rejected _,
          Failure.Stopping _ -> Duration.ZERO;
    };
    if (asked != null && asked.isZero()) return;
    if (states.size() > TARGETS) states.clear();
    long now = nanos.getAsLong();
    states.compute(key(target), (_, old) -> {
      int failures = old == null ? 1 : old.failures + 1;
      Duration rest = asked != null ? asked : failures > 1 ? USUAL : Duration.ZERO;
      return new State(failures, now + rest.toNanos());
    });
  }

  private static Duration orUsual(Duration asked) {
    if (asked == null || asked.isZero()) return USUAL;
    return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }

  void answered(Target target) {
    states.remove(key(target));
  }

  private static String key(Target target) {
    return target.provider().name() + " " + target.model();
  }
}
