package skyproxy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Provider;
import skyproxy.claude.ClaudeProvider;
import skyproxy.codex.CodexProvider;
import skyproxy.demo.DemoProvider;
import skyproxy.json.Json;
import skyproxy.openai.OpenAiProvider;
import skyproxy.openai.OpenRouter;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.server.Endpoint;
import skyproxy.server.Endpoints;
import skyproxy.server.Guard;
import skyproxy.server.ProxyServer;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;
import skyproxy.stats.Stats;
import skyproxy.upstream.Subprocess;

/// Puts the parts together and takes them apart again: the one file that names every vendor.
final class Wiring implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wiring.class.getName());
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ProxyServer server;
  private final Provider demo = new DemoProvider();
  private final ClaudeProvider claude;
  private final Provider codex;
  private final Provider openRouter;
  private final Map<Settings.Server, Provider> servers = new HashMap<>();
  private final Router router;

  /// Takes the port first, so that nothing has been started when it can't be had.
  ///
  /// @throws IOException when the port can't be had
  /// @throws SettingsException when the settings can't work together
  Wiring(LiveSettings live, String version) throws IOException, SettingsException {
    live.check(this::check);
    Settings settings = live.now();
    server = ProxyServer.bind(settings.listen().addresses(), settings.listen().port());
    claude = claude(live);
    codex = codex(live);
    openRouter = openRouter(live);
    router = new Router(routes(settings));
    live.onChange(changed -> {
      claude.use(changed.claude().mode());
      router.update(routes(changed));
    });
    List<Endpoint> endpoints = new ArrayList<>(Endpoints.of(router, live, new Stats(), version));
    endpoints.add(Endpoint.at("/").unguarded().get(Wiring::welcome));
    server.start(new Guard(live::now), endpoints);
  }

  private static ClaudeProvider claude(LiveSettings live) {
    Settings.Claude settings = live.now().claude();
    return new ClaudeProvider(new ClaudeProvider.Setup(settings.mode(), settings.program(),
        () -> live.now().claude().apiKey(), settings.url(), live.now().defaultModel(),
        settings.limits()));
  }

  private static Provider codex(LiveSettings live) {
    Settings.Codex codex = live.now().codex();
    return new CodexProvider(codex.program() == null ? CodexProvider.OFF : codex.program(),
        codex.home(), live.userFolder().resolve("codex"), codex.limits());
  }

  private Provider openRouter(LiveSettings live) {
    Settings.OpenRouter settings = live.now().openRouter();
    return OpenRouter.provider(
        settings.url(), () -> live.now().openRouter().apiKey(), settings.limits());
  }

  private static Provider server(Settings.Server settings) {
    return OpenAiProvider.configured(settings.name(), settings.baseUrl(), settings.apiKey(),
        settings.models(), settings.drop(), settings.limits());
  }

  /// Tries the table for these settings, before anything depends on it.
  private void check(Settings settings) {
    new Routes(settings.defaultModel(), settings.aliases(), settings.jobs(),
        demo, demo, demo, demo, Map.of());
  }

  /// Servers that stay as they are keep their connections; those that are gone are closed.
  private synchronized Routes routes(Settings settings) {
    Map<String, Provider> byName = new HashMap<>();
    for (Settings.Server each : settings.servers()) {
      byName.put(each.name(), servers.computeIfAbsent(each, Wiring::server));
    }
    servers.entrySet().removeIf(entry -> {
      boolean gone = !settings.servers().contains(entry.getKey());
      if (gone) entry.getValue().close();
      return gone;
    });
    return new Routes(settings.defaultModel(), settings.aliases(), settings.jobs(), demo, claude,
        codex, openRouter, byName);
  }

  private static void welcome(HttpExchange exchange) throws IOException {
    byte[] page = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>SkyrimNet Proxy</title>
        <h1>SkyrimNet Proxy</h1>
        <p>It runs. In SkyrimNet, enter <code>/v1/chat/completions</code> at this address as
        endpoint, and <code>demo</code> as model for a first try.</p></html>
        """.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, head ? -1 : page.length);
    if (!head) exchange.getResponseBody().write(page);
  }

  /// The port that is listened on.
  int port() {
    return server.port();
  }

  /// Lets running replies end, then ends everything that was started.
  @Override
  public void close() {
    server.stop(GRACE);
    List<Provider> all = new ArrayList<>(List.of(claude, codex, openRouter, demo));
    synchronized (this) {
      all.addAll(servers.values());
    }
    all.forEach(Wiring::close);
    Subprocess.closeAll();
  }

  /// One that fails must not keep the others from ending what they started.
  private static void close(Provider provider) {
    try {
      provider.close();
    } catch (RuntimeException bug) {
      LOG.log(Level.WARNING, provider.name() + " did not end in order.", bug);
    }
  }
}
