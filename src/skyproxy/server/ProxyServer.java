package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.threads.Threads;

/// Listens, lets in, finds who answers, and stops in order. One thread a request.
public final class ProxyServer {
  private static final System.Logger LOG = System.getLogger(ProxyServer.class.getName());
  /// For those who are interrupted to say so to their clients.
  private static final Duration LAST_WORDS = Duration.ofMillis(500);
  private static final int BACKLOG = 1_024;
  private static final int TRIES = 20;

  private final List<HttpServer> servers;
  private final ExecutorService threads = Threads.pool("request");
  private Guard guard;
  private List<Endpoint> endpoints = List.of();
  private int running;
  private boolean stopping;

  private ProxyServer(List<HttpServer> servers) {
    this.servers = servers;
  }

  /// Takes a port on all these addresses; nothing is answered before [#start]. An address that
  /// this computer lacks is left out as long as there is another one.
  ///
  /// @param port 0 takes one that is free on all of them
  /// @throws PortTakenException saying which port can't be had, and why
  public static ProxyServer bind(List<InetAddress> addresses, int port) throws IOException {
    for (int tries = 1; ; tries++) {
      List<HttpServer> servers = new ArrayList<>();
      InetAddress address = null;
      try {
        int real = port;
        for (InetAddress each : addresses) {
          address = each;
          if (!servers.isEmpty() && !PortRefusal.isOurs(each)) continue;
          servers.add(HttpServer.create(new InetSocketAddress(each, real), BACKLOG));
          real = servers.getFirst().getAddress().getPort();
        }
        return new ProxyServer(servers);
      } catch (IOException taken) {
        servers.forEach(ProxyServer::release);
        if (port == 0 && tries < TRIES) continue;
        throw new PortRefusal(address, addresses, port, taken).explained();
      }
    }
  }

  /// A server that was never started keeps its socket: only its own thread lets go of it.
  private static void release(HttpServer server) {
    server.start();
    server.stop(0);
  }

  /// The port that was taken.
  public int port() {
    return servers.getFirst().getAddress().getPort();
  }

  /// Begins to answer.
  public void start(Guard who, List<Endpoint> what) {
    guard = who;
    endpoints = List.copyOf(what);
    for (HttpServer server : servers) {
      server.createContext("/", this::serve);
      server.setExecutor(threads);
      server.start();
    }
  }

  /// Refuses new requests, gives those under way some time, then ends them with an error.
  public void stop(Duration grace) {
    awaitQuiet(grace);
    threads.shutdownNow();
    awaitQuiet(LAST_WORDS);
    for (HttpServer server : servers) server.stop(0);
  }

  private synchronized void awaitQuiet(Duration grace) {
    stopping = true;
    long end = System.nanoTime() + grace.toNanos();
    try {
      for (long left; running > 0 && (left = end - System.nanoTime()) > 0; ) {
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean enter() {
    if (stopping) return false;
    running++;
    return true;
  }

  private synchronized void leave() {
    running--;
    if (stopping) notifyAll();
  }

  /// One exchange, from its headers to its end. What it throws makes the JDK cut the connection.
  private void serve(HttpExchange exchange) throws IOException {
    long start = System.nanoTime();
    if (!enter()) {
      exchange.getResponseHeaders().set("Connection", "close");
      ErrorBody.of(new Failure.Stopping("The proxy is stopping. Start it again, then try again."))
          .refuse(exchange);
      exchange.close();
      return;
    }
    try {
      respond(exchange);
      exchange.close();
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "The client has gone, or the answer broke off.");
      throw gone;
    } finally {
      leave();
      LOG.log(Level.DEBUG, () -> exchange.getRequestMethod() + " " + path(exchange) + " "
          + exchange.getResponseCode() + ", " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }
  }

  private void respond(HttpExchange exchange) throws IOException {
    try {
      // Where a body means nothing it goes first, for an answer without a body ends the exchange.
      if (!exchange.getRequestMethod().equals("POST")) RequestBody.drop(exchange);
      ErrorBody refusal = dispatch(exchange);
      if (refusal != null) refusal.refuse(exchange);
    } catch (ChatException e) {
      if (headersSent(exchange)) throw new IOException("broken off: " + e.getMessage(), e);
      ErrorBody.of(e.failure()).refuse(exchange);
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "A fault of the proxy, please report it:", bug);
      // Ending in good order would make half an answer look whole: the connection must break.
      if (headersSent(exchange)) throw new IllegalStateException(bug);
      ErrorBody.internal().refuse(exchange);
    }
  }

  private static boolean headersSent(HttpExchange exchange) {
    return exchange.getResponseCode() != -1;
  }

  /// Null when a handler has answered.
  private ErrorBody dispatch(HttpExchange exchange) throws IOException {
    String path = path(exchange);
    String method = exchange.getRequestMethod();
    boolean preflight = method.equals("OPTIONS");
    Endpoint endpoint = Endpoint.find(endpoints, path);
    boolean keyNeeded = !preflight && (endpoint != null ? endpoint.guarded()
        : path.startsWith("/v1/") || path.startsWith("/config/"));
    ErrorBody refusal = guard.refusal(exchange, keyNeeded);
    if (refusal != null) return refusal;
    if (endpoint == null) {
      return ErrorBody.invalid(404, "not_found", "There is nothing at " + path
          + ". The endpoint for SkyrimNet is /v1/chat/completions.", null);
    }
    if (preflight) {
      Guard.preflight(exchange, endpoint.allow());
      exchange.sendResponseHeaders(204, -1);
      return null;
    }
    HttpHandler handler = endpoint.handler(method);
    if (handler == null) {
      exchange.getResponseHeaders().set("Allow", endpoint.allow());
      return ErrorBody.invalid(405, "method_not_allowed",
          path + " takes " + endpoint.allow() + ", not " + method + ".", null);
    }
    handler.handle(exchange);
    return null;
  }

  /// A target that starts with two slashes is read as one with a host by the JDK.
  private static String path(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    String path = uri.getRawPath();
    boolean host = uri.getScheme() == null && uri.getRawAuthority() != null;
    return Endpoint.plain(host ? "/" + uri.getRawAuthority() + path : path);
  }
}
