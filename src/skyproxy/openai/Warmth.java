package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.threads.Threads;

/// The times at which a server is asked, and the request that keeps its model loaded in between.
/// Any number of threads.
///
/// Servers unload a model that nobody has asked for some minutes, and load it again while the
/// player waits for a line. A server that is to stay warm is asked for one token when the proxy
/// starts, and again whenever its model was left alone for a while; never while a request waits,
/// and no more once the game has been gone for hours.
final class Warmth implements AutoCloseable {
  /// Ollama and LM Studio unload a model after five minutes, or later.
  static final Duration PAUSE = Duration.ofMinutes(4);

  private static final System.Logger LOG = System.getLogger(Warmth.class.getName());
  private static final Duration AFTER_A_FAILURE = Duration.ofMinutes(1);
  private static final Duration GONE = Duration.ofHours(3);
  private static final Duration SLOW = Duration.ofSeconds(5);

  private final boolean fixed;
  private final Duration pause;
  private final Thread keeper;
  private String model;
  private long dueAt;
  private long askedAt = System.nanoTime();
  private int waiting;
  private boolean asked;
  private boolean slow;

  /// @param model the one to keep loaded; null: the one that was asked last
  /// @param pause after which it is asked for a token
  /// @param warm asks a model for one token, and blocks; null: nothing is kept warm
  Warmth(String model, Duration pause, Consumer<String> warm) {
    this.model = model;
    this.pause = pause;
    fixed = model != null;
    dueAt = System.nanoTime();
    keeper = warm == null ? null : Threads.named("a model kept warm").start(() -> keep(warm));
  }

  /// A request under way.
  final class Visit {
    private final String asked;
    private final long since = System.nanoTime();
    private final boolean afterPause;
    private boolean over;

    private Visit(String asked, boolean afterPause) {
      this.asked = asked;
      this.afterPause = afterPause;
    }

    /// The first word of a stream has come.
    void spoke() {
      if (afterPause && System.nanoTime() - since > SLOW.toNanos()) noteSlow();
    }

    void end() {
      if (over) return;
      over = true;
      ended(asked);
    }
  }

  /// A request of the game begins.
  synchronized Visit begin(String wanted) {
    long now = System.nanoTime();
    boolean afterPause = !asked || now - dueAt >= 0;
    asked = true;
    askedAt = now;
    waiting++;
    if (!fixed) model = wanted;
    return new Visit(wanted, afterPause);
  }

  private synchronized void ended(String wanted) {
    waiting--;
    if (wanted.equals(model)) dueAt = System.nanoTime() + pause.toNanos();
    notifyAll();
  }

  private synchronized void noteSlow() {
    slow = true;
  }

  /// Whether the first word after a pause was a long time coming.
  synchronized boolean slow() {
    return slow;
  }

  private void keep(Consumer<String> warm) {
    try {
      while (!Thread.currentThread().isInterrupted()) { // also where nothing is waited for
        String due = awaitDue();
        boolean answered = false;
        try {
          warm.accept(due);
          answered = true;
        } catch (ChatException failed) {
          LOG.log(Level.DEBUG, "{0} could not be kept warm: {1}", due, failed.failure().gist());
        }
        putOff(answered ? pause : AFTER_A_FAILURE);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized String awaitDue() throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      boolean gone = now - askedAt > GONE.toNanos();
      if (model == null || waiting > 0 || gone) {
        wait();
      } else if (dueAt - now > 0) {
        wait(Math.max(1, Duration.ofNanos(dueAt - now).toMillis()));
      } else {
        return model;
      }
    }
  }

  private synchronized void putOff(Duration time) {
    dueAt = System.nanoTime() + time.toNanos();
  }

  @Override
  public void close() {
    if (keeper != null) keeper.interrupt();
  }
}
