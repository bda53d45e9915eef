package skyproxy.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import skyproxy.chat.Attempt;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.speech.ThoughtFilter;

/// The reply to a routed request: that of the first target that says something.
///
/// Until then failures lead on to the next target and only [Event#QUIET] comes out. What an
/// upstream sends before it says something (a role, blank space) is kept back and follows with
/// the first word; for a request that does not stream, everything is kept back to the end, since
/// the client has nothing before that either.
public final class FailoverReply implements Reply {
  /// An upstream that shows life but says nothing may take this many times its limit.
  private static final int LIVELY = 4;

  /// How long to wait for a place when there is nobody else to ask.
  private static final Duration QUEUE = Duration.ofMinutes(5);

  /// How long figures may follow the end of a reply on a connection that its server leaves open.
  private static final Duration AFTER_THE_END = Duration.ofSeconds(2);

  private final ChatRequest request;
  private final TargetOrder order;
  private final Cooldown cooldown;
  private final Function<Provider, Turnstile> turnstiles;
  private final List<Attempt> attempts = new ArrayList<>();
  private final ArrayDeque<Event> ready = new ArrayDeque<>();
  private final ArrayDeque<Event> kept = new ArrayDeque<>();
  private TargetOrder.Step step;
  private Turnstile.Ticket ticket;
  private Reply reply;
  private ThoughtFilter thoughts;
  private FinishReason finish;
  private boolean asked;
  private boolean spoke;
  private boolean answered;
  private boolean committed;
  private boolean ended;
  private long startedAt;
  private long toldAt;
  private long lifeAt;

  /// @param first the first step of `order`
  FailoverReply(ChatRequest request, TargetOrder.Step first, TargetOrder order, Cooldown cooldown,
      Function<Provider, Turnstile> turnstiles) {
    this.request = request;
    this.step = first;
    this.order = order;
    this.cooldown = cooldown;
    this.turnstiles = turnstiles;
  }

  /// The id of the model that answers; before the first event, of the one that is being asked.
  public String model() {
    return step.target().id();
  }

