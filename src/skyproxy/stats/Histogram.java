package skyproxy.stats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A distribution of durations in a fixed number of buckets: eight for each doubling from 10 ms to
/// ten minutes, so a quantile is at most 5 % off. Not safe for several threads.
final class Histogram {
  private static final double FIRST = 10;
  private static final int PER_DOUBLING = 8;
  static final int BUCKETS = 16 * PER_DOUBLING;

  private final long[] counts = new long[BUCKETS];
  private long total;

  void add(long millis) {
    counts[bucket(millis)]++;
    total++;
  }

  void add(Histogram other) {
    for (int i = 0; i < BUCKETS; i++) counts[i] += other.counts[i];
    total += other.total;
  }

  /// What is not zero, as a row of bucket and count in turn.
  Json.Arr save() {
    List<Json> row = new ArrayList<>();
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0) Collections.addAll(row, Json.Num.of(i), Json.Num.of(counts[i]));
    }
    return new Json.Arr(row);
  }

  /// Adds what [#save] gave.
  void load(Cursor saved) {
    List<Cursor> row = saved.array();
    for (int i = 0; i + 1 < row.size(); i += 2) {
      long bucket = row.get(i).integer();
      long count = row.get(i + 1).integer();
      if (bucket < 0 || bucket >= BUCKETS || count < 0) {
        throw row.get(i).mismatch("must be a bucket and its count");
      }
      counts[(int) bucket] += count;
      total += count;
    }
  }

  /// The duration in milliseconds that `share` (0 to 1) of all stay below or at; -1 when empty.
  long quantile(double share) {
    if (total == 0) return -1;
    long rank = Math.max(1, (long) Math.ceil(share * total));
    int bucket = 0;
    for (long seen = counts[0]; seen < rank; seen += counts[bucket]) bucket++;
    return Math.round(FIRST * Math.pow(2, (bucket + 0.5) / PER_DOUBLING));
  }

  private static int bucket(long millis) {
    if (millis <= FIRST) return 0;
    double doublings = Math.log(millis / FIRST) / Math.log(2);
    return Math.min((int) (doublings * PER_DOUBLING), BUCKETS - 1);
  }
}
