package skyproxy.openai;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// A reply that is asked for again as long as each refusal teaches something new and nothing has
/// been said.
///
/// What says nothing (who speaks, an empty text) is held back until something is said, so that a
/// refusal in the middle of a stream still counts; whoever reads this reply keeps it back anyway.
final class OpenAiReply implements Reply {
  private static final int REPEATS = 8;

  private final OpenAiProvider provider;
  private final ChatRequest request;
  private final Warmth.Visit visit;
  private final ArrayDeque<Event> ready = new ArrayDeque<>();
  private final List<Lesson> learned = new ArrayList<>();
  private Json.Obj body;
  private Reply current;
  private Refusal refusal;
  private ThoughtWatch thoughts;
  private Usage before = Usage.NONE;
  private int repeats;
  private boolean said;
  private boolean ended;

  /// @param visit what is to know of the first word and the end, or null
  OpenAiReply(OpenAiProvider provider, ChatRequest request, Warmth.Visit visit) {
    this.provider = provider;
    this.request = request;
    this.visit = visit;
    body = provider.body(request);
    send();
  }

  private void send() {
    refusal = null;
    thoughts = provider.watches(request) ? new ThoughtWatch() : null;
    current = provider.send(request, body, heard -> refusal = heard);
  }

  @Override
  public Event next(Duration patience) {
    if (said || ended) {
      Event held = ready.poll();
      return held != null || ended ? held : current.next(patience);
    }
    Event event;
    try {
      event = current.next(patience);
    } catch (ChatException e) {
      if (!again(lessons())) throw e;
      return Event.PULSE;
    }
    if (event instanceof Event.Idle) return event;
    if (event != null) return hold(event);
    if (thoughts != null && thoughts.nothingElse() && again(provider.thoughtsOff(request))) {
      return Event.PULSE;
    }
    ended = true;
    return ready.poll();
  }

  private Event hold(Event event) {
    boolean speaks = thoughts == null ? event.visible() : thoughts.speaks(event);
    if (thoughts == null || !thoughts.hides(event)) ready.add(event);
    if (!speaks) return Event.PULSE;
    said = true;
    if (visit != null && request.stream()) visit.spoke();
    provider.remember(request, learned);
    if (thoughts != null && thoughts.seen()) {
      provider.remember(request, provider.thoughtsOff(request));
    }
    return ready.poll();
  }

  private List<Lesson> lessons() {
    return refusal == null ? List.of() : provider.lessons(request, body, refusal);
  }

  /// Asks again, changed by some lessons; false when there are none, or it was asked often enough.
  private boolean again(List<Lesson> lessons) {
    if (lessons.isEmpty() || repeats == REPEATS) return false;
    repeats++;
    body = Lesson.applied(lessons, body);
    learned.addAll(lessons);
    if (repeats == REPEATS) leaveOutGuesses();
    // Whether an order was what was amiss is known once there is an answer.
    provider.remember(request,
        lessons.stream().filter(lesson -> !(lesson instanceof MessageOrder)).toList());
    before = untold().plus(ready.stream()
        .map(event -> event instanceof Chunk chunk ? chunk.usage() : null)
        .filter(Objects::nonNull).reduce(Usage.NONE, (_, last) -> last));
    ready.clear();
    current.close();
    send();
    return true;
  }

  /// The last try is made without what goes by another name that nobody has told.
  private void leaveOutGuesses() {
    for (Lesson lesson : learned) {
      if (lesson instanceof Lesson.Renamed(_, var to, var told) && !told) body = body.without(to);
    }
  }

  @Override
  public Usage untold() {
    return before.plus(current.untold());
  }

  @Override
  public void close() {
    ended = true;
    ready.clear();
    current.close();
    if (visit != null) visit.end();
  }
}
