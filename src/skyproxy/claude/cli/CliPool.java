package skyproxy.claude.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Keeps CLI processes ready, and gives each to one request. Any number of threads.
///
/// One process answers one request and is then thrown away. The other way was measured, on
/// 2.1.330: a process that is used again has its first delta after 17 ms instead of 90, but its
/// system prompt is that of its first request whatever it is told later, `/clear` leaves a caveat
/// in the next prompt, the model can't be changed without a call, and it grows by 70 MB in 40
/// requests. One NPC would speak with the words of another; a new process costs 0.26 s of CPU in
/// the background, and 170 MB while it waits.
///
/// Ready are [#SPARE], for the models that answered last; after a while without requests one. A
/// request that finds none ready gets one that is started for it (0.4 s), or waits for a place in
/// the order of coming. At most `most` processes live at any time, those that end included.
///
/// All are started by one thread that lives as long as any of them: Linux ties a child to the
/// thread that started it (see [CliStarter]).
///
/// A lower priority for what is prepared in the background was left out: without being root a
/// process never gets its old one back, so the reply itself would be slower in a busy game.
/// Instead nothing is prepared in the moments after a request has taken a process.
final class CliPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CliPool.class.getName());
  private static final int SPARE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  /// How long things may be left as they are.
  ///
  /// @param refill from a request that took a process until another is made ready
  /// @param renew until one that was never needed is replaced
  /// @param quiet without requests until only one stays ready
  /// @param again until a CLI that does not work, or is not logged in, is looked at again
  record Pace(Duration refill, Duration renew, Duration quiet, Duration again) {
    static final Pace USUAL = new Pace(Duration.ofMillis(300), Duration.ofMinutes(20),
        Duration.ofMinutes(5), Duration.ofSeconds(60));
  }

  private final CliStarter starter;
  private final int most;
  private final Pace pace;
  private final CliAccount account = new CliAccount();
  private final Thread worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<CliProcess> idle = new ArrayList<>();
  private final Set<CliProcess> living = new HashSet<>();
  private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
  private final ArrayDeque<String> lately = new ArrayDeque<>();
  private CliProcess asked;
  private long usedAt = System.nanoTime();
  private long refillAt;
  private long askAt = usedAt;
  private Failure.NotReady trouble;
  private boolean retired;

  /// @param starter starts processes
  /// @param most how many there may be
  /// @param model what the first request will probably want
  CliPool(CliStarter starter, int most, String model, Pace pace) {
    this.starter = starter;
    this.most = Math.max(most, 1);
    this.pace = pace;
    lately.add(model);
    refillAt = usedAt + pace.refill.toNanos();
    worker = Thread.ofPlatform().daemon().name("claude processes").start(this::work);
  }

  /// A place in the queue for a process.
  final class Ticket implements AutoCloseable {
    private final String model;
    private final CompletableFuture<CliProcess> given = new CompletableFuture<>();
    private boolean taken;

    private Ticket(String model) {
      this.model = model;
    }

    /// The process, or null when none was free within `nanos`.
    CliProcess await(long nanos) throws InterruptedException {
      try {
        CliProcess process = given.get(nanos, TimeUnit.NANOSECONDS);
        taken = true;
        return process;
      } catch (TimeoutException busy) {
        return null;
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof ChatException told ? told
            : new IllegalStateException(failed.getCause());
      }
    }

    /// Leaves the queue; what was given and never taken can serve another.
    @Override
    public void close() {
      lock.lock();
      try {
        waiting.remove(this);
        if (taken || !given.isDone() || given.isCompletedExceptionally()) return;
        taken = true;
        if (retired) given.join().end(false);
        else idle.add(given.join());
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Asks for a process. Never blocks.
  Ticket enter(String model) {
    Ticket ticket = new Ticket(model);
    lock.lock();
    try {
      usedAt = System.nanoTime();
      if (retired) {
        ticket.given.completeExceptionally(new ChatException(
            new Failure.NotReady("Claude is about to be reached in another way.", null)));
        return ticket;
      }
      waiting.add(ticket);
      serve();
      changed.signalAll();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  /// Remembers that a model answers: somebody is logged in, and a process may wait for the next.
  void answered(String model) {
    lock.lock();
    try {
      account.proved();
      trouble = null;
      lately.remove(model);
      lately.addFirst(model);
      while (lately.size() > SPARE) lately.removeLast();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Learns from what a process said as it ended; whether starting another one is worth it.
  boolean learn(CliProcess gone) {
    return starter.flags().learn(gone.stderr());
  }

  CliAccount account() {
    return account;
  }

  /// Why no process works, or null.
  Failure.NotReady trouble() {
    lock.lock();
    try {
      return trouble;
    } finally {
      lock.unlock();
    }
  }

  /// How many processes there are, those that end included.
  int processes() {
    lock.lock();
    try {
      return living.size();
    } finally {
      lock.unlock();
    }
  }

  /// How many of them wait for a request.
  int ready() {
    lock.lock();
    try {
      return (int) idle.stream().filter(CliProcess::alive).count();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    TempFolders.sweep();
    lock.lock();
    try {
      while (!retired || !living.isEmpty() || !waiting.isEmpty()) {
        Order order = order();
        if (order != null) start(order);
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
  /// @param ask whether it is to tell about account and models, instead of serving
  private record Order(String model, boolean ask) {}

  /// What to start now, or null.
  private Order order() {
    if (asked != null && asked.age().compareTo(PATIENCE) > 0) asked.end(true);
    serve();
    boolean room = living.size() < most;
    Ticket head = waiting.peek();
    if (head != null) {
      if (!room) makeRoom();
      return room ? new Order(head.model, false) : null;
    }
    long now = System.nanoTime();
    if (retired) endIdle();
    if (retired || now - refillAt < 0) return null;
    List<String> missing = missing();
    if (!room) return null;
    if (askAgain(now)) return new Order(lately.getFirst(), true);
    return missing.isEmpty() ? null : new Order(missing.getFirst(), false);
  }

  /// Ends processes that are ready for other models than those asked for.
  private void makeRoom() {
    long ending = living.stream().filter(process -> !process.alive()).count();
    if (ending < waiting.size() && !idle.isEmpty()) idle.removeFirst().end(false);
  }

  /// The models that a process should be ready for and is not; ends those that are ready for
  /// others, or for too long.
  private List<String> missing() {
    boolean quiet = System.nanoTime() - usedAt > pace.quiet.toNanos();
    int spare = Math.min(quiet ? 1 : SPARE, most);
    List<String> missing = new ArrayList<>();
    for (String model : lately) {
      if (missing.size() < spare) missing.add(model);
    }
    while (missing.size() < spare) missing.add(lately.getFirst());
    for (CliProcess process : List.copyOf(idle)) {
      boolean old = !process.alive() || process.age().compareTo(pace.renew) > 0;
      if (!old && missing.remove(process.model())) continue;
      idle.remove(process);
      process.end(false);
    }
    return missing;
  }

  /// Whether it is time to ask the CLI for account and models without a request.
  private boolean askAgain(long now) {
    if (asked != null || now - askAt < 0 || account.login() == CliAccount.Login.YES) return false;
    askAt = now + pace.again.toNanos();
    return true;
  }

  private void start(Order order) {
    CliProcess process = null;
    Exception failed = null;
    lock.unlock();
    try {
      process = starter.start(order.model);
    } catch (IOException | RuntimeException e) {
      failed = e;
    } finally {
      lock.lock();
    }
    if (failed != null) {
      broken(failed);
      return;
    }
    living.add(process);
    process.begin(this::witness, this::gone);
    if (order.ask) {
      asked = process;
      process.say(StreamJson.initialize(""));
    } else if (retired && waiting.isEmpty()) {
      process.end(false);
    } else {
      idle.add(process);
    }
  }

  /// Hands processes to those who wait, as long as there is one for the first of them.
  private void serve() {
    for (Ticket head; (head = waiting.peek()) != null; ) {
      String model = head.model;
      CliProcess process = idle.stream()
          .filter(one -> one.model().equals(model) && one.alive()).findFirst().orElse(null);
      if (process == null) return;
      idle.remove(process);
      waiting.remove();
      refillAt = System.nanoTime() + pace.refill.toNanos();
      head.given.complete(process);
    }
  }

  private long untilNext() {
    long now = System.nanoTime();
    if (retired || now - refillAt >= 0) return TimeUnit.SECONDS.toNanos(1);
    return refillAt - now;
  }

  private void witness(CliProcess process, Json.Obj line) {
    account.see(line);
    if (!(Cursor.of(line).at("type").json() instanceof Json.Str(var type))
        || !type.equals("control_response")) return;
    lock.lock();
    try {
      trouble = account.login() == CliAccount.Login.NO ? CliFailures.notLoggedIn() : null;
      if (process == asked) process.end(false);
    } finally {
      lock.unlock();
    }
  }

  /// A process is gone. One that ended by itself, unused, tells that something is wrong.
  private void gone(CliProcess process) {
    lock.lock();
    try {
      living.remove(process);
      boolean mute = process == asked && account.login() == CliAccount.Login.UNKNOWN;
      if (process == asked) asked = null;
      if (idle.remove(process) || mute) unused(process);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void unused(CliProcess process) {
    long now = System.nanoTime();
    if (starter.flags().learn(process.stderr())) {
      askAt = now;
      return;
    }
    LOG.log(Level.WARNING, "A Claude CLI process ended unused, {0}: {1}", process.exit(),
        process.stderr().strip());
    String flag = CliArguments.unknown(process.stderr());
    if (flag != null) trouble = CliFailures.tooOld(flag);
    refillAt = now + pace.again.toNanos();
  }

  /// No process can be started: those who wait are told, and for a while nobody tries.
  private void broken(Exception failed) {
    LOG.log(Level.WARNING, "The Claude CLI could not be started: {0}", failed.getMessage());
    trouble = new Failure.NotReady("The Claude CLI could not be started. Check its path, or"
        + " install it again. " + failed.getMessage(), pace.again);
    for (Ticket ticket : waiting) {
      ticket.given.completeExceptionally(new ChatException(trouble, failed));
    }
    waiting.clear();
    refillAt = System.nanoTime() + pace.again.toNanos();
  }

  private void endIdle() {
    idle.forEach(process -> process.end(false));
    idle.clear();
  }

  /// Takes no more requests, and waits a moment for the processes that nobody needs to go. Those
  /// who wait are still served, and replies under way go on to their end.
  @Override
  public void close() {
    lock.lock();
    try {
      retired = true;
      endIdle();
      if (asked != null) asked.end(false);
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
