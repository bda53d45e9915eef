package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Attempt;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Usage;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.SkippingClock;

/// The reply of one target by itself: its place, its timeouts, what counts as an answer.
@Tag("core")
final class TargetReplyTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(40);
  private static final Timeouts PATIENT = new Timeouts(LONG, LONG, LONG);
  private static final Event AYE = new Event.Text("Aye.");
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Purpose USUAL = new Purpose(Job.OTHER);
  private static final Semaphore NEVER = new Semaphore(0);

  private final UnopenedThoughts unopened = new UnopenedThoughts();
  private final SkippingClock clock = new SkippingClock();
  private final Turnstile turnstile = new Turnstile(1, System::nanoTime);

  private TargetReply open(ScriptedProvider provider, Timeouts timeouts) {
    return new TargetReply(RouterTest.request("x > y"), new Target("x", provider, "own"), turnstile,
        timeouts, unopened, Budget.none(), clock);
  }

  private static List<Event> read(TargetReply reply) {
    List<Event> events = new ArrayList<>();
    try (reply) {
      for (Event event; (event = reply.next(LONG)) != null; ) events.add(event);
    }
    return events;
  }

  private static Failure fail(TargetReply reply) {
    return assertThrows(ChatException.class, () -> read(reply)).failure();
  }

  @Test
  void the_target_is_asked_by_its_own_name_once_there_is_a_place() {
    ScriptedProvider provider = ScriptedProvider.of(AYE, END);
    Turnstile.Ticket place = turnstile.enter(USUAL);
    TargetReply reply = open(provider, PATIENT);
    assertEquals(Event.QUIET, reply.next(Duration.ZERO));
    assertFalse(reply.asked());
    assertTrue(reply.queued().isPositive());
    place.close();
    assertEquals(List.of(AYE, END), read(reply));
    assertTrue(reply.asked());
    assertEquals(reply.queued(), reply.attempt(null, 0).queued(), "it is over");
    assertEquals(List.of("own"), provider.asked());
    assertNull(reply.next(LONG), "the end stays the end");
  }

  @Test
  void its_place_is_free_and_its_reply_closed_as_soon_as_all_has_come() {
    ScriptedProvider provider = ScriptedProvider.of(AYE, END);
    TargetReply reply = open(provider, PATIENT);
    for (Event event = AYE; event != null; ) event = reply.next(LONG);
    assertTrue(provider.closed().tryAcquire());
    assertEquals(List.of(AYE, END), read(open(provider, PATIENT)));
  }

  @Test
  void who_is_closed_while_waiting_leaves_the_queue() {
    Turnstile.Ticket place = turnstile.enter(USUAL);
    TargetReply reply = open(ScriptedProvider.of(AYE, END), PATIENT);
    assertEquals(1, turnstile.waiting("scripted").size());
    reply.close();
    assertEquals(List.of(), turnstile.waiting("scripted"));
    place.close();
  }

  @Test
  void a_place_that_does_not_come_in_time_is_no_failure_of_the_target() {
    turnstile.enter(USUAL);
    ScriptedProvider provider = ScriptedProvider.of(AYE, END);
    TargetReply reply = open(provider, new Timeouts(SHORT, LONG, LONG));
    Failure failure = assertThrows(ChatException.class, () -> reply.next(LONG)).failure();
    assertInstanceOf(Failure.TimedOut.class, failure);
    assertTrue(failure.message().contains("no place free"), failure.message());
    assertFalse(reply.asked());
    assertEquals(List.of(), provider.asked());
  }

  @Test
  void each_phase_has_its_own_timeout() {
    Failure slow = fail(open(ScriptedProvider.of(NEVER), new Timeouts(LONG, SHORT, LONG)));
    assertTrue(slow.message().contains("did not begin"), slow.message());
    Failure silent = fail(open(ScriptedProvider.of(AYE, NEVER), new Timeouts(LONG, LONG, SHORT)));
    assertTrue(silent.message().contains("went silent"), silent.message());
    assertEquals(List.of(AYE, END),
        read(open(ScriptedProvider.of(AYE, END, NEVER), new Timeouts(LONG, LONG, SHORT))),
        "behind its end only figures can follow");
  }

  @Test
  void hidden_thoughts_are_taken_out_and_are_no_answer() {
    assertEquals(List.of(AYE, END), read(open(ScriptedProvider.of(
        new Event.Reasoning("hm"), new Event.Text("<think>hm</think>Aye."), END), PATIENT)));
    assertInstanceOf(Failure.Empty.class, fail(open(ScriptedProvider.of(
        new Event.Reasoning("hm"), new Event.Text("<think>hm</think>"), END), PATIENT)));
  }

  @Test
  void a_target_that_can_not_be_opened_was_asked_all_the_same() {
    ScriptedProvider provider = new ScriptedProvider("refusing", _ -> {
      throw new ChatException(new Failure.NotReady("Log in.", null));
    });
    TargetReply reply = open(provider, PATIENT);
    assertEquals(new Failure.NotReady("Log in.", null),
        assertThrows(ChatException.class, () -> reply.next(LONG)).failure());
    assertTrue(reply.asked());
    reply.close();
    assertEquals(List.of(AYE, END), read(open(ScriptedProvider.of(AYE, END), PATIENT)));
  }

  @Test
  void an_attempt_says_who_was_asked_and_what_failed() {
    TargetReply reply = open(ScriptedProvider.of(AYE, END), PATIENT);
    Failure broken = new Failure.Broken(500, "It broke.");
    Attempt attempt = reply.attempt(broken, 2);
    assertEquals(List.of("x", "scripted", broken),
        List.of(attempt.model(), attempt.provider(), attempt.failure()));
    assertEquals(2, attempt.leftOut());
    assertNull(reply.attempt(null, 0).failure());
    reply.close();
  }

  @Test
  void the_last_target_is_waited_for_longer_than_one_that_others_can_stand_in_for() {
    ScriptedProvider provider = ScriptedProvider.of();
    var alone = Timeouts.of(provider, RouterTest.request("x"), false);
    var one = Timeouts.of(provider, RouterTest.request("x"), true);
    assertEquals(provider.limits().firstTokenOrUsual(), one.place());
    assertTrue(alone.place().compareTo(one.place()) > 0);
    assertEquals(alone.firstEvent(), one.firstEvent());
  }

  private String spoken(Object... steps) {
    StringBuilder spoken = new StringBuilder();
    for (Event event : read(open(ScriptedProvider.of(steps), PATIENT))) {
      if (event instanceof Event.Text(var delta)) spoken.append(delta);
    }
    return spoken.toString();
  }

  @Test
  void a_thought_that_only_ends_is_spoken_once_and_then_never_again_until_it_stays_away() {
    Event[] thinks = {new Event.Text("He lies."), new Event.Text("</think>\n\nAye."), END};
    assertEquals("He lies.Aye.", spoken((Object[]) thinks).replace("\n", ""));
    assertEquals("Aye.", spoken((Object[]) thinks));
    assertEquals("Aye.", spoken((Object[]) thinks));
    assertEquals("Aye.", spoken(AYE, END), "a reply without it");
    assertEquals("He lies.Aye.", spoken((Object[]) thinks).replace("\n", ""), "is forgotten");
  }

  @Test
  void what_is_held_back_for_a_thought_is_let_go_in_time() {
    unopened.note(new Target("x", ScriptedProvider.of(), "own"), true);
    TargetReply reply = open(ScriptedProvider.of(AYE, NEVER), PATIENT);
    assertEquals(Event.QUIET, reply.next(SHORT));
    clock.skip(Duration.ofSeconds(4));
    assertEquals(AYE, reply.next(SHORT));
    reply.close();
  }
}
