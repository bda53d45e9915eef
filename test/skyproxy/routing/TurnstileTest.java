package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;

/// A bounded number at a time, in the order of the queue.
@Tag("core")
final class TurnstileTest {
  private static final Purpose USUAL = new Purpose(Job.OTHER);
  private static final Purpose DIARY = new Purpose(Job.DIARY);
  private static final Purpose DIALOGUE = new Purpose(Job.DIALOGUE);
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final Turnstile turnstile = new Turnstile(2, clock::get);

  @Test
  void first_come_is_first_served() throws InterruptedException {
    var first = turnstile.enter(USUAL);
    var second = turnstile.enter(USUAL);
    var third = turnstile.enter(USUAL);
    var fourth = turnstile.enter(USUAL);
    assertTrue(first.await(0) && second.await(0));
    assertFalse(third.await(1) || fourth.await(1));
    second.close();
    assertTrue(third.await(0));
    assertFalse(fourth.await(0));
  }

  @Test
  void dialogue_is_the_next_though_eleven_diaries_came_before_it() throws InterruptedException {
    var one = new Turnstile(1, clock::get);
    List<Turnstile.Ticket> diaries = new ArrayList<>();
    for (int i = 0; i < 12; i++) diaries.add(one.enter(DIARY));
    var dialogue = one.enter(DIALOGUE);
    assertTrue(diaries.getFirst().await(0));
    diaries.getFirst().close();
    assertFalse(diaries.get(1).await(0));
    assertTrue(dialogue.await(0));
  }

  @Test
  void who_stops_waiting_is_not_waited_for() throws InterruptedException {
    var first = turnstile.enter(USUAL);
    turnstile.enter(USUAL);
    var third = turnstile.enter(USUAL);
    var fourth = turnstile.enter(USUAL);
    assertEquals(2, turnstile.waiting("any").size());
    third.close();
    first.close();
    assertTrue(fourth.await(0));
    assertEquals(List.of(), turnstile.waiting("any"));
  }

  @Test
  void leaving_twice_frees_one_place() throws InterruptedException {
    var first = turnstile.enter(USUAL);
    turnstile.enter(USUAL);
    first.close();
    first.close();
    assertTrue(turnstile.enter(USUAL).await(0));
    assertFalse(turnstile.enter(USUAL).await(0));
  }

  @Test
  void the_place_of_a_dialogue_is_kept_for_a_moment() throws InterruptedException {
    var one = new Turnstile(1, clock::get);
    var dialogue = one.enter(DIALOGUE);
    var diary = one.enter(DIARY);
    dialogue.close();
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(499));
    assertFalse(diary.await(0));
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    assertTrue(diary.await(0));
  }

  @Test
  void who_already_waits_when_a_place_begins_to_be_kept_gets_it_when_that_is_over()
      throws Exception {
    var one = new Turnstile(1, System::nanoTime);
    var dialogue = one.enter(DIALOGUE);
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> diaries = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        diaries.add(() -> {
          try (var ticket = one.enter(DIARY)) {
            return ticket.await(LONG);
          }
        });
      }
      var served = diaries.stream().map(pool::submit).toList();
      while (one.waiting("any").size() < 3) Thread.sleep(1);
      long start = System.nanoTime();
      dialogue.close();
      for (var each : served) assertTrue(each.get());
      assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(500));
    }
  }

  @Test
  void there_are_never_more_inside_than_places_and_nobody_is_forgotten() {
    for (int places = 1; places <= 3; places++) {
      Turnstile busy = new Turnstile(places, System::nanoTime);
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      AtomicInteger served = new AtomicInteger();
      try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 200; i++) {
          // Dialogues keep a place for half a second each: enough of them to meet all others.
          Purpose purpose = i % 50 == 0 ? DIALOGUE : i % 3 == 0 ? new Purpose(Job.MOOD) : DIARY;
          pool.submit(() -> {
            try (var ticket = busy.enter(purpose)) {
              long step = ThreadLocalRandom.current().nextBoolean() ? LONG : 1_000;
              while (!ticket.await(step)) { }
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
      assertTrue(most.get() <= places, most + " at once");
    }
  }
}
