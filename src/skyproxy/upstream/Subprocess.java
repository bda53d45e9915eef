package skyproxy.upstream;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import skyproxy.threads.Threads;
import skyproxy.windows.ChildJob;
import skyproxy.windows.Windows;

/// A child process that is ended with the program, and whose own children end with it: on Windows
/// also when the program is killed.
///
/// Its stderr is drained all the time (a full pipe would stop it); the last lines are kept for
/// messages. Any thread may close it.
///
/// Pipes are read and written by platform threads, here and in [JsonLines]. Waiting for a pipe
/// blocks the carrier of a virtual thread, and there are only as many carriers as processors: a
/// few children that are silent, or do not read, would stop every reply of the program.
public final class Subprocess implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Subprocess.class.getName());
  private static final Set<Subprocess> ALIVE = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean COMPLAINED = new AtomicBoolean();
  private static final int KEPT = 2_000;
  private static final Duration LAST_CHANCE = Duration.ofMillis(500);

  private final Process process;
  private final StringBuilder stderr = new StringBuilder();
  private final Thread drainer =
      Thread.ofPlatform().daemon().name("Stderr of a child").unstarted(this::drainStderr);

  private Subprocess(Process process) {
    this.process = process;
  }

  /// Starts a process; the caller has set its folder, environment, stdin and stdout.
  public static Subprocess start(ProcessBuilder builder) throws IOException {
    if (Windows.here()) inJob(ChildJob::prepare);
    Subprocess child = new Subprocess(builder.start());
    if (Windows.here()) inJob(() -> ChildJob.take(child.process));
    ALIVE.add(child);
    child.process.onExit().thenRun(() -> ALIVE.remove(child));
    child.drainer.start();
    return child;
  }

  private interface Step {
    void run() throws IOException;
  }

  /// Where there is no job, a program that is killed leaves its children behind: said once.
  private static void inJob(Step step) {
    try {
      step.run();
    } catch (IOException refused) {
      if (COMPLAINED.getAndSet(true)) return;
      LOG.log(Level.WARNING, "If the proxy is killed, the programs that it has started go on for a"
          + " while, since Windows does not tie them to it: {0}", refused.getMessage());
    }
  }

  /// Ends every process that is still there; for the end of the program.
  public static void closeAll() {
    try (ExecutorService each = Threads.pool("end of a child")) {
      ALIVE.forEach(child -> each.execute(child::close));
    }
  }

  public Process process() {
    return process;
  }

  /// Why it ended, as far as it said so; see [LastWords].
  public String lastWords() {
    return LastWords.of(stderr());
  }

  /// The end of what it wrote to stderr. Of a child that has ended, its last words too, which may
  /// still be on their way: waits for them, but not for a grandchild that keeps the pipe open.
  public String stderr() {
    if (!process.isAlive()) {
      try {
        drainer.join(Duration.ofMillis(500));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (stderr) {
      return stderr.toString();
    }
  }

  private void drainStderr() {
    try (Reader in = new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)) {
      char[] read = new char[KEPT];
      int length = 0;
      for (int n; (n = in.read(read)) >= 0; ) {
        synchronized (stderr) {
          for (int i = 0; i < n; i++) {
            length = read[i] == '\n' ? 0 : length + 1;
            if (length <= KEPT) stderr.append(read[i]);
          }
          if (stderr.length() > KEPT) stderr.delete(0, stderr.length() - KEPT);
        }
      }
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "Stderr of a child closed: {0}", closed.getMessage());
    }
  }

  /// Ends it and its descendants at once; see [#end].
  @Override
  public void close() {
    end(() -> { }, Duration.ZERO);
  }

  /// Ends it and its descendants. Blocks until they are gone, or killed.
  ///
  /// The descendants are looked up first: those of a process that has ended are nobody's.
  ///
  /// @param ask asks it to end by itself
  /// @param grace how long that may take. Then it gets a signal (SIGTERM; Windows knows none, and
  ///     kills), and what is left after [#LAST_CHANCE] is killed
  void end(Runnable ask, Duration grace) {
    List<ProcessHandle> family =
        Stream.concat(descendants(), Stream.of(process.toHandle())).toList();
    ask.run();
    try {
      if (grace.isPositive()) process.waitFor(grace.toNanos(), TimeUnit.NANOSECONDS);
      family.forEach(ProcessHandle::destroy);
      process.waitFor(LAST_CHANCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
    ALIVE.remove(this);
  }

  /// The processes that it started, and theirs. On Windows its number was perhaps another's before,
  /// whose children live on and still name it as their parent: they began before it, and are none
  /// of ours to end.
  private Stream<ProcessHandle> descendants() {
    Instant begun = process.info().startInstant().orElse(null);
    if (begun == null || !process.isAlive()) return Stream.empty();
    return process.descendants().filter(each ->
        each.info().startInstant().filter(start -> !start.isBefore(begun)).isPresent());
  }
}
