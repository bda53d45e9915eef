package skyproxy.codex;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import skyproxy.threads.Threads;
import skyproxy.upstream.Readiness;

/// Keeps Codex ready, and publishes its [CodexState]: notices a CLI or a login that appears, starts
/// the process, starts it anew when it dies, renews a lent login.
///
/// One thread does all of it, every [#TICK] and when a process dies, so nothing here can happen
/// twice at once. Looking costs a few file accesses: where nothing was to be done for a minute, as
/// for a player without Codex, it is looked every [#CALM_TICK].
final class CodexSupervisor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CodexSupervisor.class.getName());
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration CALM_TICK = Duration.ofSeconds(5);
  private static final Duration TO_CALM = Duration.ofSeconds(60);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration SETTLED = Duration.ofSeconds(60);
  private static final Duration SERVER_AGAIN = Duration.ofMinutes(5);
  private static final Duration RENEW_BEFORE = Duration.ofMinutes(10);

  private final String wanted;
  private final CodexCli.Machine machine;
  private final CodexHome home;
  private final CodexLauncher launcher;
  private final Readiness readiness;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private volatile CodexState state;
  private volatile CodexLogin login = CodexLogin.NONE;
  private volatile CodexCli cli;
  private volatile boolean closed;
  private boolean woken;
  private long changedAt = System.nanoTime();
  private Integer refused;
  private int failures;
  private Instant startedAt = Instant.EPOCH;
  private Instant notBefore = Instant.EPOCH;
  private Instant renewedAt = Instant.EPOCH;

  /// @param wanted the CLI's name or path
  /// @param readiness whether a process is kept ready
  CodexSupervisor(String wanted, CodexCli.Machine machine, CodexHome home, CodexLauncher launcher,
      Readiness readiness) {
    this.readiness = readiness;
    this.wanted = wanted;
    this.machine = machine;
    this.home = home;
    this.launcher = launcher;
    state = readiness.awake() ? new CodexState.Starting() : new CodexState.Asleep();
    thread = Threads.named("codex supervisor").start(this::run);
  }

  CodexState state() {
    CodexState now = state;
    return now instanceof CodexState.Running running && !running.server().alive()
        ? new CodexState.Starting() : now;
  }

  CodexLogin login() {
    return login;
  }

  /// Where the CLI is, or null.
  Path path() {
    CodexCli found = cli;
    return found == null ? null : found.path();
  }

  /// Gets it ready, since somebody asks or is likely to.
  void startAhead() {
    readiness.asked();
    if (state() instanceof CodexState.Asleep) wake();
  }

  private boolean coming() {
    return switch (state()) {
      case CodexState.Starting _, CodexState.Asleep _ -> true;
      case CodexState.Running _, CodexState.Exec _, CodexState.Unavailable _ -> false;
    };
  }

  /// The state as soon as it is neither [CodexState.Starting] nor asleep, or that when it is so for
  /// too long.
  CodexState await(Duration patience) throws InterruptedException {
    startAhead();
    if (!coming()) return state();
    long left = patience.toNanos();
    lock.lock();
    try {
      while (coming() && left > 0) left = changed.awaitNanos(left);
      return state();
    } finally {
      lock.unlock();
    }
  }

  private void set(CodexState newer) {
    lock.lock();
    try {
      if (!newer.equals(state)) changedAt = System.nanoTime();
      state = newer;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (!closed) {
        try {
          look();
        } catch (IOException | RuntimeException failed) {
          failedToStart(failed);
        }
        rest();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void rest() throws InterruptedException {
    lock.lock();
    try {
      long left = (calm() ? CALM_TICK : TICK).toNanos();
      while (!woken && !closed && left > 0) left = changed.awaitNanos(left);
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean calm() {
    boolean unwanted = state instanceof CodexState.Asleep
        || state instanceof CodexState.Unavailable(_, Duration later) && later == null;
    return unwanted && System.nanoTime() - changedAt > TO_CALM.toNanos();
  }

  private void look() throws IOException, InterruptedException {
    CodexCli found = CodexCli.find(wanted, machine);
    CodexLogin current = home.login();
    cli = found;
    login = current;
    if (found == null) {
      unavailable("The Codex CLI was not found. Install it (npm install -g @openai/codex), then "
          + "run `codex login`; or set its path with --codex PATH.");
    } else if (!readiness.awake()) {
      sleep();
    } else if (!current.present() && !launcher.signedInElsewhere(found)) {
      refused = null;
      unavailable("There is no Codex login. Run `codex login`; the proxy picks it up by itself.");
    } else if (refused != null && refused == current.hashCode()) {
      unavailable(CodexLauncher.LOGIN_REFUSED);
    } else if (runs(found, current)) {
      supervise(found, current);
    } else if (!Instant.now().isBefore(notBefore)) {
      start(found, current);
    }
  }

  private void sleep() {
    CodexState before = state;
    if (before instanceof CodexState.Asleep) return;
    set(new CodexState.Asleep());
    end(before);
  }

  private void unavailable(String message) {
    CodexState before = state;
    set(new CodexState.Unavailable(message, null));
    end(before);
  }

  private boolean runs(CodexCli found, CodexLogin current) {
    return switch (state) {
      case CodexState.Running running -> running.server().alive() && running.cli().equals(found)
          && running.identity() == current.identity();
      case CodexState.Exec exec -> exec.cli().equals(found) && exec.identity() == current.identity()
          && Instant.now().isBefore(startedAt.plus(SERVER_AGAIN));
      case CodexState.Starting _, CodexState.Asleep _, CodexState.Unavailable _ -> false;
    };
  }

  private void supervise(CodexCli found, CodexLogin current)
      throws IOException, InterruptedException {
    if (current.present()) lendAgain();
    if (Instant.now().isAfter(startedAt.plus(SETTLED))) failures = 0;
    if (state instanceof CodexState.Running running) running.threads().freshen();
    renewCopied(found, current);
  }

  /// What was lent before still serves when this fails: the file may just be being written.
  private void lendAgain() {
    try {
      home.lendLogin();
    } catch (IOException unreadable) {
      LOG.log(Level.DEBUG, "The login of Codex can''t be read: {0}", unreadable.getMessage());
    }
  }

  /// A copied login can't renew itself: the real one is renewed where it lies, and copied again.
  private void renewCopied(CodexCli found, CodexLogin current)
      throws IOException, InterruptedException {
    Instant now = Instant.now();
    if (!home.copied() || !current.expiresWithin(RENEW_BEFORE, now)
        || now.isBefore(renewedAt.plus(SETTLED))) {
      return;
    }
    renewedAt = now;
    launcher.renewRealLogin(found);
    lendAgain();
  }

  private void start(CodexCli found, CodexLogin current) throws IOException, InterruptedException {
    CodexState before = state;
    boolean died = before instanceof CodexState.Running running && !running.server().alive();
    if (died && failures++ > 0) {
      Duration pause = pause();
      notBefore = Instant.now().plus(pause);
      if (failures > 2) {
        set(new CodexState.Unavailable("Codex stopped " + failures + " times in a row ("
            + ((CodexState.Running) before).server().lastWords()
            + "). The proxy tries again by itself.", pause));
      } else {
        set(new CodexState.Starting());
      }
      return;
    }
    boolean serves = before instanceof CodexState.Exec;
    boolean rests = before instanceof CodexState.Unavailable(_, Duration later) && later != null;
    if (!serves && !rests) set(new CodexState.Starting());
    try {
      CodexState next = open(found, current);
      if (!closed) set(next);
      else end(next);
    } finally {
      end(before);
    }
  }

  private CodexState open(CodexCli found, CodexLogin current)
      throws IOException, InterruptedException {
    boolean slow = state instanceof CodexState.Exec;
    home.create();
    if (current.present()) home.lendLogin();
    renewCopied(found, current);
    CodexState next = launcher.start(found, current, this::wake);
    startedAt = Instant.now();
    refused = next instanceof CodexState.Unavailable ? (Integer) current.hashCode() : null;
    if (!slow && next instanceof CodexState.Exec) {
      LOG.log(Level.WARNING, "Codex starts a process for each request, which is slow. Update it:"
          + " npm install -g @openai/codex");
    }
    return next;
  }

  private Duration pause() {
    Duration pause = Duration.ofMillis(500L << Math.min(failures - 1, 6));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private void failedToStart(Exception why) {
    failures++;
    notBefore = Instant.now().plus(pause());
    LOG.log(Level.WARNING, "Codex can't be started; the dashboard says why.");
    LOG.log(Level.DEBUG, "Codex can't be started", why);
    CodexState before = state;
    set(new CodexState.Unavailable("Codex can't be started: " + why.getMessage()
        + ". The proxy tries again by itself.", pause()));
    end(before);
  }

  /// Ends what was, once its replies are over: a login that changes cuts nobody off.
  private static void end(CodexState before) {
    if (before instanceof CodexState.Running running) running.server().closeWhenIdle();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(3));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    if (state instanceof CodexState.Running running) running.server().close();
    set(new CodexState.Unavailable("The proxy is stopping.", null));
  }
}
