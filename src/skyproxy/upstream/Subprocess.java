package skyproxy.upstream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A child process that dies with us, and takes its own children along.
///
/// Its stderr is drained all the time (a full pipe would stop it); the last lines are kept for
/// messages. Any thread may close it. Pipes are read by platform threads: reading one blocks the
/// carrier of a virtual thread.
public final class Subprocess implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Subprocess.class.getName());
  private static final Set<Subprocess> ALIVE = ConcurrentHashMap.newKeySet();
  private static final int KEPT = 2_000;

  private final Process process;
  private final StringBuilder stderr = new StringBuilder();
  private final Thread drainer =
      Thread.ofPlatform().daemon().name("stderr of a child").unstarted(this::drainStderr);

  private Subprocess(Process process) {
    this.process = process;
  }

  /// Starts a process; the caller has set its folder, environment, stdin and stdout.
  public static Subprocess start(ProcessBuilder builder) throws IOException {
    Subprocess child = new Subprocess(builder.start());
    ALIVE.add(child);
    child.process.onExit().thenRun(() -> ALIVE.remove(child));
    child.drainer.start();
    return child;
  }

  /// Ends every process that is still there; for the end of the program.
  public static void closeAll() {
    List.copyOf(ALIVE).forEach(Subprocess::close);
  }

  public Process process() {
    return process;
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
    try (BufferedReader lines = new BufferedReader(
        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        synchronized (stderr) {
          stderr.append(line, 0, Math.min(line.length(), KEPT)).append('\n');
          if (stderr.length() > KEPT) stderr.delete(0, stderr.length() - KEPT);
        }
      }
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "stderr of a child closed: {0}", closed.getMessage());
    }
  }

  /// Reads and drops what comes from `stream`, for output that nobody wants.
  public static void drain(InputStream stream) {
    Thread.ofPlatform().daemon().name("output of a child").start(() -> {
      try (stream) {
        stream.transferTo(OutputStream.nullOutputStream());
      } catch (IOException closed) {
        LOG.log(Level.DEBUG, "output of a child closed: {0}", closed.getMessage());
      }
    });
  }

  /// Ends it: asks, waits a moment, then kills; its descendants too.
  @Override
  public void close() {
    List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
        .toList();
    family.forEach(ProcessHandle::destroy);
    try {
      process.waitFor(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
    ALIVE.remove(this);
  }
}
