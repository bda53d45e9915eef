package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;

/// `GET /v1/models`: what can be asked for now; `GET /v1/models/ID`: one of it.
/// https://platform.openai.com/docs/api-reference/models
final class ModelsHandler implements HttpHandler {
  private static final Duration FIRST = Duration.ofMillis(1_500);

  private final Router router;
  private final long created = System.currentTimeMillis() / 1000;

  ModelsHandler(Router router) {
    this.router = router;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Map<String, Model> models = models();
    String id = id(exchange.getRequestURI().getPath());
    if (id.isEmpty()) {
      JsonAnswer.send(exchange, 200, Json.Obj.builder().put("object", "list").put("data",
          new Json.Arr(models.values().stream().map(one -> (Json) json(one)).toList())).build());
    } else if (models.containsKey(id)) {
      JsonAnswer.send(exchange, 200, json(models.get(id)));
    } else {
      ErrorBody.invalid(404, "model_not_found",
          "There is no model '" + id + "'. GET /v1/models lists those there are.", "model")
          .send(exchange);
    }
  }

  /// Ids hold slashes, plain ones or `%2F`.
  private static String id(String path) {
    return Endpoint.plain(path).replaceFirst("^(/v1)?/models/?", "");
  }

  /// Lists that were never there are waited for, all of them together [#FIRST] at the most.
  private Map<String, Model> models() {
    Routes routes = router.routes();
    Map<String, Model> models = new LinkedHashMap<>();
    List<Provider> usable = routes.providers().stream()
        .filter(each -> each.health().state() != Health.State.UNAVAILABLE).toList();
    usable.forEach(Provider::models);
    long deadline = System.nanoTime() + FIRST.toNanos();
    for (Provider provider : usable) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      for (Model model : provider.models(left)) models.putIfAbsent(model.id(), model);
    }
    models.putIfAbsent("auto", new Model("auto", created, "skyrimnet-proxy"));
    for (String alias : routes.aliases().keySet().stream().sorted().toList()) {
      models.put(alias, new Model(alias, created, "skyrimnet-proxy"));
    }
    return models;
  }

  private static Json.Obj json(Model model) {
    return Json.Obj.builder().put("id", model.id()).put("object", "model")
        .put("created", model.created()).put("owned_by", model.ownedBy()).build();
  }
}
