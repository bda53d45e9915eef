package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import skyproxy.json.Json;
import skyproxy.json.JsonWriter;

/// An answer of one JSON object with status 200.
final class JsonAnswer {
  private JsonAnswer() {}

  static void send(HttpExchange exchange, Json.Obj json) throws IOException {
    byte[] body = JsonWriter.bytes(json);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }
}
