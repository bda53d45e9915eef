package skyproxy.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// A clock that a test can put forward; else it goes like all others. Any number of threads.
public final class SkippingClock implements LongSupplier {
  private final AtomicLong skipped = new AtomicLong();

  @Override
  public long getAsLong() {
    return System.nanoTime() + skipped.get();
  }

  public void skip(Duration time) {
    skipped.addAndGet(time.toNanos());
  }
}
