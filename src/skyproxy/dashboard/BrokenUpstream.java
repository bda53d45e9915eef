package skyproxy.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import skyproxy.threads.Threads;

/// An OpenAI-compatible server on loopback that breaks off: after some words, or before any. No
/// real upstream does so when asked, and it is what a player meets on a bad evening.
final class BrokenUpstream implements AutoCloseable {
  private static final String START =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
  private static final String WORDS = """
      data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

      data: {"choices":[{"index":0,"delta":{"content":"I am sworn to "}}]}

      """;

  private final ServerSocket server;
  private final String said;

  /// @param words whether it says something before it breaks off
  BrokenUpstream(boolean words) throws IOException {
    server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
    said = words ? START + WORDS : "";
    Threads.named("broken-upstream").start(this::serve);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
  }

  private void serve() {
    while (true) {
      try (Socket socket = server.accept()) {
        socket.setSoTimeout(10_000);
        socket.getInputStream().read(new byte[8_192]);
        socket.getOutputStream().write(said.getBytes(UTF_8));
        socket.getOutputStream().flush();
        Thread.sleep(50); // what was written must arrive before the reset overtakes it
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        if (server.isClosed()) return;
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
