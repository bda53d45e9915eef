package skyproxy.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import skyproxy.json.Json;

/// Sends an answer of one JSON object, to HEAD its headers alone. The exchange is left open.
final class JsonAnswer {
  private JsonAnswer() {}

  static void send(HttpExchange exchange, int status, Json.Obj json) throws IOException {
    send(exchange, status, json.toString());
  }

  /// @param json the text of a JSON object
  static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
