package skyproxy.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Provider;
import skyproxy.demo.DemoProvider;
import skyproxy.routing.Budget;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.routing.Routes.Route;
import skyproxy.server.Endpoint;
import skyproxy.server.Endpoints;
import skyproxy.server.Guard;
import skyproxy.server.ProxyServer;
import skyproxy.settings.CommandLine;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;
import skyproxy.stats.Stats;

/// The whole server inside the test's own JVM, on 127.0.0.1 and a free port, with providers that
/// the test brings and a demo that does not pause.
public final class TestProxy implements AutoCloseable {
  private final ProxyServer server;
  private final LiveSettings settings;
  private final Path file;

  /// @param folder where the settings file is put
  /// @param config what is in it
  /// @param upstream answers for Claude, Codex, OpenRouter and as the server `local`
  public TestProxy(Path folder, String config, Provider upstream, Endpoint... more)
      throws IOException {
    file = folder.resolve("config.json");
    Files.writeString(file, config);
    try {
      settings = LiveSettings.load(CommandLine.parse(List.of("--config", file.toString())),
          Map.of(), null);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
    Settings now = settings.now();
    Stats stats = new Stats(folder.resolve("stats.json"), _ -> { });
    Router router = new Router(new Routes(now.defaultModel(), now.aliases(), now.jobs(),
        now.firstToken(), List.of(new Route(upstream, _ -> true, ""),
            new Route(upstream, id -> id.startsWith("local:"), "local:"),
            new Route(new DemoProvider(Duration.ZERO), "demo"::equals, ""))), System::nanoTime,
        new Budget(() -> settings.now().budget(), stats));
    server = ProxyServer.bind(List.of(InetAddress.ofLiteral("127.0.0.1")), 0);
    List<Endpoint> endpoints = new ArrayList<>(
        Endpoints.of(router, settings, stats, "9.9.9", () -> { }));
    endpoints.addAll(Endpoints.keys(settings));
    endpoints.add(Endpoints.json("/stats", _ -> stats.json(-1)));
    endpoints.addAll(List.of(more));
    server.start(new Guard(settings::now), endpoints);
  }

  public int port() {
    return server.port();
  }

  public ProxyServer server() {
    return server;
  }

  public LiveSettings settings() {
    return settings;
  }

  /// The settings file.
  public Path file() {
    return file;
  }

  /// Sends a request without a body, or with one among the lines, on a connection of its own.
  ///
  /// @param first such as `GET /health`
  public RawClient.Answer ask(String first, String... headers) throws IOException {
    boolean host = List.of(headers).stream().anyMatch(line -> line.startsWith("Host:"));
    String head = first + " HTTP/1.1\r\n" + (host ? "" : "Host: localhost\r\n")
        + String.join("", List.of(headers).stream().map(line -> line + "\r\n").toList()) + "\r\n";
    try (RawClient client = new RawClient(port())) {
      return client.send(head).answer(first.startsWith("HEAD "));
    }
  }

  /// Posts JSON on a connection of its own.
  public RawClient.Answer post(String path, String json, String... headers) throws IOException {
    try (RawClient client = new RawClient(port())) {
      return client.post(path, json, headers).answer();
    }
  }

  @Override
  public void close() {
    server.stop(Duration.ZERO);
  }
}
