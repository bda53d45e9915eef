package skyproxy.stats;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import skyproxy.json.Json;

/// Counts requests and remembers the last ones. Any number of threads.
public final class Stats {
  /// How many requests are remembered one by one.
  static final int RECENT = 200;

  private record Numbered(long id, Exchange exchange) {}

  private final Clock clock;
  private final Instant started;
  private final ArrayDeque<Numbered> recent = new ArrayDeque<>();
  private Table today = new Table();
  private Table session = new Table();
  private LocalDate day;
  private long lastId;
  private volatile boolean keepsTexts;

  public Stats() {
    this(Clock.systemDefaultZone());
  }

  Stats(Clock clock) {
    this.clock = clock;
    started = clock.instant();
    day = LocalDate.now(clock);
  }

  /// Counts a request that has ended. Takes microseconds.
  public synchronized void add(Exchange exchange) {
    turnDay();
    today.add(exchange);
    session.add(exchange);
    recent.addFirst(new Numbered(++lastId, exchange));
    if (recent.size() > RECENT) recent.removeLast();
  }

  /// Whether an [Exchange] shall carry prompt and answer.
  public boolean keepsTexts() {
    return keepsTexts;
  }

  /// Everything that there is to show.
  public synchronized Json.Obj json() {
    turnDay();
    List<Json> last = new ArrayList<>();
    for (Numbered one : recent) last.add(Shown.exchange(one.id(), one.exchange()));
    return Json.Obj.builder()
        .put("started", started.toString())
        .put("last_id", lastId)
        .put("texts_kept", keepsTexts)
        .put("today", today.json())
        .put("since_start", session.json())
        .put("recent", new Json.Arr(last))
        .build();
  }

  private void turnDay() {
    LocalDate now = LocalDate.now(clock);
    if (now.equals(day)) return;
    day = now;
    today = new Table();
  }
}
