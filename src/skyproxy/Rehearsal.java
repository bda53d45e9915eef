package skyproxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import skyproxy.chat.Provider;
import skyproxy.chat.Sample;
import skyproxy.demo.DemoProvider;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.routing.Routes.Route;
import skyproxy.server.Endpoint;
import skyproxy.server.Endpoints;
import skyproxy.server.Guard;
import skyproxy.server.ProxyServer;
import skyproxy.settings.LiveSettings;

/// Plays what the game is going to ask, before it does: Java loads each class and compiles each
/// loop when it is first used, and the first line of the evening would wait for all of it.
///
/// It has a stage of its own, a second server on loopback that is also the upstream of the
/// providers that are rehearsed. So no upstream is called, and no figure, no line of the log and
/// no quiet time knows of it.
final class Rehearsal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rehearsal.class.getName());
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int ROUNDS = 5;
  private static final int PATIENCE = 20_000;

  private final LiveSettings live;
  private final ProxyServer server;
  private final List<Provider> providers = new ArrayList<>();
  private final List<String> models = new ArrayList<>();

  Rehearsal(LiveSettings live, List<Sample> samples) throws IOException {
    this.live = live;
    server = ProxyServer.bind(List.of(LOOPBACK), 0);
    List<Route> routes = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();
    add(routes, new DemoProvider(Duration.ZERO), "demo");
    for (Sample each : samples) {
      String path = "/upstream" + providers.size();
      endpoints.add(Endpoint.at(path).andBelow().unguarded().post(answering(each)));
      add(routes, each.provider().apply(
          URI.create("http://127.0.0.1:" + server.port() + path)), each.model());
    }
    Routes table = new Routes("demo", Map.of(), Map.of(), Map.of(), routes);
    endpoints.addAll(Endpoints.unseen(new Router(table), live));
    server.start(new Guard(live::now), endpoints);
  }

  private void add(List<Route> routes, Provider provider, String model) {
    providers.add(provider);
    models.add(model);
    routes.add(new Route(provider, model::equals, ""));
  }

  /// Rehearses in the background, until it is done or `called`; what fails is left.
  static void begin(LiveSettings live, List<Sample> samples, BooleanSupplier called) {
    Thread.ofPlatform().daemon().name("rehearsal").priority(Thread.MIN_PRIORITY).start(() -> {
      try (Rehearsal rehearsal = new Rehearsal(live, samples)) {
        for (int i = 0; i < ROUNDS && rehearsal.round(called); i++) { }
      } catch (IOException | RuntimeException failed) {
        LOG.log(Level.DEBUG, "Not rehearsed to its end: {0}", failed.toString());
      }
    });
  }

  /// Asks each provider for a stream and for a whole answer.
  ///
  /// @param called whether somebody waits for the proxy: then it is over at once
  /// @return whether it went to its end
  boolean round(BooleanSupplier called) throws IOException {
    for (boolean stream : new boolean[] {true, false}) {
      for (String model : models) {
        if (called.getAsBoolean()) return false;
        ask(model, stream);
      }
    }
    return true;
  }

  private void ask(String model, boolean stream) throws IOException {
    byte[] body = request(model, stream).toString().getBytes(UTF_8);
    String key = live.now().apiKey();
    String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n"
        + (key == null ? "" : "Authorization: Bearer " + key + "\r\n") + "\r\n";
    try (Socket socket = new Socket(LOOPBACK, server.port())) {
      socket.setSoTimeout(PATIENCE);
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(UTF_8));
      out.write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      if (!answer.startsWith("HTTP/1.1 200 ")) throw new IOException(model + ": " + answer);
    }
  }

  private static Json.Obj request(String model, boolean stream) {
    return Json.Obj.builder().put("model", model).put("stream", stream).put("max_tokens", 200)
        .put("temperature", Json.Num.of(1)).put("messages", Json.Arr.of(
            message("system", "You are Lydia, a housecarl.\n".repeat(100)),
            message("user", "*looks around* \"Who goes there?\""))).build();
  }

  private static Json.Obj message(String role, String text) {
    return Json.Obj.builder().put("role", role).put("content", text).build();
  }

  private static HttpHandler answering(Sample sample) {
    return exchange -> {
      String asked = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      boolean stream = sample.whole() == null || asked.contains("\"stream\":true");
      exchange.getResponseHeaders().set("Content-Type",
          stream ? "text/event-stream" : "application/json");
      send(exchange, stream ? sample.stream() : List.of(sample.whole()));
    };
  }

  private static void send(HttpExchange exchange, List<String> pieces) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (String each : pieces) {
        out.write(each.getBytes(UTF_8));
        out.flush();
      }
    }
  }

  @Override
  public void close() {
    server.stop(Duration.ZERO);
    providers.forEach(Provider::close);
  }
}
