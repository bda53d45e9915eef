package skyproxy.threads;

import java.lang.Runtime.Version;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Makes the threads that the program works on: virtual ones, or ordinary ones on a Java whose
/// virtual threads may sleep for ever. Decided once, here; nothing else depends on the kind.
///
/// The faults: after a wait with a limit a virtual thread never wakes from one without
/// (JDK-8369227, in 25.0.0 to 25.0.2 and 26.0.0), and so with monitors (JDK-8373120, below 25.0.4
/// and 26.0.1). A reply waits exactly so, and the player would wait for a line that never comes.
/// A game has a few dozen requests under way at the most, for which ordinary threads do as well.
///
/// Not meant for players: the system property [#PROPERTY] forces either kind.
public final class Threads {
  /// The system property that forces a kind, by its [Kind#wireName].
  public static final String PROPERTY = "skyproxy.threads";

  private static final Kind KIND = Kind.chosen(System.getProperty(PROPERTY), Runtime.version());

  /// The two kinds of thread.
  public enum Kind {
    VIRTUAL, ORDINARY;

    /// The kind to be used on this version of Java when nothing forces one.
    public static Kind of(Version java) {
      return java.compareTo(floor(java)) < 0 ? ORDINARY : VIRTUAL;
    }

    static Kind chosen(String forced, Version java) {
      for (Kind kind : values()) {
        if (kind.wireName().equals(forced)) return kind;
      }
      return of(java);
    }

    /// The first of a Java's releases that has both faults mended. All vendors count alike. Early
    /// access to a release comes before it and may lack what was mended while 27 was written.
    private static Version floor(Version java) {
      return Version.parse(switch (java.feature()) {
        case 25 -> "25.0.4";
        case 26 -> "26.0.1";
        default -> "27";
      });
    }

    /// Its name in `/stats`.
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private Threads() {}

  /// The kind that is in use.
  public static Kind kind() {
    return KIND;
  }

  /// A thread to be started; it does not keep the program alive.
  public static Thread.Builder named(String name) {
    return switch (KIND) {
      case VIRTUAL -> Thread.ofVirtual().name(name);
      case ORDINARY -> Thread.ofPlatform().daemon().name(name);
    };
  }

  /// A thread for each task, however many there are: nothing ever queues. Ordinary ones are kept
  /// for a minute, for the next task.
  public static ExecutorService pool(String name) {
    return switch (KIND) {
      case VIRTUAL -> Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name).factory());
      case ORDINARY -> Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name(name + " ", 1).factory());
    };
  }

  /// What the player should know of their Java, or null when it is as it should be.
  public static String advice() {
    return KIND == Kind.ORDINARY ? advice(Runtime.version()) : null;
  }

  static String advice(Version java) {
    if (Kind.of(java) == Kind.VIRTUAL) return null;
    String plain = String.join(".", java.version().stream().map(String::valueOf).toList())
        + java.pre().map(pre -> "-" + pre).orElse("");
    return "This Java (" + plain + ") has a fault in its virtual threads that can silence a line,"
        + " so the proxy works on ordinary ones. Nothing else changes; when you can, update Java"
        + " to " + Kind.floor(java) + " or newer.";
  }
}
