package skyproxy.codex;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps the [Way] to Codex open: notices a CLI or a login that appears, starts the process,
/// starts it anew when it dies, renews a lent login.
///
/// One thread does all of it, every [#TICK] and when a process dies, so nothing here can happen
/// twice at once. Looking costs a few file accesses.
final class Upkeep implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration SETTLED = Duration.ofSeconds(60);
  private static final Duration SERVER_AGAIN = Duration.ofMinutes(5);
  private static final Duration RENEW_BEFORE = Duration.ofMinutes(10);

  private final String wanted;
  private final CodexCli.Machine machine;
  private final CodexHome home;
  private final Launch launch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private volatile Way way;
  private volatile CodexLogin login = CodexLogin.NONE;
  private volatile CodexCli cli;
  private volatile boolean closed;
  private boolean woken;
  private Integer refused;
  private int failures;
  private Instant startedAt = Instant.EPOCH;
  private Instant notBefore = Instant.EPOCH;
  private Instant renewedAt = Instant.EPOCH;

  /// @param wanted the CLI's name or path, or [CodexProvider#OFF]
  Upkeep(String wanted, CodexCli.Machine machine, CodexHome home, Launch launch) {
    this.wanted = wanted;
    this.machine = machine;
    this.home = home;
    this.launch = launch;
    boolean off = wanted.equals(CodexProvider.OFF);
    way = off
        ? new Way.Absent("Codex is switched off (--codex off). Leave that out to use it.", null)
        : new Way.Starting();
    thread = Thread.ofVirtual().name("codex upkeep").unstarted(this::run);
    if (!off) thread.start();
  }

  Way way() {
    Way now = way;
    return now instanceof Way.Server server && !server.session().alive()
        ? new Way.Starting() : now;
  }

  CodexLogin login() {
    return login;
  }

  /// Where the CLI is, or null.
  Path path() {
    CodexCli found = cli;
    return found == null ? null : found.path();
  }

  /// The way as soon as it is known, [Way.Starting] when it is not in time.
  Way await(Duration patience) throws InterruptedException {
    if (!(way() instanceof Way.Starting)) return way();
    long left = patience.toNanos();
    lock.lock();
    try {
      while (way() instanceof Way.Starting && left > 0) left = changed.awaitNanos(left);
      return way();
    } finally {
      lock.unlock();
    }
  }

  private void set(Way newer) {
    lock.lock();
    try {
      way = newer;
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
    long left = TICK.toNanos();
    lock.lock();
    try {
      while (!woken && !closed && left > 0) left = changed.awaitNanos(left);
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  private void look() throws IOException, InterruptedException {
    CodexCli found = CodexCli.find(wanted, machine);
    CodexLogin current = home.login();
    cli = found;
    login = current;
    if (found == null) {
      absent("The Codex CLI was not found. Install it (npm install -g @openai/codex), then run "
          + "`codex login`; or tell where it is with --codex PATH.");
    } else if (!current.present() && !launch.signedInElsewhere(found)) {
      refused = null;
      absent("There is no Codex login. Run `codex login` in a terminal; nothing need be "
          + "restarted.");
    } else if (refused != null && refused == current.hashCode()) {
      absent("Codex does not accept its login. Run `codex login` in a terminal; nothing need be "
          + "restarted.");
    } else if (runs(found, current)) {
      tend(found, current);
    } else if (!Instant.now().isBefore(notBefore)) {
      start(found, current);
    }
  }

  private void absent(String message) {
    Way before = way;
    set(new Way.Absent(message, null));
    end(before);
  }

  private boolean runs(CodexCli found, CodexLogin current) {
    return switch (way) {
      case Way.Server server -> server.session().alive() && server.cli().equals(found)
          && server.identity() == current.identity();
      case Way.Exec exec -> exec.cli().equals(found) && exec.identity() == current.identity()
          && Instant.now().isBefore(startedAt.plus(SERVER_AGAIN));
      case Way.Starting _, Way.Absent _ -> false;
    };
  }

  private void tend(CodexCli found, CodexLogin current) throws IOException, InterruptedException {
    if (current.present()) lendAgain();
    if (Instant.now().isAfter(startedAt.plus(SETTLED))) failures = 0;
    if (way instanceof Way.Server server) server.threads().freshen();
    renewCopied(found, current);
  }

  /// What was lent before still serves when this fails: the file may just be being written.
  private void lendAgain() {
    try {
      home.lendLogin();
    } catch (IOException unreadable) {
      LOG.log(Level.DEBUG, "the login of Codex can not be read: {0}", unreadable.getMessage());
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
    launch.renewRealLogin(found);
    lendAgain();
  }

  private void start(CodexCli found, CodexLogin current) throws IOException, InterruptedException {
    Way before = way;
    boolean died = before instanceof Way.Server server && !server.session().alive();
    if (died && failures++ > 0) {
      Duration pause = pause();
      notBefore = Instant.now().plus(pause);
      if (failures > 2) {
        set(new Way.Absent("Codex stopped " + failures + " times in a row ("
            + ((Way.Server) before).session().lastWords() + "). The proxy tries again by itself.",
            pause));
      } else {
        set(new Way.Starting());
      }
      return;
    }
    boolean serves = before instanceof Way.Exec;
    boolean rests = before instanceof Way.Absent(_, Duration later) && later != null;
    if (!serves && !rests) set(new Way.Starting());
    try {
      Way next = open(found, current);
      if (!closed) set(next);
      else end(next);
    } finally {
      end(before);
    }
  }

  private Way open(CodexCli found, CodexLogin current) throws IOException, InterruptedException {
    boolean slow = way instanceof Way.Exec;
    home.create();
    if (current.present()) home.lendLogin();
    renewCopied(found, current);
    Way next = launch.start(found, current, this::wake);
    startedAt = Instant.now();
    refused = next instanceof Way.Absent ? (Integer) current.hashCode() : null;
    if (!slow && next instanceof Way.Exec exec) {
      LOG.log(Level.WARNING, "Codex starts a process for each request, which is slow ({0}). "
          + "Update it: npm install -g @openai/codex", exec.why());
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
    LOG.log(Level.WARNING, "Codex can not be started: {0}", why.getMessage());
    LOG.log(Level.DEBUG, "Codex can not be started", why);
    Way before = way;
    set(new Way.Absent("Codex can not be started: " + why.getMessage()
        + ". The proxy tries again by itself.", pause()));
    end(before);
  }

  /// Ends what was, once its replies are over: a login that changes cuts nobody off.
  private static void end(Way before) {
    if (before instanceof Way.Server server) server.session().closeWhenIdle();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW) thread.join(Duration.ofSeconds(3));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    if (way instanceof Way.Server server) server.session().close();
    set(new Way.Absent("The proxy is stopping.", null));
  }
}
