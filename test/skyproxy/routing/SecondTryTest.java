package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.testing.Replies;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.SkippingClock;
import skyproxy.testing.TestRoutes;

/// The second try of the same model: when there is one, when there is none, what it counts as.
final class SecondTryTest {
  private static final Event AYE = new Event.Text("aye");
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Failure CLOSED = new Failure.Unreachable("It closed.", true);
  private static final Failure LOADING = new Failure.NotLoaded("Loading model.", true);

  private final ArrayDeque<List<Object>> scripts = new ArrayDeque<>();
  private final ScriptedProvider claude = new ScriptedProvider("claude", request ->
      !request.model().equals("a") || scripts.isEmpty()
          ? List.of(new Event.Text(request.model()), END) : scripts.poll());
  private final SkippingClock clock = new SkippingClock();
  private final Router router =
      new Router(TestRoutes.of("x", Map.of(), Map.of(), claude), clock);

  /// What `a` does, request by request; then it answers.
  private void script(Object... failures) {
    scripts.clear();
    for (Object each : failures) scripts.add(List.of(each));
  }

  private FailoverReply open(String model) {
    return router.open(Replies.says(model, "Hi"));
  }

  private static String answer(FailoverReply reply) {
    try (reply) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      return reply.model();
    }
  }

  private Failure fail(String model) {
    return assertThrows(ChatException.class, () -> answer(open(model))).failure();
  }

  private long asked() {
    return claude.asked().stream().filter("a"::equals).count();
  }

  @Test
  void what_fails_at_once_is_asked_again_at_once_alone_or_not() {
    for (Failure failure : List.of(new Failure.Broken(500, "n"), new Failure.Broken(502, "n"),
        CLOSED)) {
      for (String model : List.of("a", "a > b")) {
        script(failure);
        FailoverReply reply = open(model);
        assertEquals("a", answer(reply));
        assertEquals(2, reply.attempts().size(), "each call is told");
        assertEquals(failure, reply.attempts().getFirst().failure());
      }
    }
  }

  @Test
  void it_is_asked_twice_at_most() {
    script(CLOSED, CLOSED);
    assertEquals("b", answer(open("a > b")));
    assertEquals(2, asked());
    script(CLOSED, new Failure.RateLimited("n", Duration.ofMillis(1)));
    assertEquals(new Failure.RateLimited("n. Before that: a: It closed.", Duration.ofMillis(1)),
        fail("a"));
    assertEquals(4, asked());
  }

  @Test
  void who_has_no_room_or_can_not_be_reached_is_not_asked_again() {
    for (Failure failure : List.of(new Failure.RateLimited("n", Duration.ofSeconds(1)),
        new Failure.Broken(503, "n", Duration.ofSeconds(1)), new Failure.Overloaded("n", null),
        new Failure.Unreachable("n"), new Failure.Garbled("n"), new Failure.TimedOut("n"))) {
      script(failure);
      FailoverReply reply = open("a > b");
      assertEquals("b", answer(reply));
      assertEquals(2, reply.attempts().size());
      router.update(router.routes());
    }
  }

  @Test
  void what_fails_late_or_after_a_word_is_not_asked_again() {
    ScriptedProvider.Step late = () -> {
      clock.skip(Duration.ofMillis(1_100));
      return null;
    };
    scripts.add(List.of(late, CLOSED));
    scripts.add(List.of(new Event.Text(" "), CLOSED));
    for (int i = 1; i <= 2; i++) {
      assertEquals("b", answer(open("a > b")));
      assertEquals(i, asked());
    }
  }

  @Test
  void a_request_counts_once_for_its_rest_however_often_it_asked() {
    script(CLOSED, CLOSED);
    assertEquals("b", answer(open("a > b")));
    assertEquals("a", answer(open("a > b")), "one failure is forgiven");
  }

  @Test
  void the_last_one_left_gets_the_moment_it_asks_for() {
    Duration moment = Duration.ofMillis(30);
    for (Failure failure : List.of(new Failure.RateLimited("n", moment),
        new Failure.Overloaded("n", moment), new Failure.Broken(503, "n", moment))) {
      script(failure);
      FailoverReply reply = open("a");
      assertEquals("a", answer(reply));
      assertEquals(2, reply.attempts().size());
    }
    script(new Failure.RateLimited("n", Duration.ofSeconds(4)));
    fail("a");
    script(new Failure.RateLimited("n", moment), new Failure.RateLimited("n", moment));
    assertEquals(new Failure.RateLimited("n", moment), fail("a"));
  }

  @Test
  void the_caller_has_its_turn_while_that_moment_passes() {
    script(new Failure.RateLimited("n", Duration.ofSeconds(3)));
    try (FailoverReply reply = open("a")) {
      assertEquals(Event.QUIET, reply.next(Duration.ofMillis(200)));
      assertEquals(Event.QUIET, reply.next(Duration.ofMillis(1)));
      assertEquals(1, asked());
      clock.skip(Duration.ofSeconds(3));
      assertEquals(new Event.Text("a"), reply.next(Duration.ofSeconds(5)));
    }
  }

  @Test
  void a_model_that_loads_is_waited_for_when_nobody_else_is_left() {
    script(LOADING);
    assertEquals("b", answer(open("a > b")));
    assertEquals("a", answer(open("a > b")), "and nobody rests");
    script(LOADING, LOADING, LOADING);
    try (FailoverReply reply = open("a")) {
      for (int calls = 1; calls <= 3; calls++) {
        assertEquals(Event.QUIET, reply.next(Duration.ofMillis(200)));
        clock.skip(Duration.ofSeconds(1));
      }
      assertEquals(new Event.Text("a"), reply.next(Duration.ofSeconds(5)));
      assertEquals(4, reply.attempts().size());
    }
  }

  @Test
  void a_model_that_loads_for_ever_is_a_failure_in_the_end() {
    claude.on("a", LOADING);
    FailoverReply reply = open("a");
    assertEquals(Event.QUIET, reply.next(Duration.ofMillis(200)));
    clock.skip(Duration.ofSeconds(40));
    Failure failure = assertThrows(ChatException.class, () -> answer(reply)).failure();
    assertEquals(LOADING, failure);
    assertTrue(reply.attempts().size() >= 2);
  }
}
