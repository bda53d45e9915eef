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
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;

/// The reply to a routed request: that of the first target that says something.
///
/// Until then failures lead on to the next target and only [Event#QUIET] comes out. What a target
/// sends before it says something (a role, blank space) is kept back and follows with the first
/// word; for a request that does not stream, everything is kept back to the end, since the client
/// has nothing before that either. [Router] makes it; one thread.
public final class FailoverReply implements Reply {
  private final ChatRequest request;
  private final TargetOrder order;
  private final Cooldown cooldown;
  private final Function<Provider, Turnstile> turnstiles;
  private final List<Attempt> attempts = new ArrayList<>();
  private final ArrayDeque<Event> kept = new ArrayDeque<>();
  private TargetOrder.Step step;
  private TargetReply reply;
  private Duration queued = Duration.ZERO;
  private boolean committed;
  private boolean ended;

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

  /// How long all targets together kept it waiting for places; known once it is closed.
  @Override
  public Duration queued() {
    return queued;
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      if (committed && !kept.isEmpty()) return kept.poll();
      if (ended) return null;
      try {
        if (reply == null) reply = begin();
        Event event = reply.next(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
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
      boolean late = System.nanoTime() - deadline >= 0;
      if (late && !committed) return Event.QUIET;
    }
  }

  private TargetReply begin() {
    Provider provider = step.target().provider();
    return new TargetReply(request, step.target(), turnstiles.apply(provider),
        Timeouts.of(provider, request, order.mayHaveMore()));
  }

  private void keep(Event event) {
    kept.add(event);
    if (event.visible() && request.stream()) commit();
  }

  /// From here on no other target can take over.
  private void commit() {
    committed = true;
    attempts.add(reply.attempt(null));
  }

  private void end() {
    if (!committed) commit();
    cooldown.answered(step.target());
    ended = true;
  }

  /// Leads on to the next target, or throws what the client shall see.
  private void failed(ChatException e) {
    Failure failure = e.failure();
    Attempt attempt = reply.attempt(failure);
    boolean asked = reply.asked();
    release();
    if (committed) {
      attempts.set(attempts.size() - 1, attempt);
    } else {
      attempts.add(attempt);
      if (asked && step.turn() != null) step.turn().giveBack();
    }
    if (asked) cooldown.failed(step.target(), failure);
    TargetOrder.Step next = committed || !failure.letsNextTry() ? null : order.next();
    if (next == null) {
      ended = true;
      throw attempts.size() < 2 || committed ? e : new ChatException(withHistory(failure), e);
    }
    step = next;
    kept.clear();
  }

  /// A failure after others: the words of the last one, and what came before.
  private Failure withHistory(Failure last) {
    StringBuilder words = new StringBuilder(sentence(last)).append(" Before that:");
    for (Attempt attempt : attempts.subList(0, attempts.size() - 1)) {
      words.append(' ').append(attempt.model()).append(": ").append(sentence(attempt.failure()));
    }
    return last.withMessage(words.toString());
  }

  /// The words of an upstream may end anyhow.
  private static String sentence(Failure failure) {
    return failure.message().matches("(?s).*[.!?…]") ? failure.message() : failure.message() + ".";
  }

  private void release() {
    if (reply == null) return;
    reply.close();
    queued = queued.plus(reply.queued());
    reply = null;
  }

  @Override
  public void close() {
    ended = true;
    kept.clear();
    release();
  }
}
