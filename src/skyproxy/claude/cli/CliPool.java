package skyproxy.claude.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import skyproxy.chat.Failure;
import skyproxy.chat.Purpose;
import skyproxy.chat.Waiting;
import skyproxy.claude.cli.CliProcess.State;
import skyproxy.json.Json;
import skyproxy.upstream.Readiness;
import skyproxy.upstream.RequestQueue;

/// Keeps CLI processes ready, and gives each to one request. Any number of threads.
///
/// One process answers one request and is then thrown away. The other way was measured, on
/// 2.1.330: a process that is used again has its first delta after 17 ms instead of 90, but its
/// system prompt is that of its first request whatever it is told later, `/clear` leaves a caveat
/// in the next prompt, the model can't be changed without a call, and it grows by 70 MB in 40
/// requests. One NPC would speak with the words of another; a new process costs 0.26 s of CPU in
/// the background, and 170 MB while it waits.
///
/// [#MIN_IDLE] are idle, for the models that answered last; after a while without requests one, and
/// none when nobody is likely to ask, as [Readiness] says. A request that finds no idle process
/// gets a new one (0.4 s), or queues, as [RequestQueue] says. At most `maxProcesses` exist at any
/// time, those that end included. What each is there for is its [CliProcess.State], which changes
/// under the lock of the pool, but for the end. A place of the queue is a process that there may
/// be; it is free where none is, or one that is idle.
///
/// All are started by one thread that lives as long as any of them: Linux ties a child to the
/// thread that started it (see [CliStarter]).
///
/// A lower priority for what is prepared in the background was left out: without being root a
/// process never gets its old one back, so the reply itself would be slower in a busy game.
/// Instead nothing is prepared in the moments after a request has taken a process.
final class CliPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CliPool.class.getName());
  private static final int MIN_IDLE = 2;
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  /// The pool's delays and timeouts.
  ///
  /// @param refillDelay from a request that took a process until another is made ready
  /// @param maxIdleAge until one that was never needed is replaced
  /// @param idleTimeout without requests until only one stays ready
  /// @param retryDelay until a CLI that does not work, or is not logged in, is tried again
  /// @param probeTimeout until one that does not report the account is ended
  record Timing(Duration refillDelay, Duration maxIdleAge, Duration idleTimeout,
      Duration retryDelay, Duration probeTimeout) {
    static final Timing USUAL = new Timing(Duration.ofMillis(300), Duration.ofMinutes(20),
        Duration.ofMinutes(5), Duration.ofSeconds(60), Duration.ofSeconds(20));
  }

  private final CliStarter starter;
  private final int maxProcesses;
  private final Timing timing;
  private final Readiness readiness;
  private final CliProbe probe;
  private final Thread worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<CliProcess> processes = new LinkedHashSet<>();
  private final Map<CliProcess, Purpose> leased = new HashMap<>();
  private final RequestQueue<CliLease> waiting;
  private final ArrayDeque<String> recentModels = new ArrayDeque<>();
  private long usedAt = System.nanoTime();
  private long refillAt;
  private Failure.NotReady startFailure;
  private boolean closing;

  /// @param starter starts processes
  /// @param maxProcesses how many there may be
  /// @param model what the first request will probably want
  CliPool(CliStarter starter, int maxProcesses, String model, Timing timing,
      Readiness readiness) {
    this.starter = starter;
    this.readiness = readiness;
    this.maxProcesses = Math.max(maxProcesses, 1);
    this.timing = timing;
    waiting = new RequestQueue<>(this.maxProcesses, System::nanoTime);
    probe = new CliProbe(timing.retryDelay, timing.probeTimeout,
        new CliAccount(starter::isLoggedIn));
    recentModels.add(model);
    refillAt = usedAt + timing.refillDelay.toNanos();
    worker = Thread.ofPlatform().daemon().name("claude processes").start(this::work);
  }

  /// Asks for a process. Never blocks.
  CliLease borrow(String model, Purpose purpose) {
    CliLease lease = new CliLease(model, purpose, this::leave);
    lock.lock();
    try {
      usedAt = System.nanoTime();
      readiness.asked();
      if (closing) {
        lease.refuse(
            new Failure.NotReady("The Claude mode is being changed. Try again.", null), null);
        return lease;
      }
      waiting.join(lease, purpose);
      handOut();
      changed.signalAll();
      return lease;
    } finally {
      lock.unlock();
    }
  }

  private void leave(CliLease lease) {
    lock.lock();
    try {
      waiting.leave(lease);
      CliProcess spare = lease.untaken();
      if (spare == null) return;
      leased.remove(spare);
      if (closing) spare.end(false);
      else spare.become(State.IDLE);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Remembers that a model answers: somebody is logged in, and a process may wait for the next.
  void answered(String model) {
    lock.lock();
    try {
      probe.account().proved();
      startFailure = null;
      recentModels.remove(model);
      recentModels.addFirst(model);
      while (recentModels.size() > MIN_IDLE) recentModels.removeLast();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Learns from what a process said as it ended; whether starting another one is worth it.
  boolean learn(CliProcess ended) {
    return starter.arguments().learn(ended.stderr());
  }

  CliAccount account() {
    return probe.account();
  }

  /// Why no process works, or null.
  Failure.NotReady failure() {
    lock.lock();
    try {
      return startFailure != null ? startFailure : probe.failure();
    } finally {
      lock.unlock();
    }
  }

  /// How many processes there are, those that end included.
  int processes() {
    lock.lock();
    try {
      return processes.size();
    } finally {
      lock.unlock();
    }
  }

  /// How many of them wait for a request.
  int idle() {
    lock.lock();
    try {
      return (int) in(State.IDLE).stream().filter(CliProcess::alive).count();
    } finally {
      lock.unlock();
    }
  }

  /// Those in a state, the oldest first.
  private List<CliProcess> in(State state) {
    return processes.stream().filter(process -> process.state() == state).toList();
  }

  /// Those who wait for one.
  ///
  /// @param provider for whom
  List<Waiting> waiting(String provider) {
    lock.lock();
    try {
      return waiting.waiting(provider);
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    TempFolders.sweep();
    lock.lock();
    try {
      while (!closing || !processes.isEmpty() || waiting.size() > 0) {
        Start next = nextStart();
        if (next != null) start(next);
        else changed.awaitNanos(untilNext());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
      starter.close();
    }
  }

  /// A process to be started.
  ///
  /// @param purpose to be idle, or to probe
  private record Start(String model, State purpose) {}

  /// What to start now, or null.
  private Start nextStart() {
    long now = System.nanoTime();
    for (CliProcess process : in(State.PROBING)) {
      if (probe.endOverdue(process)) retryLater(now);
    }
    handOut();
    boolean room = processes.size() < maxProcesses;
    CliLease head = waiting.next(free());
    if (head != null) {
      if (!room) makeRoom();
      return room ? new Start(head.model(), State.IDLE) : null;
    }
    if (closing) endIdle();
    if (closing || now - refillAt < 0) return null;
    List<String> missing = missing();
    if (!room) return null;
    if (readiness.awake() && in(State.PROBING).isEmpty() && probe.due(now)) {
      return new Start(recentModels.getFirst(), State.PROBING);
    }
    return missing.isEmpty() ? null : new Start(missing.getFirst(), State.IDLE);
  }

  /// Ends processes that are idle for other models than those asked for.
  private void makeRoom() {
    long ending = processes.stream().filter(process -> !process.alive()).count();
    List<CliProcess> idle = in(State.IDLE);
    if (ending < waiting.size() && !idle.isEmpty()) idle.getFirst().end(false);
  }

  /// The models that a process should be idle for and is not; ends those that are idle for others,
  /// or for too long.
  private List<String> missing() {
    boolean quiet = System.nanoTime() - usedAt > timing.idleTimeout.toNanos();
    int wanted = readiness.awake() ? Math.min(quiet ? 1 : MIN_IDLE, maxProcesses) : 0;
    List<String> missing = new ArrayList<>();
    for (String model : recentModels) {
      if (missing.size() < wanted) missing.add(model);
    }
    while (missing.size() < wanted) missing.add(recentModels.getFirst());
    for (CliProcess process : in(State.IDLE)) {
      boolean old = process.age().compareTo(timing.maxIdleAge) > 0;
      if (old || !missing.remove(process.model())) process.end(false);
    }
    return missing;
  }

  private void start(Start next) {
    CliProcess process = null;
    Exception failed = null;
    lock.unlock();
    try {
      process = starter.start(next.model);
    } catch (IOException | RuntimeException e) {
      failed = e;
    } finally {
      lock.lock();
    }
    if (failed != null) {
      startFailed(failed);
      return;
    }
    processes.add(process);
    process.begin(this::see, this::ended);
    if (next.purpose == State.PROBING) probe.ask(process);
    else if (closing && waiting.size() == 0) process.end(false);
  }

  /// How many processes more could answer at the same time.
  private int free() {
    long busy = processes.stream().map(CliProcess::state)
        .filter(state -> state == State.LEASED || state == State.ENDING).count();
    return maxProcesses - (int) busy;
  }

  /// Gives processes to those who wait, as long as there is one for the first of them.
  private void handOut() {
    for (CliLease head; (head = waiting.next(free())) != null; ) {
      String model = head.model();
      CliProcess process = in(State.IDLE).stream()
          .filter(one -> one.model().equals(model) && one.alive()).findFirst().orElse(null);
      if (process == null || !process.become(State.LEASED)) return;
      waiting.leave(head);
      leased.put(process, head.purpose());
      refillAt = System.nanoTime() + timing.refillDelay.toNanos();
      head.handOut(process);
    }
  }

  private long untilNext() {
    long now = System.nanoTime();
    long kept = waiting.untilForAll();
    long most = kept > 0 ? kept : TimeUnit.SECONDS.toNanos(1);
    return closing || now - refillAt >= 0 ? most : Math.min(most, refillAt - now);
  }

  private void see(CliProcess process, Json.Obj line) {
    if (!probe.see(line)) return;
    lock.lock();
    try {
      startFailure = null;
      if (process.state() == State.PROBING) process.end(false);
    } finally {
      lock.unlock();
    }
  }

  /// A process has ended; `from` is the state in which it ended by itself, ENDING when it was told
  /// to. One that ends by itself without a request shows that something is wrong.
  private void ended(CliProcess process, State from) {
    lock.lock();
    try {
      processes.remove(process);
      Purpose served = leased.remove(process);
      if (served != null) waiting.left(served);
      boolean mute = from == State.PROBING && account().login() == CliAccount.Login.UNKNOWN;
      if (from == State.IDLE || mute) endedUnused(process, mute);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void endedUnused(CliProcess process, boolean mute) {
    long now = System.nanoTime();
    if (learn(process)) {
      probe.askSoon(now);
      return;
    }
    LOG.log(Level.WARNING, "A Claude CLI process ended unused, {0}.", process.exit());
    String flag = CliArguments.unknown(process.stderr());
    if (flag != null) startFailure = CliFailures.tooOld(flag);
    else if (mute) startFailure = CliFailures.endsAtOnce(process.exitAndWords());
    retryLater(now);
  }

  private void retryLater(long now) {
    refillAt = now + timing.retryDelay.toNanos();
  }

  /// No process can be started: those who wait learn why, and for a while nobody tries.
  private void startFailed(Exception failed) {
    LOG.log(Level.WARNING, "The Claude CLI could not be started: {0}", failed.getMessage());
    startFailure = new Failure.NotReady("The Claude CLI could not be started. Check its path, or"
        + " install it again. " + failed.getMessage(), timing.retryDelay);
    waiting.clear().forEach(lease -> lease.refuse(startFailure, failed));
    retryLater(System.nanoTime());
  }

  private void endIdle() {
    in(State.IDLE).forEach(process -> process.end(false));
  }

  /// Takes no more requests, and waits a moment for the processes that nobody needs to go. Those
  /// who wait are still served, and replies under way go on to their end.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      endIdle();
      in(State.PROBING).forEach(process -> process.end(false));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      worker.join(LAST_WORDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
