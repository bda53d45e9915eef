package skyproxy.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import skyproxy.chat.Purpose;
import skyproxy.chat.Urgency;
import skyproxy.chat.Waiting;

/// The order in which requests get places at something that has only so many of them: connections
/// to a server, processes, threads. One for all that queue.
///
/// First what the player waits for: an [Urgency] before the next, and within one first come first
/// served. So that nothing waits for ever, a request moves up one class every [#STEP], but never
/// among dialogue.
///
/// A line seldom comes alone: the choice of the next speaker follows it, and that one's words. So
/// the last free place is kept for [Urgency#DIALOGUE] and [Urgency#LINE]: always where there are
/// [#MANY] or more, and where there are fewer for [#PAUSE] after a dialogue. For this a request
/// stays in the class that it came in.
///
/// Its owner guards it with a lock, knows how many places are free, and wakes those who wait.
///
/// @param <T> those who wait, each but once
public final class RequestQueue<T> {
  private static final Duration STEP = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int MANY = 3;

  private record Entry<T>(T who, Purpose purpose, long since) {}

  private final int places;
  private final LongSupplier nanos;
  private final List<Entry<T>> entries = new ArrayList<>();
  private boolean pausing;
  private long pauseEnds;

  /// @param places how many there are, free or not
  /// @param nanos the clock, as [System#nanoTime]
  public RequestQueue(int places, LongSupplier nanos) {
    this.places = places;
    this.nanos = nanos;
  }

  /// Joins the end of the queue.
  public void join(T who, Purpose purpose) {
    entries.add(new Entry<>(who, purpose, nanos.getAsLong()));
  }

  /// Leaves the queue, served or not; false when it was not in it.
  public boolean leave(T who) {
    return entries.removeIf(entry -> entry.who.equals(who));
  }

  public boolean holds(T who) {
    return entries.stream().anyMatch(entry -> entry.who.equals(who));
  }

  public int size() {
    return entries.size();
  }

  /// The one to be served next, who stays in the queue; null when nobody there may have a place.
  ///
  /// @param free how many places are free
  public T next(int free) {
    if (free < 1) return null;
    boolean forAll = free > (keepsOne() ? 1 : 0);
    long now = nanos.getAsLong();
    Entry<T> next = null;
    for (Entry<T> entry : entries) {
      boolean may = forAll || entry.purpose.urgency().compareTo(Urgency.LINE) <= 0;
      if (may && (next == null || rank(entry, now) < rank(next, now))) next = entry;
    }
    return next == null ? null : next.who;
  }

  private boolean keepsOne() {
    return places >= MANY || untilForAll() > 0;
  }

  private static long rank(Entry<?> entry, long now) {
    int rank = entry.purpose.urgency().ordinal();
    if (rank <= Urgency.LINE.ordinal()) return rank;
    return Math.max(Urgency.LINE.ordinal(), rank - (now - entry.since) / STEP.toNanos());
  }

  /// One who had a place has left it.
  public void left(Purpose purpose) {
    if (places >= MANY || purpose.urgency() != Urgency.DIALOGUE) return;
    pausing = true;
    pauseEnds = nanos.getAsLong() + PAUSE.toNanos();
  }

  /// How long, in nanoseconds, until the owner must look again who is [#next] though nobody has
  /// come or left; 0 when it need not.
  public long untilForAll() {
    if (!pausing) return 0;
    long left = pauseEnds - nanos.getAsLong();
    pausing = left > 0;
    return Math.max(left, 0);
  }

  /// Those who wait, as they came.
  ///
  /// @param provider for whom
  public List<Waiting> waiting(String provider) {
    long now = nanos.getAsLong();
    return entries.stream().map(entry -> new Waiting(provider, entry.purpose,
        Instant.now().minusNanos(now - entry.since))).toList();
  }

  /// Empties the queue.
  ///
  /// @return those who were in it
  public List<T> clear() {
    List<T> all = entries.stream().map(Entry::who).toList();
    entries.clear();
    return all;
  }
}
