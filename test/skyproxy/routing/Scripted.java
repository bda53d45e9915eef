package skyproxy.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// A provider that does what it is told: says its model's id, or goes through a list of steps.
///
/// A step is an [Event], a [Failure] to be thrown, or a [Duration] to be silent for.
final class Scripted implements Provider {
  static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  static final Duration FOR_EVER = Duration.ofDays(1);

  private final String name;
  private final Map<String, Object[]> scripts = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  volatile Health.State state = Health.State.READY;
  volatile Limits limits = Limits.DEFAULT;

  Scripted(String name) {
    this.name = name;
  }

  Scripted on(String model, Object... steps) {
    scripts.put(model, steps);
    return this;
  }

  /// The models that were asked, in order.
  List<String> asked() {
    return List.copyOf(asked);
  }

  /// How many replies are open now.
  int openReplies() {
    return open.get();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Reply open(ChatRequest request) {
    asked.add(request.model());
    Object[] steps = scripts.getOrDefault(request.model(),
        new Object[] {new Event.Text(request.model()), END});
    if (steps.length == 1 && steps[0] instanceof Failure.NotReady failure) {
      throw new ChatException(failure);
    }
    open.incrementAndGet();
    return new Played(new ArrayDeque<>(Arrays.asList(steps)));
  }

  @Override
  public Health health() {
    return new Health(state, null, Json.Obj.builder().build());
  }

  @Override
  public List<Model> models() {
    return List.of();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  private final class Played implements Reply {
    private final ArrayDeque<Object> steps;
    private boolean closed;

    Played(ArrayDeque<Object> steps) {
      this.steps = steps;
    }

    @Override
    public Event next(Duration patience) {
      return switch (steps.peek()) {
        case null -> null;
        case Duration silence -> sleep(silence, patience);
        case Failure failure -> throw new ChatException(failure);
        default -> (Event) steps.poll();
      };
    }

    private Event sleep(Duration silence, Duration patience) {
      try {
        Duration now = silence.compareTo(patience) < 0 ? silence : patience;
        Thread.sleep(now);
        steps.poll();
        if (now != silence) steps.push(silence.minus(now));
        return Event.QUIET;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      if (!closed) open.decrementAndGet();
      closed = true;
    }
  }
}
