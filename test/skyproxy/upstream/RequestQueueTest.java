package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Urgency;

/// The choice of the next one.
final class RequestQueueTest {
  private static final int ANY = 100;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000);

  private RequestQueue<String> queue(int places) {
    return new RequestQueue<>(places, clock::get);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private static void join(RequestQueue<String> queue, Job... jobs) {
    for (Job job : jobs) queue.join(job.wireName() + queue.size(), new Purpose(job));
  }

  private static List<String> all(RequestQueue<String> queue) {
    List<String> order = new ArrayList<>();
    for (String next; (next = queue.next(ANY)) != null; queue.leave(next)) order.add(next);
    return order;
  }

  @Test
  void what_the_player_waits_for_goes_first_and_alike_ones_as_they_came() {
    RequestQueue<String> queue = queue(1);
    join(queue, Job.DIARY, Job.OTHER, Job.MOOD, Job.DIALOGUE, Job.MEMORY, Job.VISION,
        Job.TRANSLATE, Job.DIALOGUE);
    queue.join("query8", new Purpose(Job.MEMORY, Job.SPEAKER));
    assertEquals(List.of("dialogue3", "dialogue7", "mood2", "translate6", "query8", "other1",
        "vision5", "diary0", "memory4"), all(queue));
  }

  @Test
  void who_waits_long_moves_up_but_never_among_dialogue() {
    RequestQueue<String> queue = queue(1);
    join(queue, Job.DIARY);
    pass(Duration.ofSeconds(10));
    join(queue, Job.OTHER, Job.MOOD);
    assertEquals("mood2", queue.next(1));
    queue.leave("mood2");
    assertEquals("diary0", queue.next(1), "it has come up to others, and came before them");
    pass(Duration.ofSeconds(10));
    join(queue, Job.MOOD);
    assertEquals("diary0", queue.next(1));
    pass(Duration.ofHours(1));
    join(queue, Job.DIALOGUE);
    assertEquals(List.of("dialogue3", "diary0", "other1", "mood2"), all(queue));
  }

  @Test
  void of_three_places_and_more_one_is_always_kept_for_what_the_player_waits_for() {
    RequestQueue<String> queue = queue(3);
    join(queue, Job.DIARY, Job.OTHER);
    assertEquals("other1", queue.next(2));
    assertNull(queue.next(1));
    pass(Duration.ofMinutes(1));
    assertNull(queue.next(1), "nor by waiting long");
    join(queue, Job.ACTION);
    assertEquals("action2", queue.next(1));
    join(queue, Job.DIALOGUE);
    assertEquals("dialogue3", queue.next(1));
    assertNull(queue.next(0));
    assertEquals(0, queue.untilForAll());
  }

  @Test
  void of_one_or_two_places_the_last_is_kept_for_a_moment_after_a_dialogue() {
    for (int places = 1; places <= 2; places++) {
      RequestQueue<String> queue = queue(places);
      join(queue, Job.DIARY);
      assertEquals("diary0", queue.next(1));
      queue.left(new Purpose(Job.MOOD));
      assertEquals("diary0", queue.next(1));
      queue.left(new Purpose(Job.DIALOGUE));
      assertEquals(Duration.ofMillis(500).toNanos(), queue.untilForAll());
      pass(Duration.ofMillis(499));
      assertNull(queue.next(1));
      assertEquals("diary0", queue.next(2));
      join(queue, Job.SPEAKER);
      assertEquals("speaker1", queue.next(1));
      queue.leave("speaker1");
      pass(Duration.ofMillis(1));
      assertEquals(0, queue.untilForAll());
      assertEquals("diary0", queue.next(1));
    }
  }

  @Test
  void it_tells_who_waits_for_what_and_since_when() {
    RequestQueue<String> queue = queue(1);
    join(queue, Job.DIARY);
    pass(Duration.ofSeconds(90));
    var waiting = queue.waiting("local").getFirst();
    assertEquals("local", waiting.provider());
    assertEquals(Urgency.BACKGROUND, waiting.purpose().urgency());
    Duration ago = Duration.between(waiting.since(), Instant.now());
    assertTrue(ago.compareTo(Duration.ofSeconds(90)) >= 0, "since " + ago);
    assertTrue(queue.holds("diary0") && queue.leave("diary0"));
    assertFalse(queue.holds("diary0") || queue.leave("diary0"));
  }
}
