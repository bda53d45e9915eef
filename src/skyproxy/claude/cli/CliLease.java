package skyproxy.claude.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Purpose;

/// A place in the pool's queue for a process, and then the process. The reply that asked waits for
/// it and closes it; the rest is the pool's, under its lock.
final class CliLease implements AutoCloseable {
  private final String model;
  private final Purpose purpose;
  private final Consumer<CliLease> leave;
  private final CompletableFuture<CliProcess> process = new CompletableFuture<>();
  private final long askedAt = System.nanoTime();
  private volatile long waitEnded;
  private volatile boolean taken;

  /// @param leave takes it out of the queue
  CliLease(String model, Purpose purpose, Consumer<CliLease> leave) {
    this.model = model;
    this.purpose = purpose;
    this.leave = leave;
  }

  /// The model that the process is to be started with.
  String model() {
    return model;
  }

  /// What the process is wanted for.
  Purpose purpose() {
    return purpose;
  }

  /// How long it waited, or has waited so far.
  Duration waited() {
    return Duration.ofNanos((process.isDone() ? waitEnded : System.nanoTime()) - askedAt);
  }

  /// The process, or null when none was free within `nanos`.
  ///
  /// @throws ChatException when there will be none
  CliProcess await(long nanos) throws InterruptedException {
    try {
      CliProcess handedOut = process.get(nanos, TimeUnit.NANOSECONDS);
      taken = true;
      return handedOut;
    } catch (TimeoutException busy) {
      return null;
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof ChatException known ? known
          : new IllegalStateException(failed.getCause());
    }
  }

  void handOut(CliProcess free) {
    waitEnded = System.nanoTime();
    process.complete(free);
  }

  void refuse(Failure why, Throwable cause) {
    waitEnded = System.nanoTime();
    process.completeExceptionally(new ChatException(why, cause));
  }

  /// The process if it was handed out and nobody took it, once; else null.
  CliProcess untaken() {
    if (taken || !process.isDone() || process.isCompletedExceptionally()) return null;
    taken = true;
    return process.join();
  }

  /// Leaves the queue; a process that was handed out and never taken can serve another.
  @Override
  public void close() {
    leave.accept(this);
  }
}
