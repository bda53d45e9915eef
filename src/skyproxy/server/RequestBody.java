package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads the body of a request, up to a limit.
final class RequestBody {
  static final int LIMIT = 32 << 20;

  /// Dropped at the most, so that a client that sends all before it listens sees the answer.
  private static final long DROPPED = 256L << 20;

  private static final int BEGINNING = 16 << 10;

  private RequestBody() {}

  /// The whole body; null when it was over the limit, and was refused.
  static byte[] read(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    long announced = length == null ? -1 : Long.parseLong(length.strip());
    InputStream in = exchange.getRequestBody();
    if (announced < 0) {
      byte[] body = in.readNBytes(LIMIT + 1);
      if (body.length <= LIMIT) return body;
    } else if (announced <= LIMIT) {
      return read(in, (int) announced);
    }
    exchange.getResponseHeaders().set("Connection", "close");
    ErrorBody.invalid(413, "payload_too_large", "The request is larger than " + (LIMIT >> 20)
        + " MiB. Send smaller pictures, or fewer.", null).refuse(exchange);
    return null;
  }

  /// A body of known length, read to where it will lie. The room for a large one is only taken when
  /// its beginning has come.
  private static byte[] read(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(Math.min(length, BEGINNING));
    if (body.length < BEGINNING || body.length == length) return body;
    byte[] whole = Arrays.copyOf(body, length);
    int end = body.length + in.readNBytes(whole, body.length, length - body.length);
    return end == length ? whole : Arrays.copyOf(whole, end);
  }

  /// Reads what is left of it and forgets it.
  static void drop(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] dropped = new byte[16_384];
    long left = DROPPED;
    for (int n; left > 0 && (n = in.read(dropped)) >= 0; ) left -= n;
  }
}
