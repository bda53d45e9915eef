package skyproxy.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// An OpenAI-compatible server that streams at once: [#TOKENS] chunks, one every [#GAP_MILLIS],
/// each with the nanoseconds at which it left.
final class TokenUpstream implements AutoCloseable {
  static final int TOKENS = 20;
  static final int GAP_MILLIS = 5;

  private final ServerSocket server =
      new ServerSocket(0, 1_000, InetAddress.ofLiteral("127.0.0.1"));

  TokenUpstream() throws IOException {
    Thread.ofVirtual().start(() -> {
      try {
        while (true) {
          Socket socket = server.accept();
          Thread.ofVirtual().start(() -> serve(socket));
        }
      } catch (IOException closed) {
        return;
      }
    });
  }

  int port() {
    return server.getLocalPort();
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (skipRequest(in)) {
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < TOKENS; i++) {
          if (i > 0) Thread.sleep(GAP_MILLIS);
          chunk(out, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
              + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@"
              + System.nanoTime() + " \"},\"finish_reason\":null}]}\n\n");
        }
        chunk(out, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
            + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},"
            + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        write(out, "0\r\n\r\n");
      }
    } catch (IOException | InterruptedException gone) {
      return;
    }
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    write(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean skipRequest(InputStream in) throws IOException {
    int length = -1;
    for (String line; !(line = line(in)).isEmpty(); ) {
      if (line.equals("\0")) return false;
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    if (length >= 0) {
      in.skipNBytes(length);
      return true;
    }
    for (int size; (size = Integer.parseInt(line(in), 16)) > 0; ) in.skipNBytes(size + 2);
    line(in);
    return true;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) != '\n'; ) {
      if (b < 0) return "\0";
      if (b != '\r') line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
