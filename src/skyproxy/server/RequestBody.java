package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads the body of a request, up to a limit. How long it may take is the server's to say, which
/// then closes the connection: see `Main`.
final class RequestBody {
  static final int LIMIT = 32 << 20;

  /// Dropped at the most, so that a client that sends all before it listens sees the answer.
  private static final long DROPPED = 256L << 20;

  private static final int BEGINNING = 16 << 10;
  private static final long STEP = 8;

  private RequestBody() {}

  /// The whole body; null when it was over the limit, and was refused.
  ///
  /// @throws IOException when it did not come as its headers say, which the client has been told
  static byte[] read(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    long announced = length == null ? -1 : Long.parseLong(length.strip());
    if (announced <= LIMIT) {
      byte[] body = declared(exchange, (int) announced);
      if (body.length <= LIMIT) return body;
    }
    exchange.getResponseHeaders().set("Connection", "close");
    ErrorBody.invalid(413, "payload_too_large", "The request is larger than " + (LIMIT >> 20)
        + " MiB. Send smaller pictures, or fewer.", null).refuse(exchange);
    return null;
  }

  /// The body as it was announced, or below 0 not announced: then up to the limit and one more.
  private static byte[] declared(HttpExchange exchange, int announced) throws IOException {
    InputStream in = new Declared(exchange);
    try {
      return announced < 0 ? in.readNBytes(LIMIT + 1) : read(in, announced);
    } catch (IOException broken) {
      exchange.getResponseHeaders().set("Connection", "close");
      ErrorBody.invalid(400, "invalid_json", "The body does not come as its headers say ("
          + broken.getMessage() + "). Send it with its length, or in chunks without trailers.",
          null).send(exchange);
      exchange.getResponseBody().flush();
      throw broken; // to end such an exchange in order the JDK would read on
    }
  }

  /// A body of known length, read to where it will lie. The room for a large one is only taken when
  /// an eighth of it has come, for who announces much may send nothing.
  private static byte[] read(InputStream in, int length) throws IOException {
    byte[] body = new byte[Math.min(length, BEGINNING)];
    int end = 0;
    while (true) {
      end += in.readNBytes(body, end, body.length - end);
      if (end < body.length) return Arrays.copyOf(body, end);
      if (end == length) return body;
      body = Arrays.copyOf(body, (int) Math.min(length, STEP * body.length));
    }
  }

  /// Reads what is left of it and forgets it.
  static void drop(HttpExchange exchange) throws IOException {
    InputStream in = new Declared(exchange);
    byte[] dropped = new byte[16_384];
    long left = DROPPED;
    for (int n; left > 0 && (n = in.read(dropped)) >= 0; ) left -= n;
  }

  /// The body as its headers declare it, and an `IOException` when it does not come so. The JDK has
  /// another exception for a chunk that says to be of 2 GiB or more.
  private static final class Declared extends FilterInputStream {
    private Declared(HttpExchange exchange) {
      super(exchange.getRequestBody());
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        return in.read(bytes, from, length);
      } catch (IndexOutOfBoundsException impossible) {
        throw new IOException("a chunk has an impossible length", impossible);
      }
    }
  }
}
