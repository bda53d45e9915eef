package skyproxy.routing;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import skyproxy.chat.Purpose;
import skyproxy.chat.Waiting;
import skyproxy.upstream.RequestQueue;

/// Lets a bounded number of requests through at a time, in the order of a [RequestQueue].
///
/// A ticket can be waited for in steps without losing its place, which a timed
/// `Semaphore.tryAcquire` can't. Any number of threads; each ticket belongs to one.
final class Turnstile {
  private final int places;
  private final RequestQueue<Ticket> queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int taken;

  /// @param nanos the clock of the queue
  Turnstile(int places, LongSupplier nanos) {
    this.places = places;
    queue = new RequestQueue<>(places, nanos);
  }

  int places() {
    return places;
  }

  /// A place, or the place in the queue for one.
  final class Ticket implements AutoCloseable {
    private final Purpose purpose;
    private boolean admitted;
    private boolean closed;

    private Ticket(Purpose purpose) {
      this.purpose = purpose;
    }

    /// Whether the place is free now, or became free within `nanos`.
    boolean await(long nanos) throws InterruptedException {
      lock.lock();
      try {
        for (long left = nanos; ; ) {
          admit();
          if (admitted || left <= 0) return admitted;
          // A place that is kept for others only now becomes this one's by nobody's doing.
          long kept = queue.untilForAll();
          long step = kept > 0 ? Math.min(left, kept) : left;
          left -= step - changed.awaitNanos(step);
        }
      } finally {
        lock.unlock();
      }
    }

    /// Leaves; the next in the queue moves up.
    @Override
    public void close() {
      lock.lock();
      try {
        if (closed) return;
        closed = true;
        if (!queue.leave(this)) {
          taken--;
          queue.left(purpose);
        }
        admit();
        // Also when nobody is let in: how long there is to wait has changed.
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  Ticket enter(Purpose purpose) {
    Ticket ticket = new Ticket(purpose);
    lock.lock();
    try {
      queue.join(ticket, purpose);
      admit();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private void admit() {
    for (Ticket next; (next = queue.next(places - taken)) != null; ) {
      queue.leave(next);
      next.admitted = true;
      taken++;
      changed.signalAll();
    }
  }

  /// Those who wait.
  ///
  /// @param provider for whom
  List<Waiting> waiting(String provider) {
    lock.lock();
    try {
      return queue.waiting(provider);
    } finally {
      lock.unlock();
    }
  }
}
