package skyproxy.routing;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Provider;

/// Finds who answers a request. Any number of threads.
public final class Router {
  private final Rotation rotation = new Rotation();
  private final Cooldown cooldown;
  private final Map<Provider, Turnstile> turnstiles = new ConcurrentHashMap<>();
  private volatile Routes routes;

  public Router(Routes routes) {
    this(routes, System::nanoTime);
  }

  /// @param nanos the clock for cooldowns
  public Router(Routes routes, LongSupplier nanos) {
    this.routes = routes;
    cooldown = new Cooldown(nanos);
  }

  /// Puts another table in place, for all requests from now on. What failed may work now, so
  /// nobody has to rest any longer.
  public void update(Routes newer) {
    routes = newer;
    cooldown.forget();
    turnstiles.keySet().retainAll(newer.providers());
  }

  public Routes routes() {
    return routes;
  }

  /// Begins a reply. Never blocks; failures come out of its `next`.
  public Routed open(ChatRequest request) {
    Routes table = routes;
    String text = ModelText.ids(request.model()).isEmpty()
        ? table.defaultModel() : request.model();
    Plan plan = new Plan(text, meanings(table, request), table::target, rotation, this::fit);
    Plan.Step first = plan.next();
    if (first == null) {
      throw new ChatException(new Failure.UnknownModel(
          "'" + text + "' stands for no model. Check aliases and default_model."));
    }
    return new Routed(request, first, plan, cooldown, this::turnstile);
  }

  private boolean fit(Target target) {
    return !cooldown.rests(target) && target.provider().health().ready();
  }

  /// Aliases, and `auto`, which is one that the proxy brings along: it stands for what the player
  /// chose for the kind of work that the request is.
  private static Map<String, String> meanings(Routes table, ChatRequest request) {
    Map<String, String> meanings = new HashMap<>(table.aliases());
    String chosen = table.jobs().isEmpty() ? null : table.jobs().get(Job.of(request).wireName());
    meanings.put("auto", chosen == null ? table.defaultModel() : chosen);
    return meanings;
  }

  private Turnstile turnstile(Provider provider) {
    return turnstiles.computeIfAbsent(provider, p -> new Turnstile(p.limits().maxConcurrent()));
  }
}
