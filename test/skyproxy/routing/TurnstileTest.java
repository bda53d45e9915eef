package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A bounded number at a time, in the order they came.
final class TurnstileTest {
  private final Turnstile turnstile = new Turnstile(2);

  @Test
  void first_come_is_first_served() throws InterruptedException {
    var first = turnstile.enter();
    var second = turnstile.enter();
    var third = turnstile.enter();
    var fourth = turnstile.enter();
    assertTrue(first.await(0) && second.await(0));
    assertFalse(third.await(1) || fourth.await(1));
    second.close();
    assertTrue(third.await(0));
    assertFalse(fourth.await(0));
  }

  @Test
  void who_stops_waiting_is_not_waited_for() throws InterruptedException {
    var first = turnstile.enter();
    turnstile.enter();
    var third = turnstile.enter();
    var fourth = turnstile.enter();
    assertEquals(2, turnstile.waiting());
    third.close();
    first.close();
    assertTrue(fourth.await(0));
    assertEquals(0, turnstile.waiting());
  }

  @Test
  void leaving_twice_frees_one_place() throws InterruptedException {
    var first = turnstile.enter();
    turnstile.enter();
    first.close();
    first.close();
    assertTrue(turnstile.enter().await(0));
    assertFalse(turnstile.enter().await(0));
  }

  @Test
  void there_are_never_more_inside_than_places() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        pool.submit(() -> {
          try (var ticket = turnstile.enter()) {
            while (!ticket.await(1_000)) { }
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
            served.incrementAndGet();
          }
          return null;
        });
      }
    }
    assertEquals(200, served.get());
    assertTrue(most.get() <= 2, most + " at once");
  }
}
