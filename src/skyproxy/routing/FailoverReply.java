package skyproxy.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import skyproxy.chat.Attempt;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Cost;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;

/// The reply to a routed request: that of the first target that says something.
///
/// Until then failures lead on to the next target and only [Event#QUIET] comes out. What a target
/// sends before it says something (a role, blank space) is kept back and follows with the first
/// word; for a request that does not stream, everything is kept back to the end, since the client
/// has nothing before that either. [Router] makes it; one thread.
///
/// A target gets one second try where that costs the player nothing: [SecondTry]. When the prompt
/// is too long for all of them, one is asked again with a [Shortening] of it.
public final class FailoverReply implements Reply {
  private static final int SHORTENINGS = 2;

  private final ChatRequest request;
  private final TargetOrder order;
  private final Cooldown.Visit visit;
  private final FirstWord firstWord;
  private final Function<Provider, Turnstile> turnstiles;
  private final UnopenedThoughts unopened;
  private final Budget budget;
  private final LongSupplier nanos;
  private final CompletableFuture<Void> over;
  private final List<Attempt> attempts = new ArrayList<>();
  private final ArrayDeque<Event> kept = new ArrayDeque<>();
  private final long arrivedAt;
  private TargetOrder.Step step;
  private SecondTry secondTry;
  private boolean later;
  private long beginAt;
  private TargetReply reply;
  private boolean settled;
  private Usage usage = Usage.NONE;
  private Cost cost;
  private double windowPercent;
  private boolean lively;
  private long limitAt;
  private Duration queued = Duration.ZERO;
  private Shortening shorter;
  private int shortenings;
  private TargetOrder.Step tooSmall;
  private Failure.TooLong tooLong;
  private Failure.TooLong whole;
  private boolean committed;
  private boolean ended;

  /// @param first the first step of `order`
  /// @param budget who may be asked, and where what they cost is counted
  /// @param nanos the clock
  /// @param over completed when it is closed
  FailoverReply(ChatRequest request, TargetOrder.Step first, TargetOrder order,
      Cooldown.Visit visit, FirstWord firstWord, Function<Provider, Turnstile> turnstiles,
      UnopenedThoughts unopened, Budget budget, LongSupplier nanos,
      CompletableFuture<Void> over) {
    this.request = request;
    this.over = over;
    this.budget = budget;
    this.order = order;
    this.visit = visit;
    this.firstWord = firstWord;
    this.turnstiles = turnstiles;
    this.unopened = unopened;
    this.nanos = nanos;
    arrivedAt = nanos.getAsLong();
    turnTo(first);
  }

  private void turnTo(TargetOrder.Step next) {
    step = next;
    beginAt = nanos.getAsLong();
    secondTry = new SecondTry(
        beginAt, next.target().provider().limits().firstTokenOrUsual());
    kept.clear();
  }

  /// The id of the model that answers; before the first event, of the one that is being asked.
  public String model() {
    return step.target().answering();
  }

  /// The tries so far; the one that answers is the last.
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  /// The tokens of the target that was asked last, of those that have counted any; known once this
  /// is closed.
  public Usage usage() {
    return usage;
  }

  /// What all tries together cost, null where nothing is paid or nothing is known; known once this
  /// is closed.
  public Cost cost() {
    return cost;
  }

  /// By how much the window of a plan has filled up, in percent; known once this is closed.
  public double windowPercent() {
    return windowPercent;
  }

  /// How long all targets together kept it waiting for places; known once it is closed.
  @Override
  public Duration queued() {
    return queued;
  }

  @Override
  public Event next(Duration patience) {
    long deadline = nanos.getAsLong() + patience.toNanos();
    while (true) {
      if (committed && !kept.isEmpty()) return kept.poll();
      if (ended) return null;
      try {
        Event event = committed ? reply.next(until(deadline)) : undecided(deadline);
        if (event == null) {
          end();
        } else if (committed) {
          return event;
        } else if (event != Event.QUIET) {
          keep(event);
        }
      } catch (ChatException e) {
        failed(e);
      }
      boolean late = nanos.getAsLong() - deadline >= 0;
      if (late && !committed) return Event.QUIET;
    }
  }

  /// What the target that was asked last has said and nobody has been given, for who makes do with
  /// a part when the reply has failed.
  public List<Event> unsent() {
    return List.copyOf(kept);
  }

  private Duration until(long then) {
    return Duration.ofNanos(Math.max(0, then - nanos.getAsLong()));
  }

  /// The next event while another target could still take over.
  private Event undecided(long deadline) {
    if (reply == null && !begins(deadline)) return Event.QUIET;
    if (!lively && reply.lively()) {
      lively = true;
      limitAt = limitAt();
    }
    boolean late = nanos.getAsLong() - limitAt >= 0;
    if (late && order.hasFree()) throw new ChatException(reply.tooSlow());
    return reply.next(until(late || deadline - limitAt < 0 ? deadline : limitAt));
  }

  /// Asks the target, once it is time.
  private boolean begins(long deadline) {
    if (nanos.getAsLong() - beginAt < 0) {
      try {
        Thread.sleep(until(beginAt - deadline < 0 ? beginAt : deadline));
      } catch (InterruptedException stopped) {
        throw ChatException.stopping(stopped);
      }
      if (nanos.getAsLong() - beginAt < 0) return false;
    }
    Provider provider = step.target().provider();
    reply = new TargetReply(asked(), step.target(), turnstiles.apply(provider),
        Timeouts.of(provider, request, order.mayHaveMore()), unopened, budget, nanos);
    settled = false;
    lively = false;
    limitAt = limitAt();
    return true;
  }

