package skyproxy.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A real Chromium without a window, driven over the DevTools protocol:
/// https://chromedevtools.github.io/devtools-protocol/
///
/// One WebSocket for everything; its thread hands answers and events on. To be closed, with all
/// its [Page]s.
public final class Browser implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");

  private final Path profile;
  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Cursor>> calls = new ConcurrentHashMap<>();
  private final Map<String, Consumer<Cursor>> sessions = new ConcurrentHashMap<>();
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  /// @param program Chromium's
  public Browser(Path program) {
    try {
      profile = Files.createTempDirectory("skyproxy-browser-");
      process = new ProcessBuilder(program.toString(), "--headless", "--no-sandbox",
          "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
          "--disable-extensions", "--hide-scrollbars", "--remote-debugging-port=0",
          "--user-data-dir=" + profile, "about:blank").redirectErrorStream(true).start();
      socket = client.newWebSocketBuilder().buildAsync(address(), new Incoming()).join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Chromium says where it listens, and from then on must be read so that it never waits.
  private URI address() throws IOException {
    BufferedReader out = process.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line; (line = out.readLine()) != null; said.append(line).append('\n')) {
      Matcher listening = LISTENING.matcher(line);
      if (!listening.find()) continue;
      Thread.ofVirtual().start(() -> {
        try {
          while (out.readLine() != null) Thread.onSpinWait();
        } catch (IOException ended) {
          // The process has gone, and with it what it had to say.
        }
      });
      return URI.create(listening.group(1));
    }
    throw new IOException("Chromium did not start: " + said);
  }

  /// A new, empty page.
  public Page page() {
    Cursor target = call(null, "Target.createTarget", "{\"url\":\"about:blank\"}");
    String session = call(null, "Target.attachToTarget", Json.Obj.builder()
        .put("targetId", target.at("targetId").string()).put("flatten", true).build())
        .at("sessionId").string();
    Page page = new Page(this, session);
    sessions.put(session, page::happened);
    page.begin();
    return page;
  }

  Cursor call(String session, String method, String parameters) {
    return call(session, method, (Json.Obj) Json.parse(parameters));
  }

  /// Calls a method of the protocol and waits for its result.
  Cursor call(String session, String method, Json.Obj parameters) {
    int id = ids.incrementAndGet();
    Json.Obj.Builder message = Json.Obj.builder()
        .put("id", id).put("method", method).put("params", parameters);
    if (session != null) message.put("sessionId", session);
    CompletableFuture<Cursor> result = new CompletableFuture<>();
    calls.put(id, result);
    synchronized (this) {
      String text = message.build().toString();
      sent = sent.thenCompose(_ -> socket.sendText(text, true));
    }
    try {
      return result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("Chromium did not answer to " + method, e);
    } catch (java.util.concurrent.ExecutionException | CompletionException e) {
      throw new AssertionError(method + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      calls.remove(id);
    }
  }

  private void received(Cursor message) {
    if (message.at("id").isMissing()) {
      Consumer<Cursor> session = sessions.get(message.at("sessionId").stringOr(""));
      if (session != null) session.accept(message);
      return;
    }
    CompletableFuture<Cursor> call = calls.get((int) message.at("id").integer());
    if (call == null) return;
    if (message.at("error").isMissing()) call.complete(message.at("result"));
    else call.completeExceptionally(new IOException(message.at("error").json().toString()));
  }

  private final class Incoming implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        Cursor message = Cursor.of(Json.parse(text.toString()));
        text.setLength(0);
        received(message);
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
      children.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle child : children) child.onExit().orTimeout(5, TimeUnit.SECONDS).join();
      delete();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void delete() throws IOException {
    try (Stream<Path> all = Files.walk(profile)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    }
  }
}
