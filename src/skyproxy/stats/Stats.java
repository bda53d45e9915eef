package skyproxy.stats;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import skyproxy.chat.Attempt;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// Counts requests and remembers the last ones. Any number of threads.
///
/// Opened on a file, it goes on from what the file holds and saves there, once a minute at the
/// most and when closed. A file that can't be used costs the old figures, never the start.
public final class Stats implements AutoCloseable {
  /// How many requests are remembered one by one, and how many of them with their texts.
  static final int RECENT = 200;
  static final int WITH_TEXTS = 40;
  /// How much memory these texts may take in all.
  static final int TEXT_BYTES = 16 << 20;

  private static final Duration BETWEEN_SAVES = Duration.ofMinutes(1);
  private static final int PROVIDERS = 100;

  private record Numbered(long id, RequestRecord request) {}

  private record LastError(Instant when, String message) {}

  private final Clock clock;
  private final Instant started;
  private final StatsFile file;
  private final Consumer<String> log;
  private final Thread saver;
  private final ReentrantLock saving = new ReentrantLock();
  private final ArrayDeque<Numbered> recent = new ArrayDeque<>();
  private final Map<String, LastError> lastErrors = new LinkedHashMap<>();
  private final Map<String, Instant> asked = new LinkedHashMap<>();
  private MetricsTable today = new MetricsTable();
  private MetricsTable session = new MetricsTable();
  private MetricsTable all = new MetricsTable();
  private LocalDate day;
  private Instant since;
  private long lastId;
  private long running;
  private long askedAt = System.nanoTime();
  private boolean unsaved;
  private volatile boolean keepsTexts;

  /// Figures that go on from a file, which need not be there yet.
  ///
  /// @param log is told, in a sentence, when the file can't be read or written
  public Stats(Path file, Consumer<String> log) {
    this(new StatsFile(file), log, Clock.systemDefaultZone());
  }

  /// @param file null: in memory alone
  Stats(StatsFile file, Consumer<String> log, Clock clock) {
    this.clock = clock;
    this.file = file;
    this.log = log;
    started = since = clock.instant();
    day = LocalDate.now(clock);
    if (file == null) {
      saver = null;
    } else {
      load();
      saver = Threads.named("stats").start(this::saveFromTimeToTime);
    }
  }

  /// A request has come in; [#add] must follow.
  public synchronized void begin() {
    running++;
    askedAt = System.nanoTime();
  }

