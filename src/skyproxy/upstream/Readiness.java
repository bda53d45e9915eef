package skyproxy.upstream;

import java.time.Duration;

/// Tells whether a child process is kept ready: not for somebody who may never ask for it, and no
/// longer when nobody has asked for a while. Any number of threads.
public final class Readiness {
  /// How long one is kept that nobody asks for.
  public static final Duration USUAL = Duration.ofMinutes(30);

  private final long kept;
  private volatile boolean wanted;
  private volatile long askedAt = System.nanoTime();

  /// @param wanted whether to begin with it
  /// @param kept how long one is kept that nobody asks for
  public Readiness(boolean wanted, Duration kept) {
    this.wanted = wanted;
    this.kept = kept.toNanos();
  }

  /// Somebody asks, or is likely to.
  public void asked() {
    askedAt = System.nanoTime();
    wanted = true;
  }

  /// Whether one is to be kept ready now.
  public boolean awake() {
    return wanted && System.nanoTime() - askedAt <= kept;
  }
}
