package skyproxy.routing;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import skyproxy.chat.Failure;

/// The targets in cooldown: those that failed, and are asked after all others for a while. Any
/// number of threads; each request has a [Visit] of its own.
///
/// A target that says it is out of capacity, not ready, not paid for or not there cools down as
/// long as it asks for. Any other failure of its own is forgiven once; two in a row are a pattern,
/// so that an upstream that fails faster than others answer does not draw the traffic to it.
///
/// When nobody stated how long, a cooldown is short and ends by a trial: one request asks the
/// target while all others still avoid it. Should that fail, the next one takes longer.
final class Cooldown {
  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final List<Duration> UNTIL_TRIAL =
      List.of(Duration.ofSeconds(8), Duration.ofSeconds(16), USUAL);

  /// A trial waits this long for a request that is no dialogue.
  private static final Duration DIALOGUE_SPARED = Duration.ofSeconds(4);

  /// Clients make up the names of models, so the number of those we remember is bounded.
  private static final int TARGETS = 1_000;

  /// What stands for the trials of a cooldown that has none.
  private static final int NO_TRIAL = -1;

  /// A target that failed and has not answered since.
  ///
  /// @param until the end of its cooldown, which is past at once for what is forgiven
  /// @param trials how many trials have failed, or [#NO_TRIAL]
  /// @param trial who asks it now to see whether it is well again, or null
  private record State(long until, int trials, Visit trial) {
    State tried(Visit by) {
      return new State(until, trials, by);
    }
  }

  /// The standing of a target with a request.
  enum Standing {
    /// It may be asked.
    FREE,
    /// It may be asked by one request, for a trial.
    DUE,
    /// It is asked when nobody else is left.
    RESTING
  }

  private final Map<String, State> states = new ConcurrentHashMap<>();
  private final LongSupplier nanos;
  private final Budget budget;

  /// @param budget whoever it refuses rests, too
  Cooldown(LongSupplier nanos, Budget budget) {
    this.nanos = nanos;
    this.budget = budget;
  }

  /// Begins the visit of a request.
  ///
  /// @param dialogue whether the player waits for a line
  /// @param pictures whether the request holds any
  Visit visit(boolean dialogue, boolean pictures) {
    return new Visit(dialogue, pictures);
  }

  /// Ends every cooldown.
  void clear() {
    states.clear();
  }

  /// The targets as one request finds and leaves them. One thread.
  final class Visit {
    private final boolean dialogue;
    private final boolean pictures;
    private final Set<String> trials = new HashSet<>();

    private Visit(boolean dialogue, boolean pictures) {
      this.dialogue = dialogue;
      this.pictures = pictures;
    }

    Standing standing(Target target) {
      if (!target.provider().health().ready()) return Standing.RESTING;
      if (budget.refusal(target) != null) return Standing.RESTING;
      if (pictures && standing(states.get(forPictures(target))) != Standing.FREE) {
        return Standing.RESTING;
      }
      return standing(states.get(key(target)));
    }

    private Standing standing(State state) {
      if (state == null) return Standing.FREE;
      long over = nanos.getAsLong() - state.until;
      if (over < 0) return Standing.RESTING;
      if (state.trials == NO_TRIAL || state.trial == this) return Standing.FREE;
      return state.trial == null && !(dialogue && over < DIALOGUE_SPARED.toNanos())
          ? Standing.DUE : Standing.RESTING;
    }

    /// Whether the target may be asked now; if it is due, this request's is the trial.
    boolean take(Target target) {
      if (standing(target) == Standing.DUE) {
        State now = states.computeIfPresent(key(target),
            (_, state) -> standing(state) == Standing.DUE ? state.tried(this) : state);
        if (now != null && now.trial == this) trials.add(key(target));
      }
      return standing(target) == Standing.FREE;
    }

    /// Whether this request is the trial of the target.
    boolean tries(Target target) {
      return trials.contains(key(target));
    }

    void failed(Target target, Failure failure) {
      if (failure instanceof Failure.Unsuited unsuited && unsuited.pictures()) {
        states.put(forPictures(target), resting(LONGEST, NO_TRIAL));
      }
      if (!failure.blamesTarget()) {
        leave(target);
        return;
      }
      makeRoom();
      boolean trial = trials.remove(key(target));
      states.compute(key(target), (_, old) -> blamed(old, failure, trial));
    }

    void answered(Target target) {
      trials.remove(key(target));
      states.remove(key(target));
      if (pictures) states.remove(forPictures(target));
    }

    /// Leaves the target to another trial if this one showed nothing.
    void leave(Target target) {
      if (!trials.remove(key(target))) return;
      states.computeIfPresent(key(target),
          (_, state) -> state.trial == this ? state.tried(null) : state);
    }
  }

  private State blamed(State old, Failure failure, boolean trial) {
    Duration stated = stated(failure);
    if (stated != null) return resting(stated, NO_TRIAL);
    if (old == null && isForgiven(failure)) return resting(Duration.ZERO, NO_TRIAL);
    int trials = Math.max(0, old == null ? 0 : old.trials + (trial ? 1 : 0));
    return resting(UNTIL_TRIAL.get(Math.min(trials, UNTIL_TRIAL.size() - 1)), trials);
  }

  private State resting(Duration length, int trials) {
    return new State(nanos.getAsLong() + length.toNanos(), trials, null);
  }

  private void makeRoom() {
    long now = nanos.getAsLong();
    if (states.size() >= TARGETS) states.values().removeIf(state -> state.until - now <= 0);
    if (states.size() >= TARGETS) states.clear();
  }

  /// How long a failure itself says that its target is to be left alone, or null. What is not paid
  /// for and who is not known stays so for a while, and a trial might cost something.
  private static Duration stated(Failure failure) {
    Duration asked = failure.retryAfter();
    if (asked != null && !asked.isZero()) {
      return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
    return failure instanceof Failure.Unauthorized
        || failure instanceof Failure.Rejected rejected && rejected.status() == 402 ? USUAL : null;
  }

  private static boolean isForgiven(Failure failure) {
    return switch (failure) {
      case Failure.RateLimited _, Failure.Overloaded _, Failure.NotReady _,
          Failure.UnknownModel _, Failure.Rejected _ -> false;
      default -> true;
    };
  }

  private static String key(Target target) {
    return target.provider().name() + " " + target.model();
  }

  private static String forPictures(Target target) {
    return key(target) + " for pictures";
  }
}
