package skyproxy.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Json;

/// A provider whose replies are written down in the test. Steps of a script are events,
/// failures (thrown), semaphores (waited for), durations (of silence), runtime exceptions (thrown:
/// a bug), usages (counted, and told by no event) and [Step]s.
public final class ScriptedProvider implements Provider {
  /// A step that gives events until it gives null.
  public interface Step {
    Event next();
  }

  private final String name;
  private final Function<ChatRequest, List<Object>> script;
  private final Map<String, List<Object>> scripts = new ConcurrentHashMap<>();
  private final List<ChatRequest> requests = new CopyOnWriteArrayList<>();
  private final Semaphore closed = new Semaphore(0);
  private volatile Health.State state = Health.State.READY;
  private volatile Limits limits = Limits.DEFAULT;
  private volatile Duration queued = Duration.ZERO;
  private volatile List<UsageWindow> plan = List.of();
  private volatile Instant extraUntil;
  private final Map<String, Price> prices = new ConcurrentHashMap<>();

  public ScriptedProvider(String name, Function<ChatRequest, List<Object>> script) {
    this.name = name;
    this.script = script;
  }

  public static ScriptedProvider of(Object... steps) {
    return new ScriptedProvider("scripted", _ -> List.of(steps));
  }

  /// One whose models say their own ids.
  public static ScriptedProvider named(String name) {
    return new ScriptedProvider(name, request -> List.of(new Event.Text(request.model()),
        new Event.Finish(FinishReason.STOP, Usage.NONE)));
  }

  /// Gives one model a script of its own from now on.
  public ScriptedProvider on(String model, Object... steps) {
    scripts.put(model, List.of(steps));
    return this;
  }

  public ScriptedProvider with(Limits newLimits) {
    limits = newLimits;
    return this;
  }

  /// Lets all replies say that they waited so long for a place here.
  public ScriptedProvider queueing(Duration time) {
    queued = time;
    return this;
  }

  /// Gives one model a price.
  public ScriptedProvider costing(String model, Price price) {
    prices.put(model, price);
    return this;
  }

  /// Lets its plan stand so.
  public ScriptedProvider on(UsageWindow... windows) {
    plan = List.of(windows);
    return this;
  }

  /// Lets more than its plan be paid apart until then; null: no more.
  public ScriptedProvider beyondItsPlan(Instant until) {
    extraUntil = until;
    return this;
  }

  public ScriptedProvider in(Health.State newState) {
    state = newState;
    return this;
  }

  public List<ChatRequest> requests() {
    return List.copyOf(requests);
  }

  /// The models that were asked, in order.
  public List<String> asked() {
    return requests.stream().map(ChatRequest::model).toList();
  }

  /// A permit for each reply that was closed.
  public Semaphore closed() {
    return closed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Reply open(ChatRequest request) {
    requests.add(request);
    ArrayDeque<Object> left = new ArrayDeque<>(
        scripts.containsKey(request.model()) ? scripts.get(request.model())
            : script.apply(request));
    return new Reply() {
      private boolean ended;
      private Usage untold = Usage.NONE;

      @Override
      public Event next(Duration patience) {
        Object step = left.peek();
        try {
          if (step instanceof Semaphore gate) {
            if (!gate.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) return Event.QUIET;
            left.poll();
            return next(patience);
          }
          if (step instanceof Duration silence) {
            left.poll();
            boolean longer = silence.compareTo(patience) > 0;
            if (longer) left.push(silence.minus(patience));
            Thread.sleep(longer ? patience : silence);
            return Event.QUIET;
          }
        } catch (InterruptedException e) {
          throw ChatException.stopping(e);
        }
        if (step instanceof Step repeated) {
          Event event = repeated.next();
          if (event != null) return event;
          left.poll();
          return next(patience);
        }
        left.poll();
        if (step instanceof Usage counted) {
          untold = counted;
          return next(patience);
        }
        return switch (step) {
          case null -> null;
          case Event event -> event;
          case Failure failure -> throw new ChatException(failure);
          case RuntimeException bug -> throw bug;
          default -> throw new AssertionError("no step: " + step);
        };
      }

      @Override
      public Duration queued() {
        return queued;
      }

      @Override
      public Usage untold() {
        return untold;
      }

      @Override
      public void close() {
        if (!ended) closed.release();
        ended = true;
      }
    };
  }

  @Override
  public Health health() {
    return new Health(state, null, Json.Obj.builder().build());
  }

  @Override
  public List<Model> models() {
    return List.of(new Model(name + "-model", 0, name));
  }

  @Override
  public Price price(String model) {
    return prices.get(model);
  }

  @Override
  public List<UsageWindow> plan() {
    return plan;
  }

  @Override
  public Instant extraUsageUntil() {
    return extraUntil;
  }

  @Override
  public Limits limits() {
    return limits;
  }
}
