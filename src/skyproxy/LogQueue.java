package skyproxy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Keeps those who log from waiting for those who read: a click into a Windows console stops every
/// write to it, for as long as the player likes.
///
/// The last lines wait in one bounded queue, and each end of it (the console, a file) takes them at
/// its own pace, on a thread of its own: some moments behind, so that a reply's line is not written
/// while the next reply begins. What an end was too slow for is dropped there, counted, and said in
/// its place when the end moves on. Any number of threads log.
final class LogQueue extends Handler {
  private static final int CAPACITY = 1_000;
  private static final Duration BEHIND = Duration.ofMillis(100);
  /// How long the end of the program waits for an end that stands still.
  private static final Duration LAST_WORDS = Duration.ofMillis(300);

  /// A place that lines are written to; may block for any time.
  interface End {
    void write(String line) throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition hurry = lock.newCondition();
  private final LogRecord[] lines;
  private final long behind;
  private final List<Reader> readers = new ArrayList<>();
  private long added;
  /// How many of them somebody waits for.
  private long wanted;

  LogQueue() {
    this(CAPACITY, BEHIND);
  }

  /// @param capacity how many lines wait at the most
  /// @param behind how long after it came a line is written, unless many wait
  LogQueue(int capacity, Duration behind) {
    lines = new LogRecord[capacity];
    this.behind = behind.toNanos();
    setLevel(Level.ALL);
  }

  /// Makes this the only way of the log; to be called once, before the first line.
  void install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) root.removeHandler(handler);
    root.addHandler(this);
    // Else the JDK writes a stack trace to the console itself, and waits for it.
    Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> System.getLogger("skyproxy").log(
        System.Logger.Level.ERROR, "A fault of the proxy, please report it:", bug));
  }

  /// Adds an end that gets every line that is still there, and all that come.
  ///
  /// @param name in the name of its thread, and in what is said of lines that it did not take
  LogQueue to(String name, Formatter formatter, End end) {
    lock.lock();
    try {
      long oldest = Math.max(0, added - lines.length);
      Reader reader = new Reader(name, formatter, end, oldest);
      readers.add(reader);
      Thread.ofPlatform().daemon().name("log to the " + name).start(reader);
    } finally {
      lock.unlock();
    }
    return this;
  }

  @Override
  public void publish(LogRecord line) {
    if (!isLoggable(line)) return;
    lock.lock();
    try {
      lines[(int) (added++ % lines.length)] = line;
      changed.signalAll();
      for (Reader reader : readers) {
        if (reader.lacksRoom()) hurry.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits until all is written, but not long for an end that stands still.
  @Override
  public void flush() {
    lock.lock();
    try {
      long left = LAST_WORDS.toNanos();
      long all = added;
      wanted = all;
      hurry.signalAll();
      while (left > 0 && readers.stream().anyMatch(reader -> reader.written < all)) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /// Lines may still come: the JDK takes all handlers away when the program begins to end, and the
  /// last replies are still to be told of. So this one comes back.
  @Override
  public void close() {
    Logger.getLogger("").addHandler(this);
    flush();
  }

  /// The thread of one end, and its place in the queue.
  private final class Reader implements Runnable {
    private final String name;
    private final Formatter formatter;
    private final End end;
    private long next;
    private long written;

    private Reader(String name, Formatter formatter, End end, long from) {
      this.name = name;
      this.formatter = formatter;
      this.end = end;
      next = from;
      written = from;
    }

    @Override
    public void run() {
      try {
        while (true) {
          Taken taken = take();
          if (taken.dropped > 0) end.write(formatted(dropped(taken.dropped)));
          end.write(formatted(taken.line));
          wrote();
        }
      } catch (IOException | InterruptedException _) {
        // Nobody reads there any more.
      } finally {
        leave();
      }
    }

    private Taken take() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        if (next == added) {
          while (next == added) changed.await();
          if (next >= wanted && !lacksRoom()) hurry.awaitNanos(behind);
        }
        long dropped = Math.max(0, added - lines.length - next);
        next += dropped;
        return new Taken(lines[(int) (next++ % lines.length)], dropped);
      } finally {
        lock.unlock();
      }
    }

    /// Whether so many lines wait that more would soon be lost.
    private boolean lacksRoom() {
      return added - next > lines.length / 2;
    }

    private void wrote() {
      lock.lock();
      written = next;
      if (written == added) changed.signalAll();
      lock.unlock();
    }

    private void leave() {
      lock.lock();
      readers.remove(this);
      changed.signalAll();
      lock.unlock();
    }

    private LogRecord dropped(long count) {
      return new LogRecord(Level.WARNING, (count == 1 ? "1 line is" : count + " lines are")
          + " missing here: the " + name + " stood still meanwhile.");
    }

    private String formatted(LogRecord line) {
      try {
        return formatter.format(line);
      } catch (RuntimeException bug) {
        return formatter.format(
            new LogRecord(Level.SEVERE, "A line of the log can't be written: " + bug));
      }
    }
  }

  /// @param dropped how many lines before this one are lost
  private record Taken(LogRecord line, long dropped) {}
}