  /// What the targets are asked.
  private ChatRequest asked() {
    return shorter == null ? request : shorter.request();
  }

  /// When the target has had its time, as long as somebody else could speak.
  private long limitAt() {
    Limits limits = step.target().provider().limits();
    if (visit.tries(step.target())) return secondTry.since() + firstWord.onTrial(limits).toNanos();
    Duration time = later ? firstWord.later(limits) : firstWord.first(limits);
    if (lively) time = firstWord.thinking(time);
    return (later ? secondTry.since() : arrivedAt) + time.toNanos();
  }

  private void keep(Event event) {
    kept.add(event);
    if (event.visible() && request.stream()) commit();
  }

  /// From here on no other target can take over.
  private void commit() {
    committed = true;
    attempts.add(attempt(null));
  }

  private Attempt attempt(Failure failure) {
    return reply.attempt(failure, shorter == null ? 0 : shorter.leftOut());
  }

  private void end() {
    if (!committed) commit();
    settle(true);
    visit.answered(step.target());
    ended = true;
  }

  /// Leads on to the next try, or throws what the client shall see.
  private void failed(ChatException e) {
    Failure failure = e.failure();
    if (reply == null) {
      ended = true;
      throw e;
    }
    if (committed) {
      attempts.set(attempts.size() - 1, attempt(failure));
      visit.failed(step.target(), failure);
      ended = true;
      release();
      throw e;
    }
    attempts.add(attempt(failure));
    boolean asked = reply.asked() && !(failure instanceof Failure.TimedOut && reply.queuedMost());
    Duration took = reply.sinceAsked();
    release();
    if (asked && kept.isEmpty() && secondTry.atOnce(failure, took)) return;
    TargetOrder.Step next = failure.letsNextTry() ? order.next() : null;
    if (next == null && asked && waits(failure)) return;
    leave(failure, asked);
    if (next != null) {
      later = true;
      turnTo(next);
    } else if (!failure.letsNextTry() || !shortens()) {
      ended = true;
      throw attempts.size() < 2 && !(failure instanceof Failure.TooLong) ? e
          : new ChatException(told(failure), e);
    }
  }

  /// Whether the target, the last one, is asked again after a while.
  private boolean waits(Failure failure) {
    long now = nanos.getAsLong();
    Duration pause = secondTry.afterwards(failure, now);
    if (pause == null) return false;
    beginAt = now + pause.toNanos();
    kept.clear();
    return true;
  }

  private void leave(Failure failure, boolean asked) {
    if (failure instanceof Failure.TooLong refusal) {
      if (whole == null) whole = refusal;
      tooLong = refusal;
      tooSmall = step;
    }
    if (!asked) {
      visit.leave(step.target());
      return;
    }
    visit.failed(step.target(), failure);
    if (step.turn() != null) step.turn().giveBack();
  }

  /// Turns to the last one that the prompt was too long for, with less of it.
  private boolean shortens() {
    if (tooLong == null || shortenings++ == SHORTENINGS) return false;
    Shortening next = Shortening.of(asked(), tooLong);
    if (next == null) return false;
    shorter = shorter == null ? next : next.and(shorter);
    tooLong = null;
    turnTo(new TargetOrder.Step(tooSmall.target(), null));
    return true;
  }

  /// The words of the last failure, and what came before it.
  private Failure told(Failure last) {
    Failure failure = last instanceof Failure.TooLong refusal
        ? Shortening.explained(refusal, whole, request) : last;
    String ours = told(attempts.getLast());
    SequencedSet<String> before = new LinkedHashSet<>();
    for (Attempt attempt : attempts) before.add(told(attempt));
    before.remove(ours);
    return before.isEmpty() ? failure : failure.withMessage(
        sentence(failure) + " Before that: " + String.join(" ", before));
  }

  private static String told(Attempt attempt) {
    return attempt.model() + ": " + sentence(attempt.failure());
  }

  /// The words of an upstream may end anyhow.
  private static String sentence(Failure failure) {
    return failure.message().matches("(?s).*[.!?…]") ? failure.message() : failure.message() + ".";
  }

  /// Counts what the target's reply cost, once, before anybody hears of its end.
  ///
  /// @param whole whether it came to its end
  private void settle(boolean whole) {
    if (settled) return;
    settled = true;
    Usage counted = reply.usage();
    boolean told = !counted.equals(Usage.NONE);
    if (told) usage = counted;
    windowPercent += budget.drawn(step.target().provider());
    if (!told && !whole) return;
    cost = Cost.sum(cost, budget.charge(step.target(), request.purpose().job(),
        told ? counted : reply.estimate(), told && whole));
  }

  private void release() {
    if (reply == null) return;
    settle(false);
    reply.close();
    queued = queued.plus(reply.queued());
    reply = null;
  }

  @Override
  public void close() {
    if (!ended) visit.leave(step.target());
    ended = true;
    kept.clear();
    try {
      release();
    } finally {
      over.complete(null);
    }
  }
}
