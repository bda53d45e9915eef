package skyproxy.server;

import com.sun.net.httpserver.HttpHandler;
import java.util.List;
import skyproxy.routing.Router;
import skyproxy.settings.LiveSettings;
import skyproxy.stats.Stats;

/// The endpoints that every client may rely on.
public final class Endpoints {
  private Endpoints() {}

  /// All of them; the dashboard's own come besides.
  public static List<Endpoint> of(Router router, LiveSettings settings, Stats stats,
      String version) {
    ChatHandler chat = new ChatHandler(router, () -> settings.now().wholeWords(), stats);
    HttpHandler completions = exchange -> {
      byte[] body = RequestBody.read(exchange);
      if (body != null) {
        chat.handle(exchange, body);
      } else {
        exchange.getResponseHeaders().set("Connection", "close");
        RequestBody.refuse(exchange, RequestBody.tooLarge());
      }
    };
    ModelsHandler models = new ModelsHandler(router);
    return List.of(
        Endpoint.at("/v1/chat/completions").post(completions),
        Endpoint.at("/chat/completions").post(completions),
        Endpoint.at("/v1").post(completions), // what players type who know only the base URL
        Endpoint.at("/v1/models").andBelow().get(models),
        Endpoint.at("/models").andBelow().get(models),
        Endpoint.at("/config/openrouter-key").post(new ConfigHandler(settings)),
        Endpoint.at("/health").unguarded()
            .get(new HealthHandler(router, settings, version)),
        Endpoint.at("/stats").get(exchange -> JsonAnswer.send(exchange, stats.json())));
  }
}
