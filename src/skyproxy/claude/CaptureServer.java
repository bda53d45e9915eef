package skyproxy.claude;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.threads.Threads;

/// A Messages API on loopback that keeps the first request it gets and answers all with "ok".
///
/// Forwards nothing, so no upstream can make the CLI retry for minutes, and no start is billed.
/// Port and path are random: another program on this computer does not find it by chance.
final class CaptureServer implements AutoCloseable {
  private static final int LARGEST = 32 << 20;

  /// All six events: of fewer some versions of the CLI think that something broke off.
  private static final byte[] OK = """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_ok","type":"message",\
      "role":"assistant","model":"claude","content":[],"stop_reason":null,\
      "stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

      event: content_block_start
      data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ok"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":0}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
      "usage":{"output_tokens":1}}

      event: message_stop
      data: {"type":"message_stop"}

      """.getBytes(StandardCharsets.UTF_8);

  /// The request that was kept.
  ///
  /// @param query with its `?`, or ""
  /// @param bytes how long the body was
  record Received(List<Map.Entry<String, String>> headers, String query, Json.Obj body,
      int bytes) {}

  private final HttpServer server;
  private final ExecutorService threads = Threads.pool("capture request");
  private final String prefix;
  private final AtomicInteger calls = new AtomicInteger();
  private final CompletableFuture<Received> received = new CompletableFuture<>();

  private CaptureServer(HttpServer server, String prefix) {
    this.server = server;
    this.prefix = prefix;
  }

  static CaptureServer open() throws IOException {
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    CaptureServer capture = new CaptureServer(server, "/" + HexFormat.of().formatHex(secret));
    server.setExecutor(capture.threads);
    server.createContext("/", capture::handle);
    server.start();
    return capture;
  }

  /// What to set as `ANTHROPIC_BASE_URL`.
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + prefix;
  }

  CompletableFuture<Received> received() {
    return received;
  }

  /// How many requests of any kind have come.
  int calls() {
    return calls.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!path.startsWith(prefix + "/")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      calls.incrementAndGet();
      if (exchange.getRequestMethod().equals("POST") && path.endsWith("/v1/messages")) {
        keep(exchange);
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, OK.length);
        exchange.getResponseBody().write(OK);
      } else {
        exchange.sendResponseHeaders(200, -1);
      }
    }
  }

  private void keep(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST);
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    exchange.getRequestHeaders().forEach((name, values) -> {
      for (String value : values) headers.add(Map.entry(name, value));
    });
    String query = exchange.getRequestURI().getRawQuery();
    try {
      if (Json.parse(bytes) instanceof Json.Obj body) {
        received.complete(new Received(headers, query == null ? "" : "?" + query, body,
            bytes.length));
        return;
      }
      received.completeExceptionally(new IOException("the CLI's request is no JSON object"));
    } catch (JsonException unreadable) {
      received.completeExceptionally(new IOException("the CLI's request is no JSON", unreadable));
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
