package skyproxy.codex;

import java.io.IOException;
import java.lang.System.Logger.Level;
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
import java.util.regex.Pattern;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;
import skyproxy.upstream.JsonLines;
import skyproxy.upstream.JsonLines.Line;
import skyproxy.upstream.Subprocess;

/// One `codex app-server` process and the talk with it: JSON-RPC without the `jsonrpc` member,
/// one object a line.
///
/// Nothing here blocks but [#call] and [#close]. Listeners hear what came on the reader thread of
/// [JsonLines], and must be quick. What the server asks of us (approvals, tools) is refused,
/// always. When the process is gone, every listener hears the end once.
final class AppServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AppServer.class.getName());
  private static final Pattern OURS = Pattern.compile("\\d{1,18}");
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Subprocess child;
  private final JsonLines lines;
  private final Consumer<Json.Obj> notices;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Consumer<Line>> waiting = new ConcurrentHashMap<>();
  private final Map<String, Consumer<Line>> threads = new ConcurrentHashMap<>();
  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean dead;

  /// Starts the process.
  ///
  /// @param notices hears the notifications that belong to no thread
  /// @param ended is run once, when the process is gone
  AppServer(ProcessBuilder builder, Consumer<Json.Obj> notices, Runnable ended)
      throws IOException {
    this.notices = notices;
    child = Subprocess.start(builder);
    lines = new JsonLines(child);
    lines.begin(this::hear, () -> {
      gone.countDown();
      ended.run();
    });
  }

  boolean alive() {
    return !dead;
  }

  /// Whether the process ended within that time.
  boolean awaitEnd(Duration limit) throws InterruptedException {
    return gone.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Why the process ended, as far as it said so.
  String lastWords() {
    return child.lastWords();
  }

  long pid() {
    return child.process().pid();
  }

  /// Asks; `then` hears the whole answer, with `result` or `error` in it, or the end.
  void send(String method, Json.Obj params, Consumer<Line> then) {
    long id = ids.incrementAndGet();
    waiting.put(id, then);
    lines.send(Json.Obj.builder().put("id", id).put("method", method).put("params", params)
        .build());
    if (dead) notifyEnd(waiting.remove(id));
  }

  /// Asks, and waits for the answer.
  ///
  /// @return its `result`
  /// @throws IOException when there is none in time, or it is an error
  Json.Obj call(String method, Json.Obj params, Duration limit)
      throws IOException, InterruptedException {
    var answers = new LinkedBlockingQueue<Line>();
    send(method, params, answers::add);
    return switch (answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      case null -> throw new IOException("codex did not answer " + method + " in time");
      case Line.End _ -> throw new IOException("codex stopped: " + lastWords());
      case Line.Message(var answer) -> {
        if (answer.get("result") instanceof Json.Obj result) yield result;
        throw new IOException("codex refused " + method + ": "
            + Cursor.of(answer).at("error").at("message").json());
      }
    };
  }

  /// The `result` of an answer; null when it is an error, or the end.
  static Json resultOf(Line answer) {
    return answer instanceof Line.Message(var message) ? message.get("result") : null;
  }

  /// Says something that has no answer.
  void say(String method) {
    lines.send(Json.Obj.builder().put("method", method).build());
  }

  /// Hands the notifications of a thread to `listener` from now on.
  void listen(String thread, Consumer<Line> listener) {
    threads.put(thread, listener);
    if (dead) notifyEnd(threads.remove(thread));
  }

  void unlisten(String thread) {
    threads.remove(thread);
  }

  private void hear(Line line) {
    switch (line) {
      case Line.Message message -> {
        try {
          dispatch(message);
        } catch (Cursor.Mismatch odd) {
          LOG.log(Level.DEBUG, "Codex wrote a line that is no message: {0}", odd.getMessage());
        }
      }
      case Line.End _ -> end();
    }
  }

  private void dispatch(Line.Message line) {
    Json.Obj message = line.json();
    boolean asks = message.get("method") != null;
    Json id = message.get("id");
    if (asks && id != null) {
      lines.send(Json.Obj.builder().put("id", id).put("error", Json.Obj.builder()
          .put("code", -32601).put("message", "This client allows nothing.").build()).build());
    } else if (asks) {
      Cursor params = Cursor.of(message).at("params");
      Cursor thread = params.at("threadId");
      Consumer<Line> listener = thread.isString() ? threads.get(thread.string()) : null;
      if (listener != null) listener.accept(line);
      else notices.accept(message);
    } else if (id instanceof Json.Num number && OURS.matcher(number.text()).matches()) {
      Consumer<Line> then = waiting.remove(number.longValue());
      if (then != null) then.accept(line);
    }
  }

  private void end() {
    dead = true;
    List<Consumer<Line>> all = new ArrayList<>();
    for (Long id : waiting.keySet()) all.add(waiting.remove(id));
    for (String thread : threads.keySet()) all.add(threads.remove(thread));
    all.forEach(AppServer::notifyEnd);
  }

  private static void notifyEnd(Consumer<Line> listener) {
    if (listener != null) listener.accept(new Line.End());
  }

  /// Ends the process as soon as no thread is listened to, in five minutes at the latest.
  void closeWhenIdle() {
    Threads.named("codex retires").start(() -> {
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
    lines.close(GRACE);
    try {
      awaitEnd(GRACE.multipliedBy(2));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
