package skyproxy.stats;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// Counts requests and remembers the last ones. Any number of threads.
///
/// Opened on a file, it goes on from what the file holds and saves there, once a minute at the
/// most and when closed. A file that can't be used costs the old figures, never the start. Of
/// several programs on one file the first writes it; of the others the charges are kept alone.
public final class Stats implements AutoCloseable {
  /// How many requests are remembered one by one, and how many of them with their texts.
  static final int RECENT = 200;
  static final int WITH_TEXTS = 40;
  /// How much memory these texts may take in all.
  static final int TEXT_BYTES = 16 << 20;

  private static final Duration BETWEEN_SAVES = Duration.ofMinutes(1);

  private record Numbered(long id, RequestRecord request) {}

  private final Clock clock;
  private final Instant started;
  private final StatsFile file;
  private final Ledgers ledgers;
  private final Ledger ledger;
  private final Consumer<String> log;
  private final Thread saver;
  private final ReentrantLock saving = new ReentrantLock();
  /// Held by who writes to the ledger, so that nobody else has to wait for the disk.
  private final ReentrantLock charging = new ReentrantLock();
  private final CacheTable caches = new CacheTable();
  private final ArrayDeque<Numbered> recent = new ArrayDeque<>();
  private final LastSeen seen = new LastSeen();
  private Span today = new Span();
  private Span session = new Span();
  private Span all = new Span();
  private Spending spending = new Spending();
  private long lastCharge;
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
    this(file, log, Clock.systemDefaultZone());
  }

  /// @param file null: in memory alone
  /// @param clock says when a day begins, too
  public Stats(Path file, Consumer<String> log, Clock clock) {
    this.clock = clock;
    this.log = log;
    started = since = clock.instant();
    day = LocalDate.now(clock);
    this.file = file == null ? null : new StatsFile(file);
    ledgers = file == null ? null : new Ledgers(file, log);
    ledger = file == null ? null : ledgers.own();
    if (file != null) load();
    saver = file == null || !ledgers.keepsFigures() ? null
        : Threads.named("stats").start(this::saveFromTimeToTime);
  }

  /// All models of a provider have a cache, which leaves out what is too short for it alone.
  ///
  /// @param minimum the fewest tokens that a model caches, by its id
  public synchronized void caches(String provider, ToIntFunction<String> minimum) {
    caches.caches(provider, minimum);
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
    caches.add(request);
    unsaved = true;
    request.attempts().forEach(attempt -> seen.attempt(attempt, clock.instant()));
    RequestRecord kept = keepsTexts ? request : request.withoutTexts();
    recent.addFirst(new Numbered(++lastId, kept));
    if (recent.size() > RECENT) recent.removeLast();
    if (keepsTexts) dropTexts(WITH_TEXTS);
  }

  /// Counts what a reply cost; on disk when this returns. Takes a moment, with the disk's.
  public void charge(Charge charge) {
    charging.lock();
    try {
      Ledger.Entry entry = new Ledger.Entry(lastCharge + 1, clock.instant(), charge);
      if (ledger != null) ledger.append(entry);
      synchronized (this) {
        turnDay();
        lastCharge = entry.number();
        book(entry);
        session.table().add(charge);
      }
    } finally {
      charging.unlock();
    }
  }

  private void book(Ledger.Entry entry) {
    Charge charge = entry.charge();
    if (LocalDate.ofInstant(entry.when(), clock.getZone()).equals(day)) today.table().add(charge);
    all.table().add(charge);
    spending.add(entry.when(), charge.provider(), charge.cost().usd());
    unsaved = true;
  }

  /// The US dollars that were spent since midnight, also when the figures were deleted meanwhile.
  ///
  /// @param provider null for all together
  public synchronized BigDecimal spentToday(String provider) {
    return spending.since(LocalDate.now(clock).atStartOfDay(clock.getZone()).toInstant(), provider);
  }

  /// The next midnight of the player.
  public Instant endOfDay() {
    return LocalDate.now(clock).plusDays(1).atStartOfDay(clock.getZone()).toInstant();
  }

  /// Now, by the clock that says when a day begins.
  public Instant now() {
    return clock.instant();
  }

  /// Remembers a request that has ended as the last one of the game's own.
  public synchronized void gameCalled(RequestRecord request) {
    seen.game(request);
    unsaved = true;
  }

  /// Whether a provider was asked for anything within the last while, in this run or before.
  public synchronized boolean askedWithin(Duration last, String provider) {
    Instant when = seen.asked(provider);
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
    today = new Span();
    session = new Span();
    all = new Span();
    since = clock.instant();
    recent.clear();
    seen.clear();
    caches.clear();
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
        .put("game", seen.game())
        .put("texts_kept", keepsTexts);
    if (after != lastId) {
      out.put("today", today.json()).put("since_start", session.json()).put("all", all.json())
          .put("cache", caches.json());
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
    return seen.error(provider);
  }

  private void turnDay() {
    LocalDate now = LocalDate.now(clock);
    if (now.equals(day)) return;
    day = now;
    today = new Span();
  }

  private void load() {
    long gathered = 0;
    try {
      Json.Obj saved = file.load();
      if (saved != null) gathered = load(Cursor.of(saved));
    } catch (IOException | RuntimeException e) {
      log.accept("The figures of earlier days can't be read and begin anew: " + e.getMessage());
    }
    try {
      lastCharge = gathered;
      for (Ledger.Entry entry : ledgers.first().read()) {
        if (entry.number() <= lastCharge) continue;
        lastCharge = entry.number();
        book(entry);
      }
    } catch (IOException e) {
      log.accept("What the last replies cost can't be read. " + e.getMessage());
    }
    ledgers.gather().forEach(this::book);
  }

  /// The number of the last charge that is in the figures.
  private long load(Cursor at) {
    Span whole = new Span();
    whole.table().load(at.at("all"));
    whole.play().load(at.at("play_all"));
    Span lastDay = new Span();
    lastDay.table().load(at.at("today"));
    lastDay.play().load(at.at("play_today"));
    Spending lately = new Spending();
    lately.load(at.at("spent"));
    long gathered = at.at("charges").integerOr(0);
    since = Instant.parse(at.at("since").string());
    seen.load(at);
    ledgers.load(at.at("gathered"));
    spending = lately;
    all = whole;
    if (at.at("day").string().equals(day.toString())) today = lastDay;
    return gathered;
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
    if (file == null || !ledgers.keepsFigures()) return complained;
    saving.lock();
    try {
      List<Ledger.Entry> ended = ledgers.gather();
      synchronized (this) {
        ended.forEach(this::book);
      }
      return saveUnsaved(complained);
    } finally {
      saving.unlock();
    }
  }

  private boolean saveUnsaved(boolean complained) {
    Json.Obj figures;
    long gathered;
    synchronized (this) {
      if (!unsaved) return complained;
      unsaved = false;
      gathered = lastCharge;
      figures = seen.save(Json.Obj.builder())
          .put("since", since.toString()).put("day", day.toString())
          .put("today", today.table().save()).put("play_today", today.play().save())
          .put("all", all.table().save()).put("play_all", all.play().save())
          .put("spent", spending.save()).put("charges", gathered)
          .put("gathered", ledgers.save()).build();
    }
    try {
      file.save(figures);
      ledgers.drop();
      charging.lock();
      try {
        if (lastCharge == gathered) ledger.empty();
      } finally {
        charging.unlock();
      }
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
    if (saver != null) {
      saver.interrupt();
      try {
        saver.join();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
      save(false);
    }
    if (ledgers != null) ledgers.close();
  }
}
