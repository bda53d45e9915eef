package skyproxy.codex;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import skyproxy.chat.Purpose;
import skyproxy.chat.Waiting;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines.Line;
import skyproxy.upstream.RequestQueue;

/// Threads of one server that are ready before anybody asks, and the queue for them.
///
/// A new thread opens its own connection and fetches settings before its first turn: four round
/// trips that a player would wait for. A warm thread has done so; it knows no prompt and no
/// model yet, so it fits any request, and each request gets one of its own.
///
/// Whoever finds none waits, as [RequestQueue] says, and one more is opened for each who waits:
/// whichever comes next is for the first of them. The last warm one is kept for what the player
/// waits for.
///
/// Any thread may use this; nothing blocks. Nobody is called under the lock.
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
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<AppServerThread> ready = new ArrayDeque<>();
  private final RequestQueue<Wanted> waiting = new RequestQueue<>(KEPT, System::nanoTime);
  /// How many are asked for, or being warmed.
  private int coming;
  /// Counts the changes of the settings: what was opened under older ones is of no use.
  private int edition;
  private String model;
  private long lastTaken = System.nanoTime();

  /// @param settings the parameters of `thread/start`, but for the model
  /// @param model what threads are warmed for until a request names another, or null
  WarmThreads(AppServer server, Supplier<Json.Obj> settings, String model) {
    this.server = server;
    this.settings = settings;
    this.model = model;
  }

  /// A request's wish for a thread.
  final class Wanted {
    private final String model;
    private final Consumer<AppServerThread> then;
    private final Consumer<Line> refused;
    private final long since = System.nanoTime();
    private volatile Duration waited;

    private Wanted(String model, Consumer<AppServerThread> then, Consumer<Line> refused) {
      this.model = model;
      this.then = then;
      this.refused = refused;
    }

    private Duration sinceWanted() {
      return Duration.ofNanos(System.nanoTime() - since);
    }

    /// How long it waited, or has waited so far.
    Duration waited() {
      Duration all = waited;
      return all == null ? sinceWanted() : all;
    }

    private void give(AppServerThread thread) {
      waited = sinceWanted();
      then.accept(thread);
    }

    private void refuse(Line answer) {
      waited = sinceWanted();
      refused.accept(answer);
    }

    /// Gives up waiting; a thread may still come.
    void leave() {
      lock.lock();
      try {
        if (waiting.leave(this)) waited = sinceWanted();
      } finally {
        lock.unlock();
      }
    }
  }

  int ready() {
    lock.lock();
    try {
      return ready.size();
    } finally {
      lock.unlock();
    }
  }

  /// Those who wait for one.
  ///
  /// @param provider for whom
  List<Waiting> waiting(String provider) {
    lock.lock();
    try {
      return waiting.waiting(provider);
    } finally {
      lock.unlock();
    }
  }

  /// Gives a thread: a warm one at once, else the next that comes; or the server's refusal, or its
  /// end.
  Wanted take(Purpose purpose, String forModel, Consumer<AppServerThread> then,
      Consumer<Line> refused) {
    Wanted wanted = new Wanted(forModel, then, refused);
    lock.lock();
    try {
      lastTaken = System.nanoTime();
      model = forModel;
      waiting.join(wanted, purpose);
    } finally {
      lock.unlock();
    }
    handOut();
    int under;
    lock.lock();
    try {
      under = waiting.holds(wanted) ? expect() : -1;
    } finally {
      lock.unlock();
    }
    if (under >= 0) open(wanted, forModel, under);
    fill();
    return wanted;
  }

  /// Under the lock: one more is coming.
  ///
  /// @return the edition of the settings under which to open it
  private int expect() {
    coming++;
    return edition;
  }

  /// Gives warm threads to those who wait.
  private void handOut() {
    while (true) {
      Wanted next;
      AppServerThread thread;
      lock.lock();
      try {
        next = waiting.next(ready.size());
        if (next == null) return;
        waiting.leave(next);
        thread = ready.pollFirst();
      } finally {
        lock.unlock();
      }
      next.give(thread);
    }
  }

  /// Brings the number of warm threads up to what is kept. They are warmed while somebody waits
  /// for an answer too: the work is the server's.
  void fill() {
    while (true) {
      String forModel;
      int under;
      lock.lock();
      try {
        boolean enough = ready.size() + coming >= KEPT + waiting.size();
        if (enough || !server.alive()) return;
        forModel = model;
        under = expect();
      } finally {
        lock.unlock();
      }
      open(null, forModel, under);
    }
  }

  /// Forgets the warm ones, when the settings have changed.
  void discard() {
    List<AppServerThread> old;
    lock.lock();
    try {
      edition++;
      old = List.copyOf(ready);
      ready.clear();
    } finally {
      lock.unlock();
    }
    old.forEach(AppServerThread::close);
  }

  /// Replaces what has grown old, as long as somebody plays: an upstream closes idle connections.
  void freshen() {
    AppServerThread old = null;
    lock.lock();
    try {
      if (System.nanoTime() - lastTaken > BUSY) return;
      if (!ready.isEmpty() && ready.peekFirst().ageNanos() > STALE) old = ready.pollFirst();
    } finally {
      lock.unlock();
    }
    if (old != null) old.close();
    fill();
  }

  /// @param asker hears when it is refused, unless it has another by then; null for nobody
  private void open(Wanted asker, String forModel, int under) {
    Json.Obj params = settings.get();
    server.send("thread/start",
        forModel == null ? params : params.with("model", new Json.Str(forModel)), answer -> {
          AppServerThread thread = threadOf(answer);
          if (thread != null) opened(thread, under);
          else refused(asker, answer);
        });
  }

  private void opened(AppServerThread thread, int under) {
    Wanted next = null;
    boolean warms;
    lock.lock();
    try {
      boolean good = under == edition;
      if (good) next = waiting.next(KEPT);
      if (next != null) waiting.leave(next);
      coming--;
      warms = good && next == null && ready.size() + coming < KEPT;
      if (warms) expect();
    } finally {
      lock.unlock();
    }
    if (next != null) next.give(thread);
    else if (warms) thread.inject(WARM_UP, warmed -> arrived(thread, under, warmed));
    else thread.close();
    fill();
  }

  private void arrived(AppServerThread thread, int under, Line answer) {
    boolean warm = AppServer.resultOf(answer) != null;
    boolean good;
    lock.lock();
    try {
      coming--;
      good = warm && under == edition;
      if (good) ready.addLast(thread);
    } finally {
      lock.unlock();
    }
    if (good) handOut();
    else thread.close();
    if (!warm) log(answer);
  }

  private void refused(Wanted asker, Line answer) {
    boolean told;
    Wanted next = null;
    int under = 0;
    lock.lock();
    try {
      coming--;
      told = asker != null && waiting.leave(asker);
      if (!told && coming < waiting.size()) {
        next = waiting.next(KEPT);
        under = expect();
      }
    } finally {
      lock.unlock();
    }
    if (told) asker.refuse(answer);
    else log(answer);
    if (next != null) open(next, next.model, under);
  }

  private static void log(Line answer) {
    LOG.log(Level.DEBUG, "Codex could not warm a thread: {0}",
        answer instanceof Line.Message ? "it refuses" : "it has ended");
  }

  private AppServerThread threadOf(Line answer) {
    if (!(AppServer.resultOf(answer) instanceof Json.Obj result)) return null;
    Cursor id = Cursor.of(result).at("thread").at("id");
    return id.isString() ? new AppServerThread(server, id.string()) : null;
  }
}
