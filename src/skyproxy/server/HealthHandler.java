package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.Health;
import skyproxy.chat.Provider;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.settings.LiveSettings;

/// `GET /health`: that the proxy serves, and with whom.
final class HealthHandler implements HttpHandler {
  private final Router router;
  private final LiveSettings settings;
  private final String version;
  private final long started = System.nanoTime();

  HealthHandler(Router router, LiveSettings settings, String version) {
    this.router = router;
    this.settings = settings;
    this.version = version;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Routes routes = router.routes();
    JsonAnswer.send(exchange, Json.Obj.builder()
        .put("status", status(routes))
        .put("version", version)
        .put("uptime_seconds", (System.nanoTime() - started) / 1_000_000_000)
        .put("claude", routes.claude().health().details())
        .put("codex", routes.codex().health().details())
        .put("openrouter_configured", settings.now().openRouter().apiKey() != null)
        .build());
  }

  /// The demo always answers, so it says nothing about whether the player is set up.
  private static String status(Routes routes) {
    List<Provider> real = new ArrayList<>(routes.servers().values());
    real.addAll(List.of(routes.claude(), routes.codex(), routes.openRouter()));
    List<Health.State> states = real.stream().map(each -> each.health().state()).toList();
    if (states.contains(Health.State.READY)) return "healthy";
    return states.contains(Health.State.WARMING) ? "warming_up" : "unconfigured";
  }
}
