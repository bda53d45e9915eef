package skyproxy.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
  Router(Routes routes, LongSupplier nanos) {
    this.routes = routes;
    cooldown = new Cooldown(nanos);
  }

  /// Puts another table in place, for all requests from now on.
  public void update(Routes newer) {
    routes = newer;
    turnstiles.keySet().removeIf(provider -> !newer.servers().containsValue(provider)
        && provider != newer.claude() && provider != newer.codex()
        && provider != newer.openRouter() && provider != newer.demo());
  }

  public Routes routes() {
    return routes;
  }

  /// Begins a reply. Never blocks; failures come out of its `next`.
  public Routed open(ChatRequest request) {
    Routes table = routes;
    String text = ModelText.ids(request.model()).isEmpty()
        ? table.defaultModel() : request.model();
    List<ModelText.Choice> order =
        new ModelText(meanings(table, request), rotation::next).order(text);
    if (order.isEmpty()) {
      throw new ChatException(new Failure.UnknownModel(
          "'" + request.model() + "' stands for no model. Check aliases and default_model."));
    }
    List<Step> steps = new ArrayList<>();
    List<Step> resting = new ArrayList<>();
    for (ModelText.Choice choice : order) {
      Step step = new Step(table.target(choice.id()), choice.turn());
      boolean fit = step.target().provider().health().ready() && !cooldown.rests(step.target());
      (fit ? steps : resting).add(step);
    }
    steps.addAll(resting);
    return new Routed(request, steps, cooldown, this::turnstile);
  }

  /// Aliases, and `auto`, which is one that the proxy brings along: it stands for what the player
  /// chose for the kind of work that the request is.
  private static Map<String, String> meanings(Routes table, ChatRequest request) {
    Map<String, String> meanings = new HashMap<>(table.aliases());
    String chosen = table.jobs().isEmpty() ? null : table.jobs().get(Job.of(request).wireName());
    meanings.put("auto", chosen == null ? table.defaultModel() : chosen);
    return meanings;
  }

  /// A target and the turn that put it in its place.
  record Step(Target target, Rotation.Turn turn) {}

  private Turnstile turnstile(Provider provider) {
    return turnstiles.computeIfAbsent(provider, p -> new Turnstile(p.limits().maxConcurrent()));
  }
}