  /// For how long nobody has asked; zero while a reply is under way.
  public synchronized Duration quiet() {
    return running > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - askedAt);
  }

  /// Counts a request that has ended. Takes microseconds.
  public synchronized void add(RequestRecord request) {
    turnDay();
    if (running > 0) running--;
    askedAt = System.nanoTime();
    today.add(request);
    session.add(request);
    all.add(request);
    unsaved = true;
    for (Attempt attempt : request.attempts()) remember(attempt);
    RequestRecord kept = keepsTexts ? request : request.withoutTexts();
    recent.addFirst(new Numbered(++lastId, kept));
    if (recent.size() > RECENT) recent.removeLast();
    if (keepsTexts) dropTexts(WITH_TEXTS);
  }

  /// An attempt that answers clears what was wrong before.
  private void remember(Attempt attempt) {
    if (asked.size() < PROVIDERS || asked.containsKey(attempt.provider())) {
      asked.put(attempt.provider(), clock.instant());
    }
    if (attempt.failure() == null) {
      lastErrors.remove(attempt.provider());
    } else if (lastErrors.size() < PROVIDERS || lastErrors.containsKey(attempt.provider())) {
      String message = RequestJson.cut(attempt.failure().message());
      lastErrors.put(attempt.provider(), new LastError(clock.instant(), message));
    }
  }

  /// Whether a provider was asked for anything within the last while, in this run or before.
  public synchronized boolean askedWithin(Duration last, String provider) {
    Instant when = asked.get(provider);
    return when != null && when.isAfter(clock.instant().minus(last));
  }

  /// Whether a [RequestRecord] shall carry prompt and answer.
  public boolean keepsTexts() {
    return keepsTexts;
  }

  /// Keeps the texts of the last requests from now on, or forgets them all at once.
  public synchronized void keepTexts(boolean keep) {
    keepsTexts = keep;
    if (!keep) dropTexts(0);
  }

  private void dropTexts(int kept) {
    List<Numbered> same = List.copyOf(recent);
    recent.clear();
    long bytes = 0;
    for (Numbered one : same) {
      bytes += one.request().textBytes();
      boolean keep = recent.size() < kept && bytes <= TEXT_BYTES;
      recent.add(keep ? one : new Numbered(one.id(), one.request().withoutTexts()));
    }
  }

  /// Forgets all that was counted and every request.
  public synchronized void clear() {
    today = new MetricsTable();
    session = new MetricsTable();
    all = new MetricsTable();
    since = clock.instant();
    recent.clear();
    lastErrors.clear();
    asked.clear();
    lastId++;
    unsaved = true;
  }

  /// What is new since the request numbered `after`, without the figures when nothing is; with -1
  /// everything.
  public synchronized Json.Obj json(long after) {
    turnDay();
    Json.Obj.Builder out = Json.Obj.builder()
        .put("now", clock.instant().toString())
        .put("started", started.toString())
        .put("counting_since", since.toString())
        .put("running", running)
        .put("last_id", lastId)
        .put("texts_kept", keepsTexts);
    if (after != lastId) {
      out.put("today", today.json()).put("since_start", session.json()).put("all", all.json());
    }
    List<Json> newer = new ArrayList<>();
    for (Numbered one : recent) {
      boolean isNew = one.id() > after || after > lastId;
      if (isNew) newer.add(RequestJson.of(one.id(), one.request()));
    }
    return out.put("recent", new Json.Arr(newer)).build();
  }

  /// One of the last requests with its texts, as far as kept; null when it is not among them.
  public synchronized Json.Obj request(long id) {
    for (Numbered one : recent) {
      if (one.id() == id) return RequestJson.withTexts(id, one.request());
    }
    return null;
  }

  /// One of the last requests as it came, but for large pictures; null when its text is not kept.
  public Json.Obj wholePrompt(long id) {
    String prompt = promptOf(id);
    return prompt == null ? null : (Json.Obj) Json.parse(prompt);
  }

  private synchronized String promptOf(long id) {
    for (Numbered one : recent) {
      if (one.id() == id) return one.request().prompt();
    }
    return null;
  }

  /// What last went wrong with a provider, or null when it has answered since.
  public synchronized Json.Obj lastError(String provider) {
    LastError error = lastErrors.get(provider);
    return error == null ? null : Json.Obj.builder()
        .put("when", error.when().toString()).put("message", error.message()).build();
  }

  private void turnDay() {
    LocalDate now = LocalDate.now(clock);
    if (now.equals(day)) return;
    day = now;
    today = new MetricsTable();
  }

  private void load() {
    try {
      Json.Obj saved = file.load();
      if (saved == null) return;
      Cursor at = Cursor.of(saved);
      MetricsTable whole = new MetricsTable();
      whole.load(at.at("all"));
      MetricsTable lastDay = new MetricsTable();
      lastDay.load(at.at("today"));
      since = Instant.parse(at.at("since").string());
      if (!at.at("asked").isMissing()) {
        at.at("asked").members().forEach((provider, when) ->
            asked.put(provider, Instant.parse(when.string())));
      }
      all = whole;
      if (at.at("day").string().equals(day.toString())) today = lastDay;
    } catch (IOException | RuntimeException e) {
      log.accept("The figures of earlier days can't be read and begin anew: " + e.getMessage());
    }
  }

  private void saveFromTimeToTime() {
    boolean complained = false;
    while (true) {
      try {
        Thread.sleep(BETWEEN_SAVES);
      } catch (InterruptedException closed) {
        return;
      }
      complained = save(complained);
    }
  }

  /// Saves what is not saved yet.
  public void save() {
    save(false);
  }

  /// @return whether saving failed and has been logged
  private boolean save(boolean complained) {
    if (file == null) return complained;
    saving.lock();
    try {
      return saveUnsaved(complained);
    } finally {
      saving.unlock();
    }
  }

  private boolean saveUnsaved(boolean complained) {
    Json.Obj figures;
    synchronized (this) {
      if (!unsaved) return complained;
      unsaved = false;
      Json.Obj.Builder times = Json.Obj.builder();
      asked.forEach((provider, when) -> times.put(provider, when.toString()));
      figures = Json.Obj.builder().put("since", since.toString()).put("day", day.toString())
          .put("asked", times.build())
          .put("today", today.save()).put("all", all.save()).build();
    }
    try {
      file.save(figures);
      return false;
    } catch (IOException e) {
      synchronized (this) {
        unsaved = true;
      }
      if (!complained) log.accept("The figures can't be saved. " + e.getMessage());
      return true;
    }
  }

  /// Saves a last time.
  @Override
  public void close() {
    if (saver == null) return;
    saver.interrupt();
    try {
      saver.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    save(false);
  }
}
