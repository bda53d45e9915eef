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
import skyproxy.chat.Speech;

/// The reply to a routed request: that of the first target that says something.
///
/// Until then failures lead on to the next target and only [Event#QUIET] comes out. What an
/// upstream sends before it says something (a role, blank space) is kept back and follows with
/// the first word.
public final class Routed implements Reply {
  /// An upstream that shows life but says nothing may take this many times its limit.
  private static final int LIVELY = 4;
  private static final Duration QUEUE = Duration.ofMinutes(5);

  private final ChatRequest request;
  private final ArrayDeque<Router.Step> left;
  private final Cooldown cooldown;
  private final Function<Provider, Turnstile> turnstiles;
  private final List<Attempt> attempts = new ArrayList<>();
  private final ArrayDeque<Event> ready = new ArrayDeque<>();
  private final ArrayDeque<Event> kept = new ArrayDeque<>();
  private Router.Step step;
  private Turnstile.Ticket ticket;
  private Reply reply;
  private Speech speech;
  private boolean committed;
  private boolean ended;
  private long startedAt;
  private long openedAt;
  private long lifeAt;

  Routed(ChatRequest request, List<Router.Step> steps, Cooldown cooldown,
      Function<Provider, Turnstile> turnstiles) {
    this.request = request;
    this.left = new ArrayDeque<>(steps);
    this.cooldown = cooldown;
    this.turnstiles = turnstiles;
  }

  /// The id of the model that answers; before the first event, of the one that is being asked.
  public String model() {
    return step == null ? request.model() : step.target().id();
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
    if (step == null) begin();
    long now = System.nanoTime();
    long limit = limitAt();
    if (now - limit >= 0) throw new ChatException(tooSlow());
    long wait = Math.min(deadline, limit) - now;
    if (reply == null) {
      admit(wait);
      return;
    }
    Event event = reply.next(Duration.ofNanos(Math.max(wait, 0)));
    if (event == Event.QUIET) return;
    lifeAt = System.nanoTime();
    if (event == null) end();
    else if (event != Event.PULSE) speech.accept(event, this::give);
  }

  private void begin() {
    step = left.poll();
    startedAt = System.nanoTime();
    ticket = turnstiles.apply(step.target().provider()).enter();
  }

  private void admit(long wait) {
    try {
      if (!ticket.await(Math.max(wait, 0))) return;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new ChatException(new Failure.Stopping("The proxy is stopping."), stopped);
    }
    openedAt = lifeAt = System.nanoTime();
    speech = new Speech(request.reasoning().shown());
    reply = step.target().provider().open(request.withModel(step.target().model()));
  }

  private long limitAt() {
    if (reply == null) return startedAt + QUEUE.toNanos();
    Limits limits = step.target().provider().limits();
    if (committed) return lifeAt + limits.silence().toNanos();
    long first = step.target().provider().firstEvent(request).toNanos();
    return Math.min(lifeAt + first, openedAt + LIVELY * first);
  }

  private Failure tooSlow() {
    String model = step.target().id();
    if (reply == null) return new Failure.TimedOut(model + " had no place free in time.");
    return new Failure.TimedOut(committed
        ? model + " went silent in the middle of its answer. Try again."
        : model + " did not begin to answer in time. Try again, or choose another model.");
  }

  private void give(Event event) {
    if (committed) {
      ready.add(event);
    } else if (event instanceof Event.Finish(var reason, _)) {
      throw new ChatException(empty(reason));
    } else {
      kept.add(event);
      if (Speech.says(event)) commit();
    }
  }

  private void commit() {
    committed = true;
    attempts.add(attempt(null));
    ready.addAll(kept);
    kept.clear();
  }

  private void end() {
    if (!committed) throw new ChatException(empty(FinishReason.STOP));
    cooldown.answered(step.target());
    ended = true;
    release();
  }

  private Failure empty(FinishReason reason) {
    String model = step.target().id();
    return switch (reason) {
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
      if (step.turn() != null) step.turn().giveBack();
    }
    cooldown.failed(step.target(), failure);
    if (committed || left.isEmpty() || !failure.letsNextTry()) {
      ended = true;
      throw attempts.size() < 2 || committed ? e : new ChatException(toldWhole(failure), e);
    }
    kept.clear();
    step = null;
  }

  /// A failure after others: the words of the last one, and what came before.
  private Failure toldWhole(Failure last) {
    StringBuilder words = new StringBuilder(last.message()).append(" Before that:");
    for (Attempt attempt : attempts.subList(0, attempts.size() - 1)) {
      words.append(' ').append(attempt.model()).append(": ").append(attempt.failure().message());
    }
    return last.withMessage(words.toString());
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
