package skyproxy.upstream;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import skyproxy.chat.Reply;

/// One HTTP server that we call, and the connections kept to it. Any number of threads.
///
/// Speaks HTTP/1.1 to `http:` (the JDK's offer to upgrade to h2c makes LM Studio hang and vLLM
/// drop the body), HTTP/2 where `https:` offers it. Follows no redirect: a credential must not
/// travel to another host.
public final class HttpUpstream implements AutoCloseable {
  private final String name;
  private final CompletableFuture<HttpClient> client;

  /// Comes back at once: the first client of a JVM loads TLS and the trusted certificates, which
  /// takes longer than all else at the start, so it is made in the background.
  ///
  /// @param name what messages call this upstream, such as `OpenRouter`
  public HttpUpstream(String name, URI base, Duration connect) {
    this.name = name;
    boolean secure = "https".equalsIgnoreCase(base.getScheme());
    HttpClient.Builder builder = HttpClient.newBuilder()
        .version(secure ? Version.HTTP_2 : Version.HTTP_1_1)
        .followRedirects(Redirect.NEVER)
        .connectTimeout(connect)
        .executor(Executors.newVirtualThreadPerTaskExecutor());
    client = CompletableFuture.supplyAsync(builder::build, Thread::startVirtualThread);
  }

  public String name() {
    return name;
  }

  /// Sends a request and gives its reply at once.
  public Reply send(HttpRequest request, Decoder decoder) {
    return new HttpReply(this, request, decoder);
  }

  /// For the small calls beside replies (a list of models): blocks, and the caller maps errors.
  public HttpClient client() {
    return client.join();
  }

  /// Sends a request; all that comes back, failures too, comes through `body`.
  Future<?> begin(HttpRequest request, BodyQueue body) {
    CompletableFuture<?> sent = client.join().sendAsync(request, body);
    sent.whenComplete((_, failure) -> {
      if (failure != null) body.onError(failure);
    });
    return sent;
  }

  @Override
  public void close() {
    client.thenAccept(HttpClient::shutdown);
  }
}
