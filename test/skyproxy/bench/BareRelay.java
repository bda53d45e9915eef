package skyproxy.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;

/// The least that the JDK needs to relay an answer: what any proxy on it pays. `BareRelay PORT`.
final class BareRelay {
  private BareRelay() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    URI upstream = URI.create("http://127.0.0.1:" + args[0]);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpServer server = HttpServer.create(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpResponse<InputStream> answer = client.send(
            HttpRequest.newBuilder(upstream.resolve(exchange.getRequestURI()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofInputStream());
        InputStream in = answer.body();
        exchange.getResponseHeaders().set("Content-Type",
            answer.headers().firstValue("content-type").orElseThrow());
        exchange.sendResponseHeaders(answer.statusCode(),
            answer.headers().firstValueAsLong("content-length").orElse(0));
        OutputStream out = exchange.getResponseBody();
        byte[] buffer = new byte[8192];
        for (int size; (size = in.read(buffer)) >= 0; ) {
          out.write(buffer, 0, size);
          out.flush();
        }
        out.close();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    server.start();
    System.out.println("Listening on http://127.0.0.1:" + server.getAddress().getPort());
  }
}
