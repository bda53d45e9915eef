package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;

/// Reads the body of a request, up to a limit.
final class RequestBody {
  static final int LIMIT = 32 << 20;

  /// Dropped at the most, so that a client that sends all before it listens sees the answer.
  private static final long DROPPED = 256L << 20;

  private RequestBody() {}

  /// The whole body; null when it was over the limit, and was refused.
  static byte[] read(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length == null || Long.parseLong(length.strip()) <= LIMIT) {
      byte[] body = exchange.getRequestBody().readNBytes(LIMIT + 1);
      if (body.length <= LIMIT) return body;
    }
    exchange.getResponseHeaders().set("Connection", "close");
    ErrorBody.invalid(413, "payload_too_large", "The request is larger than " + (LIMIT >> 20)
        + " MiB. Send smaller pictures, or fewer.", null).refuse(exchange);
    return null;
  }

  /// Reads what is left of it and forgets it.
  static void drop(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] dropped = new byte[16_384];
    long left = DROPPED;
    for (int n; left > 0 && (n = in.read(dropped)) >= 0; ) left -= n;
  }
}
