package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.List;
import skyproxy.chat.Health;
import skyproxy.chat.UsageWindow;
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
    JsonAnswer.send(exchange, 200, Json.Obj.builder()
        .put("status", status(routes))
        .put("version", version)
        .put("uptime_seconds", (System.nanoTime() - started) / 1_000_000_000)
        .put("claude", details(routes, "claude"))
        .put("codex", details(routes, "codex"))
        .put("openrouter_configured", settings.now().openRouter().apiKey() != null)
        .build());
  }

  private static Json.Obj details(Routes routes, String provider) {
    return routes.provider(provider).map(each ->
            each.health().details().with("windows", UsageWindow.json(each.plan()))
                .with("notes", Json.Arr.ofStrings(each.notes())))
        .orElseGet(() -> Json.Obj.builder().build());
  }

  /// The demo always answers, so it says nothing about whether the player is set up.
  private static String status(Routes routes) {
    List<Health.State> states = routes.providers().stream()
        .filter(each -> !each.name().equals("demo")).map(each -> each.health().state()).toList();
    if (states.contains(Health.State.READY)) return "healthy";
    return states.contains(Health.State.WARMING) ? "warming_up" : "unconfigured";
  }
}
