package skyproxy.codex;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines.Line;

/// Threads of one server that are ready before anybody asks.
///
/// A new thread opens its own connection and fetches settings before its first turn: four round
/// trips that a player would wait for. A warm thread has done so; it knows no prompt and no
/// model yet, so it fits any request, and each request gets one of its own. Any thread may use
/// this; nothing blocks.
final class WarmThreads {
  private static final System.Logger LOG = System.getLogger(WarmThreads.class.getName());
  private static final int KEPT = 4;
  private static final long STALE = TimeUnit.MINUTES.toNanos(10);
  private static final long BUSY = TimeUnit.MINUTES.toNanos(30);

  /// Dropped from the prompt (a `system` item always is), and yet it makes the server fetch all
  /// that a first turn needs.
  private static final List<Json> WARM_UP = List.of(Json.parse("""
      {"type":"message","role":"system","content":[{"type":"input_text","text":"warm"}]}"""));

  private final AppServer server;
  private final Supplier<Json.Obj> settings;
  private final ConcurrentLinkedDeque<AppServerThread> ready = new ConcurrentLinkedDeque<>();
  private final AtomicInteger coming = new AtomicInteger();
  private volatile String model;
  private volatile long lastTaken = System.nanoTime();

  /// @param settings the parameters of `thread/start`, but for the model
  /// @param model what threads are warmed for until a request names another, or null
  WarmThreads(AppServer server, Supplier<Json.Obj> settings, String model) {
    this.server = server;
    this.settings = settings;
    this.model = model;
  }

  int ready() {
    return ready.size();
  }

  /// Gives a thread: a warm one at once, else a new one soon; or the server's refusal, or its end.
  void take(String wanted, Consumer<AppServerThread> then, Consumer<Line> refused) {
    lastTaken = System.nanoTime();
    model = wanted;
    AppServerThread warm = ready.pollFirst();
    if (warm != null) {
      then.accept(warm);
    } else {
      open(wanted, answer -> {
        AppServerThread thread = threadOf(answer);
        if (thread != null) then.accept(thread);
        else refused.accept(answer);
      });
    }
    fill();
  }

  /// Brings the number of warm threads up to what is kept. They are warmed while somebody waits
  /// for an answer too: the work is the server's.
  void fill() {
    while (server.alive() && ready.size() + coming.get() < KEPT) {
      coming.incrementAndGet();
      open(model, answer -> {
        AppServerThread thread = threadOf(answer);
        if (thread == null) failed(answer);
        else thread.inject(WARM_UP, warmed -> arrived(thread, warmed));
      });
    }
  }

  /// Forgets the warm ones, when the settings have changed.
  void discard() {
    for (AppServerThread thread; (thread = ready.pollFirst()) != null; ) thread.close();
  }

  /// Replaces what has grown old, as long as somebody plays: an upstream closes idle connections.
  void freshen() {
    if (System.nanoTime() - lastTaken > BUSY) return;
    AppServerThread oldest = ready.peekFirst();
    if (oldest != null && oldest.ageNanos() > STALE && ready.remove(oldest)) oldest.close();
    fill();
  }

  private void arrived(AppServerThread thread, Line answer) {
    if (AppServer.resultOf(answer) != null) {
      ready.addLast(thread);
      coming.decrementAndGet();
    } else {
      thread.close();
      failed(answer);
    }
  }

  private void failed(Line answer) {
    coming.decrementAndGet();
    LOG.log(Level.DEBUG, "Codex could not warm a thread: {0}",
        answer instanceof Line.Message(var message)
            ? Cursor.of(message).at("error").at("message").json() : "it has ended");
  }

  private void open(String forModel, Consumer<Line> then) {
    Json.Obj params = settings.get();
    server.send("thread/start",
        forModel == null ? params : params.with("model", new Json.Str(forModel)), then);
  }

  private AppServerThread threadOf(Line answer) {
    if (!(AppServer.resultOf(answer) instanceof Json.Obj result)) return null;
    Cursor id = Cursor.of(result).at("thread").at("id");
    return id.isString() ? new AppServerThread(server, id.string()) : null;
  }
}
