package skyproxy.stats;

import java.util.Arrays;

/// How durations are spread, in a fixed number of buckets: eight for each doubling from 10 ms to
/// ten minutes, so a quantile is at most 5 % off. Not safe for several threads.
final class Histogram {
  private static final double FIRST = 10;
  private static final int PER_DOUBLING = 8;
  static final int BUCKETS = 16 * PER_DOUBLING;

  private final int[] counts;
  private int total;

  Histogram() {
    this(new int[BUCKETS]);
  }

  /// @param counts one for each bucket; kept, not copied
  private Histogram(int[] counts) {
    this.counts = counts;
    total = Arrays.stream(counts).sum();
  }

  /// What [#counts] gave; an array of another length, or with negative counts, counts nothing.
  static Histogram of(int[] counts) {
    boolean good = counts.length == BUCKETS && Arrays.stream(counts).allMatch(n -> n >= 0);
    return new Histogram(good ? counts.clone() : new int[BUCKETS]);
  }

  void add(long millis) {
    counts[bucket(millis)]++;
    total++;
  }

  void add(Histogram other) {
    for (int i = 0; i < BUCKETS; i++) counts[i] += other.counts[i];
    total += other.total;
  }

  int count() {
    return total;
  }

  int[] counts() {
    return counts.clone();
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
