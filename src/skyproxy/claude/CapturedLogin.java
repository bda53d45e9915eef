package skyproxy.claude;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.claude.cli.ClaudeCli;
import skyproxy.claude.cli.CliSearch;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// The credential that the player's own CLI uses, as it was captured last. One run of the CLI
/// serves all requests that wait for it; after one that failed, or a credential that was refused,
/// there is a pause before the next, longer each time.
final class CapturedLogin implements Credentials {
  private static final System.Logger LOG = System.getLogger(CapturedLogin.class.getName());

  /// The time that the CLI may take to call and then to end, and the pause after a first failure.
  record Patience(Duration toCall, Duration toEnd, Duration pause) {
    static final Patience USUAL =
        new Patience(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10));
    private static final int DOUBLINGS = 5;

    private Duration pauseAfter(int failures) {
      return pause.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), DOUBLINGS));
    }
  }

  private final Supplier<ClaudeCli> search;
  private final String model;
  private final Patience patience;
  private Credential held;
  private CompletableFuture<Credential> running;
  private Thread runner;
  private Path program;
  private String problem;
  private int failures;
  private int renewals;
  private long pauseUntil = System.nanoTime();
  private boolean closed;

  /// @param search finds the CLI, null when there is none; asked anew for every run
  /// @param model what the CLI is started with
  CapturedLogin(Supplier<ClaudeCli> search, String model, Patience patience) {
    this.search = search;
    this.model = model;
    this.patience = patience;
  }

  @Override
  public synchronized CompletableFuture<Credential> current() {
    if (held != null) return CompletableFuture.completedFuture(held);
    if (running != null) return running;
    long left = pauseUntil - System.nanoTime();
    if (failures > 0 && left > 0 || closed) {
      return CompletableFuture.failedFuture(
          new ChatException(new Failure.NotReady(problem, Duration.ofNanos(Math.max(left, 0)))));
    }
    return begin();
  }

  @Override
  public synchronized CompletableFuture<Credential> renew(Credential refused, Failure why) {
    if (running != null) return running;
    if (held != null && held != refused) return CompletableFuture.completedFuture(held);
    problem = why.message();
    if (closed || pauseUntil - System.nanoTime() > 0) return null;
    LOG.log(Level.INFO, "Anthropic refuses the captured login; captured anew");
    renewals++;
    pauseUntil = System.nanoTime() + patience.pauseAfter(renewals).toNanos();
    return begin();
  }

  @Override
  public synchronized void accepted(Credential credential) {
    if (credential != held) return;
    problem = null;
    renewals = 0;
  }

  private CompletableFuture<Credential> begin() {
    held = null;
    CompletableFuture<Credential> coming = new CompletableFuture<>();
    running = coming;
    runner = Threads.named("capture").start(() -> capture(coming));
    return coming;
  }

  private void capture(CompletableFuture<Credential> coming) {
    try {
      ClaudeCli cli = search.get();
      if (cli == null) throw new CaptureRun.Failed(CliSearch.MISSING);
      synchronized (this) {
        program = cli.path();
      }
      new CaptureRun(cli, model, patience).run(credential -> captured(coming, credential));
    } catch (CaptureRun.Failed why) {
      failed(coming, why.getMessage(), why.ours());
    } catch (InterruptedException stopped) {
      String off = "The mode 'direct' has been switched off.";
      failed(coming, off, off);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "Capturing failed", bug);
      String seeLog = "Capturing the Claude login failed; see the log.";
      failed(coming, seeLog, seeLog);
    }
  }

  private void captured(CompletableFuture<Credential> coming, Credential credential) {
    synchronized (this) {
      held = credential;
      running = null;
      failures = 0;
      if (renewals == 0) problem = null;
    }
    coming.complete(credential);
  }

  /// Nothing is lost when the credential was in hand before the CLI went wrong.
  ///
  /// @param ours the same without the words of the CLI, for the log
  private void failed(CompletableFuture<Credential> coming, String why, String ours) {
    Duration pause;
    Level level;
    synchronized (this) {
      if (running != coming) return;
      level = closed ? Level.DEBUG : Level.WARNING;
      running = null;
      failures++;
      problem = why;
      pause = patience.pauseAfter(failures);
      pauseUntil = System.nanoTime() + pause.toNanos();
    }
    LOG.log(level, "{0}", ours);
    coming.completeExceptionally(new ChatException(new Failure.NotReady(why, pause)));
  }

  @Override
  public synchronized Health health() {
    Health.State state = running != null ? Health.State.WARMING
        : held != null && problem == null ? Health.State.READY : Health.State.UNAVAILABLE;
    return new Health(state, problem, Json.Obj.builder()
        .putIfPresent("path", program == null ? null : new Json.Str(program.toString()))
        .put("auth_cached", held != null).build());
  }

  @Override
  public void close() {
    Thread last;
    synchronized (this) {
      closed = true;
      problem = "The mode 'direct' has been switched off.";
      last = runner;
    }
    if (last == null) return;
    last.interrupt();
    try {
      last.join(Duration.ofSeconds(2)); // it ends the CLI and removes its folder
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
