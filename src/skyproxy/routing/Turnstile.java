package skyproxy.routing;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a bounded number of requests through at a time, in the order they came.
///
/// A ticket can be waited for in steps without losing its place, which a timed
/// `Semaphore.tryAcquire` can't. Any number of threads; each ticket belongs to one.
final class Turnstile {
  private final int places;
  private int taken;
  private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();

  Turnstile(int places) {
    this.places = places;
  }

  /// A place, or the place in the queue for one.
  final class Ticket implements AutoCloseable {
    private final CountDownLatch admitted = new CountDownLatch(1);
    private boolean closed;

    /// Whether the place is free now, or became free within `nanos`.
    boolean await(long nanos) throws InterruptedException {
      return admitted.await(nanos, TimeUnit.NANOSECONDS);
    }

    /// Leaves; the next in the queue moves up.
    @Override
    public void close() {
      synchronized (Turnstile.this) {
        if (closed) return;
        closed = true;
        if (admitted.getCount() > 0) {
          waiting.remove(this);
        } else {
          taken--;
          admit();
        }
      }
    }
  }

  synchronized Ticket enter() {
    Ticket ticket = new Ticket();
    waiting.add(ticket);
    admit();
    return ticket;
  }

  private void admit() {
    while (taken < places && !waiting.isEmpty()) {
      taken++;
      waiting.poll().admitted.countDown();
    }
  }

  /// How many wait.
  synchronized int waiting() {
    return waiting.size();
  }
}
