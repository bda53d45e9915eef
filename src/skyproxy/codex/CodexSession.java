package skyproxy.codex;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.json.JsonWriter;
import skyproxy.upstream.Subprocess;

/// One `codex app-server` process and the talk with it: JSON-RPC without the `jsonrpc` member,
/// one object a line.
///
/// Nothing here blocks but [#call]: a thread writes, a thread reads (both platform threads, since
/// pipes block the carrier of a virtual one) and hands what came to listeners, which must be
/// quick. What the server asks of us (approvals, tools) is refused, always. When the process is
/// gone, every listener hears [#GONE] once.
final class CodexSession implements AutoCloseable {
  /// What listeners hear instead of an answer when the process is no more.
  static final Json.Obj GONE = Json.Obj.builder().put("gone", true).build();

  private static final System.Logger LOG = System.getLogger(CodexSession.class.getName());
  private static final byte[] END = {};
  private static final Duration POLL = Duration.ofMillis(100);

  private final Subprocess child;
  private final Consumer<Json.Obj> notices;
  private final Runnable ended;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Consumer<Json.Obj>> waiting = new ConcurrentHashMap<>();
  private final Map<String, Consumer<Json.Obj>> threads = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean dead;

  /// Starts the process.
  ///
  /// @param notices hears the notifications that belong to no thread
  /// @param ended is run once, when the process is gone
  CodexSession(ProcessBuilder builder, Consumer<Json.Obj> notices, Runnable ended)
      throws IOException {
    this.notices = notices;
    this.ended = ended;
    child = Subprocess.start(builder);
    Thread.ofPlatform().daemon().name("codex reader").start(this::read);
    Thread.ofPlatform().daemon().name("codex writer").start(this::write);
  }

  boolean alive() {
    return !dead;
  }

  /// Whether the process ended within that time.
  boolean awaitEnd(Duration limit) throws InterruptedException {
    return gone.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// The last words of the process, for messages; it writes them in colours.
  String lastWords() {
    List<String> lines = child.stderr().lines().filter(line -> !line.isBlank()).toList();
    return lines.isEmpty() ? "" : lines.getLast().replaceAll("\u001b\\[[\\d;]*m", "").strip();
  }

  long pid() {
    return child.process().pid();
  }

  /// Asks; `then` hears the whole answer, with `result` or `error` in it, or [#GONE].
  void send(String method, Json.Obj params, Consumer<Json.Obj> then) {
    long id = ids.incrementAndGet();
    waiting.put(id, then);
    queue(Json.Obj.builder().put("id", id).put("method", method).put("params", params).build());
    if (dead) tellOne(waiting.remove(id));
  }

  /// Asks, and waits for the answer.
  ///
  /// @return its `result`
  /// @throws IOException when there is none in time, or it is an error
  Json.Obj call(String method, Json.Obj params, Duration limit)
      throws IOException, InterruptedException {
    var answers = new LinkedBlockingQueue<Json.Obj>();
    send(method, params, answers::add);
    Json.Obj answer = answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    if (answer == null) throw new IOException("codex did not answer " + method + " in time");
    if (answer.get("result") instanceof Json.Obj result) return result;
    throw new IOException(answer == GONE ? "codex stopped: " + lastWords()
        : "codex refused " + method + ": " + Cursor.of(answer).at("error").at("message").json());
  }

  /// Says something that has no answer.
  void say(String method) {
    queue(Json.Obj.builder().put("method", method).build());
  }

  /// Hands the notifications of a thread to `listener` from now on.
  void listen(String thread, Consumer<Json.Obj> listener) {
    threads.put(thread, listener);
    if (dead) tellOne(threads.remove(thread));
  }

  void unlisten(String thread) {
    threads.remove(thread);
  }

  private void queue(Json.Obj message) {
    outgoing.add((JsonWriter.text(message) + '\n').getBytes(StandardCharsets.UTF_8));
  }

  private void write() {
    try (OutputStream out = child.process().getOutputStream()) {
      for (byte[] line; (line = outgoing.take()) != END; ) {
        out.write(line);
        out.flush();
      }
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "codex takes no more: {0}", closed.getMessage());
      child.close();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        child.process().getInputStream(), StandardCharsets.UTF_8), 1 << 16)) {
      for (String line; (line = lines.readLine()) != null; ) hear(line);
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "codex says no more: {0}", closed.getMessage());
    } finally {
      end();
    }
  }

  private void hear(String line) {
    try {
      if (Json.parse(line) instanceof Json.Obj message) dispatch(message);
    } catch (JsonException | Cursor.Mismatch odd) {
      LOG.log(Level.DEBUG, "codex wrote a line that is no message: {0}", odd.getMessage());
    }
  }

  private void dispatch(Json.Obj message) {
    boolean asks = message.get("method") != null;
    Json id = message.get("id");
    if (asks && id != null) {
      queue(Json.Obj.builder().put("id", id).put("error", Json.Obj.builder().put("code", -32601)
          .put("message", "This client allows nothing.").build()).build());
    } else if (asks) {
      Cursor params = Cursor.of(message).at("params");
      Cursor thread = params.at("threadId");
      Consumer<Json.Obj> listener = thread.isString() ? threads.get(thread.string()) : null;
      if (listener != null) listener.accept(message);
      else notices.accept(message);
    } else if (id instanceof Json.Num number) {
      Consumer<Json.Obj> then = waiting.remove(number.longValue());
      if (then != null) then.accept(message);
    }
  }

  private void end() {
    dead = true;
    outgoing.add(END);
    child.close();
    List<Consumer<Json.Obj>> all = new ArrayList<>();
    for (Long id : waiting.keySet()) all.add(waiting.remove(id));
    for (String thread : threads.keySet()) all.add(threads.remove(thread));
    all.forEach(CodexSession::tellOne);
    gone.countDown();
    ended.run();
  }

  private static void tellOne(Consumer<Json.Obj> listener) {
    if (listener != null) listener.accept(GONE);
  }

  /// Ends the process as soon as no thread is listened to, in five minutes at the latest.
  void closeWhenIdle() {
    Thread.ofVirtual().name("codex retires").start(() -> {
      try {
        for (int i = 0; i < 3_000 && !threads.isEmpty() && !awaitEnd(POLL); i++) { }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      } finally {
        close();
      }
    });
  }

  /// Ends the process: its stdin ends, which ends it within milliseconds; else it is killed.
  @Override
  public void close() {
    outgoing.add(END);
    try {
      if (!awaitEnd(Duration.ofSeconds(1))) child.close();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      child.close();
    }
  }
}
