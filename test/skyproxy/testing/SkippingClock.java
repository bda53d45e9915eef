package skyproxy.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// A clock that a test can put forward; else it goes like all others, or slower. Any number of
/// threads.
public final class SkippingClock implements LongSupplier {
  private final AtomicLong skipped = new AtomicLong();
  private final int slower;

  public SkippingClock() {
    this(1);
  }

  /// @param slower so many times: what a busy machine is late with is not late yet by this clock
  public SkippingClock(int slower) {
    this.slower = slower;
  }

  @Override
  public long getAsLong() {
    return System.nanoTime() / slower + skipped.get();
  }

  public void skip(Duration time) {
    skipped.addAndGet(time.toNanos());
  }
}
