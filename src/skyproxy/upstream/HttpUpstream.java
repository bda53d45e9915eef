package skyproxy.upstream;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import skyproxy.chat.Reply;
import skyproxy.threads.Threads;

/// One HTTP server that we call, and the connections kept to it. Any number of threads.
///
/// Speaks HTTP/1.1 to `http:` (the JDK's offer to upgrade to h2c makes LM Studio hang and vLLM
/// drop the body), HTTP/2 where `https:` offers it. Follows no redirect: a credential must not
/// travel to another host.
///
/// What the client hands to its executor, a task for every piece that arrives, runs at once on the
/// thread that has read the piece, for nothing in it blocks: a fifth less CPU for a reply than with
/// threads of its own for them. The JDK's client allows that for an executor that is no
/// `ExecutorService`. One task does block: the first of a request looks up the server's name. So a
/// request to a server that has a name begins on a thread of its own.
///
/// When a connection ends before an answer has begun, all that are kept are given up: those that
/// slept through the same night are dead too, and one whose answer is no HTTP the JDK never closes.
public final class HttpUpstream implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*]");

  private final String name;
  private final HttpClient.Builder builder;
  private final boolean named;
  private final Localhost localhost;
  private final Proxies proxies;
  private volatile CompletableFuture<HttpClient> client;
  private boolean closed;

  /// Comes back at once: the first client of a JVM loads TLS and the trusted certificates, which
  /// takes longer than all else at the start, so it is made in the background.
  ///
  /// @param name what messages call this upstream, such as `OpenRouter`
  public HttpUpstream(String name, URI base, Duration connect) {
    this(name, base, connect, Proxies.ofThisComputer(), Trust::ofThisComputer);
  }

  HttpUpstream(String name, URI base, Duration connect, Proxies proxies,
      Supplier<SSLContext> trust) {
    this.name = name;
    this.proxies = proxies;
    localhost = Localhost.names(base) ? new Localhost() : null;
    proxies.choose(base); // asks the system in good time
    boolean secure = "https".equalsIgnoreCase(base.getScheme());
    named = localhost == null
        && (base.getHost() == null || !ADDRESS.matcher(base.getHost()).matches());
    builder = HttpClient.newBuilder()
        .version(secure ? Version.HTTP_2 : Version.HTTP_1_1)
        .followRedirects(Redirect.NEVER)
        .connectTimeout(connect)
        .proxy(proxies)
        .executor(Runnable::run);
    client = CompletableFuture.supplyAsync(() -> builder.sslContext(trust.get()).build(),
        build -> Threads.named("client for " + name).start(build));
  }

  public String name() {
    return name;
  }

  /// Sends a request and gives its reply at once.
  public Reply send(HttpRequest request, Decoder decoder) {
    return new HttpReply(this, request, decoder);
  }

  /// For the small calls beside replies (a list of models): blocks, and the caller maps errors.
  public <T> HttpResponse<T> call(HttpRequest request, BodyHandler<T> body)
      throws IOException, InterruptedException {
    HttpRequest sent = addressed(request);
    check(sent);
    try {
      return answered(sent, client.join().send(sent, body));
    } catch (ConnectException refused) {
      HttpRequest other = elsewhere(sent);
      if (other == null) throw refused;
      return answered(other, client.join().send(other, body));
    }
  }

  private <T> HttpResponse<T> answered(HttpRequest sent, HttpResponse<T> answer) {
    worked(sent);
    return answer;
  }

  /// Sends a request; all that comes back, failures too, comes through `body`.
  Future<?> begin(HttpRequest request, BodyQueue body) {
    boolean byProxy;
    try {
      byProxy = check(request);
    } catch (UnusableProxyException none) {
      body.onError(none);
      return CompletableFuture.completedFuture(null);
    }
    if (!named && !byProxy) return sendNow(request, body);
    CompletableFuture<Void> wanted = new CompletableFuture<>(); // until it is cancelled
    Threads.named("call of " + name).start(() -> {
      if (wanted.isDone()) return;
      try {
        Future<?> sent = sendNow(request, body);
        wanted.whenComplete((_, _) -> sent.cancel(true));
      } catch (RuntimeException bug) {
        body.onError(bug);
      }
    });
    return wanted;
  }

  private Future<?> sendNow(HttpRequest request, BodyQueue body) {
    CompletableFuture<HttpClient> current = client;
    CompletableFuture<HttpResponse<Void>> sent = current.join().sendAsync(request, body);
    sent.whenComplete((answer, failure) -> {
      if (failure == null) {
        body.answeredInItsPlace(answer.statusCode());
        return;
      }
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      boolean broke = !body.begun() && !sent.isCancelled();
      if (broke && !ConnectionFailures.isUnconnected(cause)) giveUp(current);
      body.onError(cause);
    });
    return sent;
  }

  /// Sends what comes from now on by new connections; what is under way goes on.
  private void giveUp(CompletableFuture<HttpClient> old) {
    synchronized (builder) {
      if (closed || client != old) return;
      client = CompletableFuture.completedFuture(builder.build());
    }
    old.thenAccept(HttpClient::shutdown);
  }

  /// Whether it goes by a proxy.
  private boolean check(HttpRequest request) throws UnusableProxyException {
    Proxies.Chosen proxy = proxies.choose(request.uri());
    if (proxy != null && proxy.problem() != null) {
      throw new UnusableProxyException(proxy, Proxies.host(request.uri()));
    }
    return proxy != null;
  }

  /// The request as it is to be sent: to the address by which `localhost` was reached last.
  HttpRequest addressed(HttpRequest request) {
    return localhost == null ? request : localhost.first(request);
  }

  /// The request to the other address of its server, for when this one did not let connect; null
  /// when there is no other.
  HttpRequest elsewhere(HttpRequest sent) {
    return localhost == null ? null : localhost.other(sent);
  }

  /// Tells why a request could not be sent.
  ///
  /// @param request as it was given, with the address that the player knows
  public String words(HttpRequest request, Throwable cause) {
    return ConnectionFailures.words(name, request.uri(), proxies.choose(request.uri()), cause);
  }

  /// Tells of a proxy that answered in the upstream's place; null when none did.
  String refusedByProxy(HttpRequest request, int status) {
    return status != 407 || proxies.choose(request.uri()) == null ? null
        : words(request, ConnectionFailures.noTunnel(status));
  }

  /// Remembers where an answer came from.
  void worked(HttpRequest sent) {
    if (localhost != null) localhost.worked(sent);
  }

  @Override
  public void close() {
    synchronized (builder) {
      closed = true;
    }
    client.thenAccept(HttpClient::shutdown);
  }
}
