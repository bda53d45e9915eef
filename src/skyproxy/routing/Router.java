package skyproxy.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Provider;
import skyproxy.chat.Purpose;
import skyproxy.chat.Urgency;
import skyproxy.chat.Waiting;
import skyproxy.threads.Threads;
import skyproxy.upstream.Readiness;

/// Opens the reply to a request, at the targets that its `model` text stands for. Any number of
/// threads.
public final class Router {
  /// Without requests for so long, the game is not running.
  static final Duration PAUSE = Readiness.USUAL;

  private final Rotation rotation = new Rotation();
  private final LongSupplier nanos;
  private final Budget budget;
  private final Cooldown cooldown;
  private final UnopenedThoughts unopened = new UnopenedThoughts();
  private final Map<Provider, Turnstile> turnstiles = new ConcurrentHashMap<>();
  private final Set<CompletableFuture<Void>> open = ConcurrentHashMap.newKeySet();
  private volatile Routes routes;
  private volatile Runnable afterPause = () -> { };
  private volatile long calledAt;

  public Router(Routes routes) {
    this(routes, System::nanoTime);
  }

  /// @param nanos the clock for cooldowns, limits and queues
  public Router(Routes routes, LongSupplier nanos) {
    this(routes, nanos, Budget.none());
  }

  /// @param nanos the clock for cooldowns, limits and queues
  /// @param budget what may be spent, and what has been
  public Router(Routes routes, LongSupplier nanos, Budget budget) {
    this.routes = routes;
    this.nanos = nanos;
    calledAt = nanos.getAsLong();
    this.budget = budget;
    cooldown = new Cooldown(nanos, budget);
  }

  /// Puts another table in place, for all requests from now on. What failed may work now, so
  /// every cooldown ends. Where a provider has other places than before, requests that hold or
  /// wait for one do not count among the new ones.
  public void update(Routes newer) {
    routes = newer;
    cooldown.clear();
    turnstiles.entrySet().removeIf(each -> !newer.providers().contains(each.getKey())
        || each.getValue().places() != each.getKey().limits().maxConcurrent());
  }

  public Routes routes() {
    return routes;
  }

  /// Sets what is done in the background when a request comes after [#PAUSE] without any.
  public void afterPause(Runnable again) {
    afterPause = again;
  }

  private void called() {
    long now = nanos.getAsLong();
    if (now - calledAt > PAUSE.toNanos()) Threads.named("after a pause").start(afterPause);
    calledAt = now;
  }

  /// Does something once all replies that are open now are closed: until then they may turn to any
  /// provider that there was when they began.
  public void whenOpenOnesEnd(Runnable then) {
    CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).thenRun(then);
  }

  /// Begins a reply. Never blocks; failures come out of its `next`.
  public FailoverReply open(ChatRequest request) {
    called();
    CompletableFuture<Void> over = new CompletableFuture<>();
    open.add(over); // before it is known which providers it may turn to
    over.thenRun(() -> open.remove(over));
    try {
      return open(request, over);
    } catch (RuntimeException refused) {
      over.complete(null);
      throw refused;
    }
  }

  private FailoverReply open(ChatRequest request, CompletableFuture<Void> over) {
    Routes table = routes;
    String text = ModelText.ids(request.model()).isEmpty()
        ? table.defaultModel() : request.model();
    Purpose purpose = request.purpose();
    Job timedAs = purpose.timedAs();
    Cooldown.Visit visit =
        cooldown.visit(purpose.urgency() == Urgency.DIALOGUE, request.hasPictures());
    TargetOrder order = new TargetOrder(
        text, meanings(table, request), table::target, rotation, visit);
    TargetOrder.Step first = order.next();
    if (first == null) {
      throw new ChatException(new Failure.UnknownModel(
          "'" + text + "' stands for no model. Check aliases and default_model."));
    }
    FirstWord firstWord =
        new FirstWord(request, timedAs, table.firstToken().get(timedAs.wireName()));
    return new FailoverReply(request, first, order, visit, firstWord, this::turnstile, unopened,
        budget, nanos, over);
  }

  /// The limits on what may be spent, as they stand.
  public List<Budget.Limit> limits() {
    return budget.limits(routes.providers());
  }

  /// The requests that wait for a place now.
  public List<Waiting> waiting() {
    List<Waiting> all = new ArrayList<>();
    for (Provider provider : routes.providers()) {
      Turnstile turnstile = turnstiles.get(provider);
      if (turnstile != null) all.addAll(turnstile.waiting(provider.name()));
      all.addAll(provider.waiting());
    }
    return all;
  }

  /// Aliases, and `auto`, which is one that the proxy brings along: it stands for what the player
  /// chose for the kind of work that the request is.
  private static Map<String, String> meanings(Routes table, ChatRequest request) {
    Map<String, String> meanings = new HashMap<>(table.aliases());
    String chosen = table.jobs().get(request.purpose().job().wireName());
    meanings.put("auto", chosen == null ? table.defaultModel() : chosen);
    return meanings;
  }

  private Turnstile turnstile(Provider provider) {
    return turnstiles.computeIfAbsent(provider,
        p -> new Turnstile(p.limits().maxConcurrent(), nanos));
  }
}
