package skyproxy.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import skyproxy.chat.Attempt;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.speech.ThoughtFilter;

/// The reply of one target, from the queue for a place at its provider to its end.
///
/// Takes thoughts out, holds the target to its timeouts and refuses a reply that ends with nothing
/// said. [FailoverReply] makes one for each attempt and reads it on its own thread; of other
/// targets, and of what the client has seen, this class knows nothing.
final class TargetReply implements Reply {
  /// A target that shows life but nothing visible may take this many times its timeout.
  private static final int LIVELY = 4;

  /// How long figures may follow the end of a reply on a connection that its server leaves open.
  private static final Duration AFTER_THE_END = Duration.ofSeconds(2);

  /// How long what a reply begins with may be held back because it may be a thought.
  private static final Duration DOUBT = Duration.ofSeconds(4);

  /// More characters than any model writes in an answer.
  private static final int LONGEST = 16 << 20;

  /// The letters that a token has, roughly.
  private static final int LETTERS = 4;

  /// The stages of a reply, in their order.
  private enum Phase {
    /// It waits for a place.
    QUEUED,
    /// The target has been asked.
    ASKED,
    /// A first event has come that a client hears or sees.
    VISIBLE,
    /// All has come, or the reply was closed.
    FINISHED
  }

  private final ChatRequest request;
  private final Target target;
  private final Timeouts timeouts;
  private final Turnstile.Ticket ticket;
  private final Budget budget;
  private final UnopenedThoughts unopened;
  private final ThoughtFilter thoughts;
  private final ArrayDeque<Event> ready = new ArrayDeque<>();
  private final LongSupplier nanos;
  private final long startedAt;
  private Phase phase = Phase.QUEUED;
  private Reply reply;
  private FinishReason finishReason;
  private Usage counted = Usage.NONE;
  private boolean paid;
  private long letters;
  private boolean answered;
  private boolean lively;
  private long askedAt;
  private long visibleAt;
  private long lifeAt;
  private long length;
  private boolean doubts;
  private long doubtAt;

  /// Joins the queue.
  ///
  /// @param request as the client sent it
  /// @param turnstile that of the target's provider
  /// @param unopened which targets are known to begin inside a thought
  /// @param budget whether the target may be asked
  /// @param nanos the clock
  TargetReply(ChatRequest request, Target target, Turnstile turnstile, Timeouts timeouts,
      UnopenedThoughts unopened, Budget budget, LongSupplier nanos) {
    this.nanos = nanos;
    this.budget = budget;
    this.unopened = unopened;
    startedAt = nanos.getAsLong();
    this.request = request;
    this.target = target;
    this.timeouts = timeouts;
    thoughts = new ThoughtFilter(request.reasoning().shown(), unopened.expectedOf(target));
    ticket = turnstile.enter(request.purpose());
  }

  /// Whether the target has been asked; before that no failure is its own.
  boolean asked() {
    return phase != Phase.QUEUED;
  }

  /// Whether it has spent most of its time in the queues for a place, here and at the provider.
  boolean queuedMost() {
    return queued().multipliedBy(2).toNanos() > nanos.getAsLong() - startedAt;
  }

  /// Whether it has shown any sign of life.
  boolean lively() {
    return lively;
  }

  /// How long ago the target was asked.
  Duration sinceAsked() {
    return Duration.ofNanos(nanos.getAsLong() - askedAt);
  }

  /// This attempt, as it stands now.
  ///
  /// @param failure null when it answers
  /// @param leftOut how many messages of the client's request it was not sent
  Attempt attempt(Failure failure, int leftOut) {
    return new Attempt(target.answering(), target.provider().name(), failure,
        Duration.ofNanos(nanos.getAsLong() - startedAt), queued(), leftOut);
  }

  /// How long it waited for a place here, and then at the provider.
  @Override
  public Duration queued() {
    long here = (phase == Phase.QUEUED ? nanos.getAsLong() : askedAt) - startedAt;
    return Duration.ofNanos(here).plus(reply == null ? Duration.ZERO : reply.queued());
  }

  /// The next event; signs of life are none. Null once all has come and something was said.
  @Override
  public Event next(Duration patience) {
    long deadline = nanos.getAsLong() + patience.toNanos();
    while (true) {
      Event event = ready.poll();
      if (event != null) return event;
      if (phase == Phase.FINISHED) return null;
      advance(deadline);
      // Also when much came that nobody is to see, such as thoughts: the caller wants its turn.
      boolean late = nanos.getAsLong() - deadline >= 0;
      if (late && ready.isEmpty() && phase != Phase.FINISHED) return Event.QUIET;
    }
  }

  /// One step towards the next event, as far as the deadline lets it.
  private void advance(long deadline) {
    long now = nanos.getAsLong();
    long limit = limitAt();
    if (now - limit >= 0) {
      if (!over()) throw new ChatException(tooSlow());
      finish();
      return;
    }
    long wait = Math.max(0, Math.min(deadline - now, limit - now));
    if (doubts && thoughts.doubts()) {
      long left = doubtAt + DOUBT.toNanos() - now;
      if (left <= 0) {
        thoughts.letGo(this::give);
        return;
      }
      wait = Math.min(wait, left);
    }
    if (phase == Phase.QUEUED) {
      awaitPlace(wait);
    } else {
      read(reply.next(Duration.ofNanos(wait)));
    }
  }

