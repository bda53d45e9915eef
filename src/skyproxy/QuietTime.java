package skyproxy;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/// Does what would be in the way of a line, once each time that nobody has asked for a while.
///
/// Not meant for players: the system property [#PROPERTY] shortens the while, in milliseconds.
final class QuietTime {
  /// The system property that says how long nobody must have asked.
  static final String PROPERTY = "skyproxy.quiet";
  private static final System.Logger LOG = System.getLogger(QuietTime.class.getName());
  private static final Duration USUAL = Duration.ofSeconds(60);
  private static final int LOOKS = 6;

  private final Supplier<Duration> quiet;
  private final Duration needed;
  private final Runnable work;
  private boolean done;

  /// @param quiet for how long nobody has asked; zero while a reply is under way
  QuietTime(Supplier<Duration> quiet, Duration needed, Runnable work) {
    this.quiet = quiet;
    this.needed = needed;
    this.work = work;
  }

  /// Begins to watch, in the background.
  static void watch(Supplier<Duration> quiet, Runnable work) {
    QuietTime time =
        new QuietTime(quiet, Duration.ofMillis(Long.getLong(PROPERTY, USUAL.toMillis())), work);
    Thread.ofPlatform().daemon().name("quiet time").start(time::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(needed.dividedBy(LOOKS));
        look();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Works if it is time to.
  void look() {
    boolean time = quiet.get().compareTo(needed) >= 0;
    boolean begins = time && !done;
    done = time;
    if (!begins) return;
    try {
      work.run();
    } catch (RuntimeException bug) {
      LOG.log(Level.WARNING, "What was left for a quiet time failed.", bug);
    }
  }
}