  /// The tries so far; the one that answers is the last.
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Event event = ready.poll();
      if (event != null) return event;
      if (ended) return null;
      try {
        advance(deadline);
      } catch (ChatException e) {
        failed(e);
      }
      // Also when much came that nobody is to see, such as thoughts: the sink wants its turn.
      boolean late = System.nanoTime() - deadline >= 0;
      if (late && ready.isEmpty() && !ended) return Event.QUIET;
    }
  }

  /// One step towards the next event, as far as the deadline lets it.
  private void advance(long deadline) {
    if (ticket == null) begin();
    long now = System.nanoTime();
    long limit = limitAt();
    if (now - limit >= 0) {
      if (!over()) throw new ChatException(tooSlow());
      end();
      return;
    }
    long wait = Math.max(0, Math.min(deadline - now, limit - now));
    if (reply == null) {
      admit(wait);
      return;
    }
    Event event = reply.next(Duration.ofNanos(wait));
    if (event == Event.QUIET) return;
    lifeAt = System.nanoTime();
    if (event == null) {
      end();
    } else if (event != Event.PULSE) {
      thoughts.accept(event, this::give);
      if (spoke) toldAt = lifeAt;
    }
  }

  private void begin() {
    asked = spoke = answered = false;
    finish = null;
    kept.clear();
    startedAt = System.nanoTime();
    ticket = turnstiles.apply(step.target().provider()).enter();
  }

  private void admit(long wait) {
    try {
      if (!ticket.await(wait)) return;
    } catch (InterruptedException stopped) {
      throw ChatException.stopping(stopped);
    }
    asked = true;
    toldAt = lifeAt = System.nanoTime();
    thoughts = new ThoughtFilter(request.reasoning().shown());
    reply = step.target().provider().open(request.withModel(step.target().model()));
  }

  /// Signs of life put the end off, but not for ever: comments alone are no answer.
  private long limitAt() {
    Provider provider = step.target().provider();
    if (reply == null) {
      Duration queue = order.mayHaveMore() ? provider.limits().firstToken() : QUEUE;
      return startedAt + queue.toNanos();
    }
    long patience = (spoke ? provider.limits().silence() : provider.firstEvent(request))
        .toNanos();
    if (over()) patience = Math.min(patience, AFTER_THE_END.toNanos());
    long quiet = lifeAt + patience;
    long idle = toldAt + LIVELY * patience;
    return quiet - idle < 0 ? quiet : idle;
  }

  /// Whether the client has seen why the reply ended: what may follow is figures only.
  private boolean over() {
    return committed && finish != null;
  }

  private Failure tooSlow() {
    String model = step.target().id();
    if (reply == null) return new Failure.TimedOut(model + " had no place free in time.");
    return new Failure.TimedOut(spoke
        ? model + " went silent in the middle of its answer. Try again."
        : model + " did not begin to answer in time. Try again, or choose another model.");
  }

  private void give(Event event) {
    answered = answered || event.answers();
    FinishReason reason = event.finishReason();
    if (reason != null) finish = reason;
    if (event instanceof Event.Finish && !answered) throw new ChatException(empty());
    if (committed) {
      ready.add(event);
      return;
    }
    kept.add(event);
    spoke = spoke || event.visible();
    if (spoke && request.stream()) commit();
  }

  private void commit() {
    committed = true;
    attempts.add(attempt(null));
    ready.addAll(kept);
    kept.clear();
  }

  private void end() {
    if (!answered) throw new ChatException(empty());
    if (!committed) commit();
    cooldown.answered(step.target());
    ended = true;
    release();
  }

  private Failure empty() {
    String model = step.target().id();
    return switch (finish == null ? FinishReason.STOP : finish) {
      case CONTENT_FILTER -> new Failure.Empty(
          model + " declined to answer. Change the prompt, or choose another model.", true);
      case LENGTH -> new Failure.Empty(model + " used up max_tokens before it said anything."
          + " Raise max_tokens, or turn reasoning off.", false);
      case STOP, TOOL_CALLS -> new Failure.Empty(
          model + " ended its answer without saying anything. Try again.", false);
    };
  }

  private Attempt attempt(Failure failure) {
    return new Attempt(step.target().id(), step.target().provider().name(), failure,
        Duration.ofNanos(System.nanoTime() - startedAt));
  }

  /// Leads on to the next target, or throws what the client shall see.
  private void failed(ChatException e) {
    Failure failure = e.failure();
    release();
    if (committed) {
      ended = true;
      attempts.set(attempts.size() - 1, attempt(failure));
    } else {
      attempts.add(attempt(failure));
      if (asked && step.turn() != null) step.turn().giveBack();
    }
    if (asked) cooldown.failed(step.target(), failure);
    TargetOrder.Step next = committed || !failure.letsNextTry() ? null : order.next();
    if (next == null) {
      ended = true;
      throw attempts.size() < 2 || committed ? e : new ChatException(toldWhole(failure), e);
    }
    step = next;
  }

  /// A failure after others: the words of the last one, and what came before.
  private Failure toldWhole(Failure last) {
    StringBuilder words = new StringBuilder(sentence(last)).append(" Before that:");
    for (Attempt attempt : attempts.subList(0, attempts.size() - 1)) {
      words.append(' ').append(attempt.model()).append(": ").append(sentence(attempt.failure()));
    }
    return last.withMessage(words.toString());
  }

  /// What an upstream says may end anyhow.
  private static String sentence(Failure failure) {
    return failure.message().matches("(?s).*[.!?…]") ? failure.message() : failure.message() + ".";
  }

  private void release() {
    if (reply != null) reply.close();
    reply = null;
    if (ticket != null) ticket.close();
    ticket = null;
  }

  @Override
  public void close() {
    ended = true;
    release();
  }
}
