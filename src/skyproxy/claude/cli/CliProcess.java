package skyproxy.claude.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines;
import skyproxy.upstream.JsonLines.Line;

/// One run of the CLI that talks stream-json, from its start to the last file it leaves. Any thread
/// may send and end; one hears.
///
/// It is asked to end by `interrupt` and the end of its stdin: it then cuts its call off, cleans
/// up behind itself and is gone after 65 ms, on every system. Only what does not go within
/// [#GRACE] is killed, and what it then leaves in the CLI's own folder is removed for it.
final class CliProcess {
  private static final System.Logger LOG = System.getLogger(CliProcess.class.getName());
  private static final int AHEAD = 1_000;
  private static final Duration GRACE = Duration.ofSeconds(2);

  /// The use that the pool has for it.
  enum State {
    /// To wait for a request.
    IDLE,
    /// To answer one.
    LEASED,
    /// To report the account.
    PROBING,
    /// To go; nothing else comes after it.
    ENDING
  }

  private final ClaudeCli.Run run;
  private final String model;
  private final Path sessions;
  private final JsonLines lines;
  private final LinkedBlockingQueue<Line> heard = new LinkedBlockingQueue<>(AHEAD);
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final long startedAt = System.nanoTime();

  /// @param run started with an open stdin
  /// @param home the CLI's own folder
  CliProcess(ClaudeCli.Run run, String model, Path home) {
    this.run = run;
    lines = new JsonLines(run.child());
    this.model = model;
    sessions = home.resolve("sessions");
  }

  /// Begins to read and write.
  ///
  /// @param witness sees each line before it is heard; must be quick
  /// @param ended called once, when the process and its files are gone, with the state in which it
  ///     ended by itself
  void begin(BiConsumer<CliProcess, Json.Obj> witness, BiConsumer<CliProcess, State> ended) {
    lines.begin(line -> {
      switch (line) {
        case Line.Message(var json) -> {
          witness.accept(this, json);
          if (state.get() != State.ENDING) add(line);
        }
        case Line.End _ -> add(line);
      }
    }, () -> bury(ended));
  }

  /// Waits for a game that does not read, so that the process waits too.
  private void add(Line line) {
    try {
      while (!heard.offer(line, 100, TimeUnit.MILLISECONDS) && state.get() != State.ENDING) { }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  String model() {
    return model;
  }

  long pid() {
    return run.process().pid();
  }

  State state() {
    return state.get();
  }

  /// Changes what it is there for; false when it is ending.
  boolean become(State newer) {
    return state.updateAndGet(now -> now == State.ENDING ? now : newer) == newer;
  }

  boolean alive() {
    return state.get() != State.ENDING && run.process().isAlive();
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedAt);
  }

  /// The end of what it wrote to stderr.
  String stderr() {
    return run.stderr();
  }

  /// What it complains about, in a line.
  String lastWords() {
    return run.child().lastWords();
  }

  /// What its end looked like, for the log; waits a moment for it.
  String exit() {
    try {
      if (run.process().waitFor(1, TimeUnit.SECONDS)) {
        return "exit code " + run.process().exitValue();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return "its output ended";
  }

  /// The same with its own words, for messages.
  String exitAndWords() {
    String exit = exit();
    String words = run.process().isAlive() ? "" : lastWords();
    return exit + (words.isEmpty() ? "" : ": " + words);
  }

  /// Sends a line; never blocks. Lines sent to a process that has ended are dropped.
  void say(Json.Obj line) {
    lines.send(line);
  }

  /// The next line, null when none came within `nanos`.
  Line hear(long nanos) throws InterruptedException {
    Line line = heard.poll();
    if (line == null && nanos > 0) line = heard.poll(nanos, TimeUnit.NANOSECONDS);
    if (line instanceof Line.End) heard.add(line);
    return line;
  }

  /// Ends it, in its own time. Never blocks; any number of times.
  ///
  /// @param interrupt whether a turn may be under way
  void end(boolean interrupt) {
    if (state.getAndSet(State.ENDING) == State.ENDING) return;
    if (interrupt) lines.send(StreamJson.interrupt());
    lines.close(GRACE);
  }

  private void bury(BiConsumer<CliProcess, State> ended) {
    State last = state.getAndSet(State.ENDING);
    try {
      run.close();
      forget();
    } finally {
      ended.accept(this, last); // or its place would be taken for ever
    }
  }

  /// A killed CLI leaves its session file behind, named by its process id.
  private void forget() {
    if (!Files.isDirectory(sessions)) return;
    try (DirectoryStream<Path> own = Files.newDirectoryStream(sessions, pid() + ".*")) {
      for (Path file : own) Files.deleteIfExists(file);
    } catch (IOException | DirectoryIteratorException busy) {
      LOG.log(Level.DEBUG, "{0}: {1}", sessions, busy.getMessage());
    }
  }
}
