package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;

/// Reads the body of a request, up to a limit.
final class RequestBody {
  static final int LIMIT = 32 << 20;

  /// What is read and dropped so that the client, which may send all before it listens, comes to
  /// see the answer.
  private static final long DRAINED = 256L << 20;

  private RequestBody() {}

  /// The whole body, or null when it is over the limit; much of it is unread then.
  static byte[] read(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null && Long.parseLong(length.strip()) > LIMIT) return null;
    byte[] body = exchange.getRequestBody().readNBytes(LIMIT + 1);
    return body.length > LIMIT ? null : body;
  }

  /// Answers with an error and drops what is unread of the request: a connection that is closed
  /// with unread bytes in it is reset, and the client never sees the answer.
  static void refuse(HttpExchange exchange, ErrorBody error) throws IOException {
    error.send(exchange);
    if (exchange.getRequestMethod().equals("HEAD")) return;
    exchange.getResponseBody().flush();
    InputStream in = exchange.getRequestBody();
    byte[] dropped = new byte[16_384];
    long left = DRAINED;
    for (int n; left > 0 && (n = in.read(dropped)) >= 0; ) left -= n;
  }

  static ErrorBody tooLarge() {
    return ErrorBody.invalid(413, "payload_too_large", "The request is larger than "
        + (LIMIT >> 20) + " MiB. Send smaller pictures, or fewer.", null);
  }
}