  private void awaitPlace(long wait) {
    try {
      if (!ticket.await(wait)) return;
    } catch (InterruptedException stopped) {
      throw ChatException.stopping(stopped);
    }
    paid = target.provider().price(target.model()) != null;
    Failure refusal = budget.refusal(target);
    if (refusal != null) throw new ChatException(refusal);
    phase = Phase.ASKED;
    askedAt = visibleAt = lifeAt = nanos.getAsLong();
    reply = target.provider().open(request.withModel(target.model()));
  }

  private void read(Event event) {
    if (event == Event.QUIET) return;
    count(event);
    lifeAt = nanos.getAsLong();
    lively = true;
    if (event == null) {
      finish();
    } else if (event != Event.PULSE) {
      thoughts.accept(event, this::give);
      if (!doubts && thoughts.doubts()) {
        doubts = true;
        doubtAt = lifeAt;
      }
      if (phase == Phase.VISIBLE) visibleAt = lifeAt;
    }
  }

  /// Keeps the tokens that an event tells of: the last word counts. Of a reply that is paid for the
  /// letters are counted too, for who tells nothing.
  private void count(Event event) {
    if (paid) letters += letters(event);
    Usage now = switch (event) {
      case Event.Finish finish -> finish.usage();
      case Chunk chunk -> chunk.usage();
      case null, default -> null;
    };
    if (now != null && (now.total() > 0 || now.cost() != null)) counted = now;
  }

  private static long letters(Event event) {
    return switch (event) {
      case Event.Text text -> text.delta().length();
      case Chunk chunk -> chunk.text().length();
      case null, default -> 0;
    };
  }

  /// What a whole reply took, roughly, of whose tokens the upstream has said nothing.
  Usage estimate() {
    return new Usage(request.letters() / LETTERS, letters / LETTERS, 0, 0);
  }

  /// All tokens that the upstream has counted so far.
  Usage usage() {
    return reply == null ? counted : counted.plus(reply.untold());
  }

  private void give(Event event) {
    length += event.length();
    if (length > LONGEST) throw new ChatException(endless());
    answered = answered || event.answers();
    if (event.finishReason() != null) finishReason = event.finishReason();
    if (event instanceof Event.Finish && !answered) throw new ChatException(empty());
    if (event.visible()) phase = Phase.VISIBLE;
    ready.add(event);
  }

  private void finish() {
    if (!answered) throw new ChatException(empty());
    unopened.note(target, thoughts.hadBareEnd());
    close();
  }

  /// Signs of life put the end off, but not for ever: comments alone are no answer.
  private long limitAt() {
    if (phase == Phase.QUEUED) return startedAt + timeouts.place().toNanos();
    long patience =
        (phase == Phase.VISIBLE ? timeouts.silence() : timeouts.firstEvent()).toNanos();
    if (over()) patience = Math.min(patience, AFTER_THE_END.toNanos());
    long quiet = lifeAt + patience;
    long idle = visibleAt + LIVELY * patience;
    return quiet - idle < 0 ? quiet : idle;
  }

  /// Whether it has been said why the reply ended: what may follow is figures only.
  private boolean over() {
    return phase == Phase.VISIBLE && finishReason != null;
  }

  /// That it took longer than it has.
  Failure tooSlow() {
    Phase where = phase == Phase.ASKED && queuedMost() ? Phase.QUEUED : phase;
    return new Failure.TimedOut(target.id() + switch (where) {
      case QUEUED -> " had no place free in time.";
      case ASKED -> " did not begin to answer in time. Try again, or choose another model.";
      case VISIBLE, FINISHED -> nanos.getAsLong() - lifeAt < timeouts.silence().toNanos()
          ? " did not end its answer in time. Try again, or choose another model."
          : " went silent in the middle of its answer. Try again.";
    });
  }

  private Failure endless() {
    return new Failure.Garbled(
        target.id() + " answered without end. Try again, or choose another model.");
  }

  private Failure empty() {
    return switch (finishReason == null ? FinishReason.STOP : finishReason) {
      case CONTENT_FILTER -> new Failure.Empty(target.id()
          + " declined to answer. Change the prompt, or choose another model.", true);
      case LENGTH -> new Failure.Empty(target.id() + " used up max_tokens before it said anything."
          + " Raise max_tokens, or turn reasoning off.", false);
      case STOP, TOOL_CALLS -> new Failure.Empty(
          target.id() + " ended its answer without saying anything. Try again.", false);
    };
  }

  @Override
  public void close() {
    if (phase == Phase.QUEUED) askedAt = nanos.getAsLong();
    phase = Phase.FINISHED;
    if (reply != null) reply.close();
    ticket.close();
  }
}
