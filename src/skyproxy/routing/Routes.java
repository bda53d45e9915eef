package skyproxy.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import skyproxy.chat.Provider;

/// The routing table: which model ids lead to which provider. Immutable.
///
/// The routes stand from the general to the particular: of several that take an id the last one
/// gets it, and what none takes goes to the first. In this order they are also shown.
///
/// @param defaultModel what an empty `model` means
/// @param aliases short names for model texts
/// @param jobs model texts by the name of a job
/// @param firstToken limits for the first word by the name of a job
/// @param routes at least one
public record Routes(String defaultModel, Map<String, String> aliases, Map<String, String> jobs,
    Map<String, Duration> firstToken, List<Route> routes) {

  /// The way to one provider.
  ///
  /// @param takes whether an id leads here
  /// @param strip what stands before the provider's own ids, `ollama:`; "" where nothing does
  public record Route(Provider provider, Predicate<String> takes, String strip) {
    private Target target(String id) {
      return new Target(id, provider, id.startsWith(strip) ? id.substring(strip.length()) : id);
    }
  }

  public Routes {
    aliases = Map.copyOf(aliases);
    jobs = Map.copyOf(jobs);
    firstToken = Map.copyOf(firstToken);
    routes = List.copyOf(routes);
    if (routes.isEmpty()) throw new IllegalArgumentException("there is no route");
    for (String name : aliases.keySet()) ModelText.check(name, aliases);
    checkAuto(defaultModel, aliases);
    for (String text : jobs.values()) checkAuto(text, aliases);
  }

  /// Refuses what would make `auto` lead back to itself.
  private static void checkAuto(String meaning, Map<String, String> aliases) {
    Map<String, String> with = new HashMap<>(aliases);
    with.put("auto", meaning);
    ModelText.check("auto", with);
  }

  /// All providers, in the order of their routes.
  public List<Provider> providers() {
    return routes.stream().map(Route::provider).distinct().toList();
  }

  /// The provider of this name.
  public Optional<Provider> provider(String name) {
    return routes.stream().map(Route::provider).filter(each -> each.name().equals(name))
        .findFirst();
  }

  /// Whether a model text names a model of this provider. What stands for other texts does not.
  public boolean names(String text, Provider provider) {
    return ModelText.ids(text).stream()
        .filter(id -> !id.equals("auto") && !aliases.containsKey(id))
        .anyMatch(id -> target(id).provider().equals(provider));
  }

  /// Where one id leads that is neither an alias nor `auto`.
  Target target(String id) {
    for (Route route : routes.reversed()) {
      if (route.takes.test(id)) return route.target(id);
    }
    return routes.getFirst().target(id);
  }
}
