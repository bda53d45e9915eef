package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Limits;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestRoutes;

/// A routed reply: who takes over when, what is kept back until then, and how long anybody waits.
@Tag("core")
final class FailoverReplyTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Event AYE = new Event.Text("Aye.");
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Semaphore NEVER = new Semaphore(0);
  private static final Failure BROKEN = new Failure.Broken(503, "It broke.");

  private final ScriptedProvider claude = ScriptedProvider.named("claude");
  private final ScriptedProvider codex = ScriptedProvider.named("codex");
  private final Router router = new Router(TestRoutes.of("x", Map.of(), Map.of(),
      claude, codex, ScriptedProvider.named("openrouter"), ScriptedProvider.named("demo")));

  private static ChatRequest request(String model, String more) {
    return ChatRequest.parse((Json.Obj) Json.parse("""
        {"model":"%s","messages":[{"role":"user","content":"Hi"}]%s}""".formatted(model, more)),
        ChatRequest.Caller.UNKNOWN);
  }

  private FailoverReply open(String model) {
    return router.open(request(model, ",\"stream\":true"));
  }

  private static List<Event> read(FailoverReply reply) {
    List<Event> events = new ArrayList<>();
    try (reply) {
      for (Event event; (event = reply.next(LONG)) != null; ) events.add(event);
    }
    return events;
  }

  private static Failure fail(FailoverReply reply) {
    return assertThrows(ChatException.class, () -> read(reply)).failure();
  }

  /// How many replies are open now.
  private static int open(ScriptedProvider provider) {
    return provider.requests().size() - provider.closed().availablePermits();
  }

  private static Limits limits(int firstTokenMillis, int silenceMillis, int places) {
    return new Limits(Duration.ofSeconds(5), Duration.ofMillis(firstTokenMillis),
        Duration.ofMillis(silenceMillis), places);
  }

  @Test
  void the_next_one_answers_after_each_kind_of_failure_that_another_may_not_have() {
    for (Failure failure : List.of(new Failure.NotReady("n", null),
        new Failure.Unauthorized("n", null), new Failure.RateLimited("n", null),
        new Failure.Overloaded("n", null), BROKEN, new Failure.Unreachable("n"),
        new Failure.TimedOut("n"), new Failure.Garbled("n"), new Failure.UnknownModel("n"),
        new Failure.TooLong(400, "n", null, null, null, null), new Failure.NotLoaded("n", false),
        new Failure.Unsuited(400, "n", null, null, true),
        new Failure.Rejected(402, "n", null, null), new Failure.Rejected(404, "n", null, null))) {
      claude.on("a", failure);
      FailoverReply reply = open("a > gpt-b");
      assertEquals(List.of(new Event.Text("gpt-b"), END), read(reply));
      assertEquals("gpt-b", reply.model());
      assertEquals(List.of("a", "gpt-b"), reply.attempts().stream().map(a -> a.model()).toList());
      assertEquals(failure, reply.attempts().getFirst().failure());
      assertNull(reply.attempts().getLast().failure());
      router.update(router.routes());
    }
  }

  @Test
  void a_request_that_is_wrong_and_a_refusal_are_not_tried_elsewhere() {
    for (Failure failure : List.of(new Failure.BadRequest("n", null, "x"),
        new Failure.Rejected(400, "n", null, "invalid_value"),
        new Failure.Rejected(422, "n", null, null),
        new Failure.Empty("n", true), new Failure.Stopping("n"))) {
      claude.on("a", failure);
      assertEquals(failure, fail(open("a > gpt-b")));
    }
    claude.on("a", new Event.Finish(FinishReason.CONTENT_FILTER, Usage.NONE));
    assertTrue(((Failure.Empty) fail(open("a > gpt-b"))).refused());
    assertEquals(List.of(), codex.asked());
  }

  @Test
  void an_empty_reply_lets_the_next_one_answer() {
    Event role = Chunk.of((Json.Obj) Json.parse("""
        {"choices":[{"delta":{"role":"assistant","content":""}}]}"""));
    for (Object[] empty : List.of(new Object[] {END}, new Object[] {}, new Object[] {role},
        new Object[] {new Event.Text(" \n"), END},
        new Object[] {new Event.Text("<think>hm</think>"), END},
        new Object[] {new Event.Reasoning("hm"), END})) {
      claude.on("a", empty);
      FailoverReply reply = open("a > gpt-b");
      assertEquals(List.of(new Event.Text("gpt-b"), END), read(reply));
      assertInstanceOf(Failure.Empty.class, reply.attempts().getFirst().failure());
      router.update(router.routes());
    }
  }

  @Test
  void an_empty_reply_of_a_chunk_stream_tells_why_it_ended() {
    claude.on("a", Chunk.of((Json.Obj) Json.parse("""
        {"choices":[{"delta":{},"finish_reason":"length"}]}""")));
    assertTrue(fail(open("a")).message().contains("max_tokens"));
    claude.on("a", Chunk.of((Json.Obj) Json.parse("""
        {"choices":[{"delta":{},"finish_reason":"content_filter"}]}""")));
    assertTrue(((Failure.Empty) fail(open("a > gpt-b"))).refused());
  }

  @Test
  void thoughts_that_are_shown_without_an_answer_are_an_empty_reply_too() {
    claude.on("a", new Event.Reasoning("hm"), END);
    FailoverReply reply =
        router.open(request("a", ",\"stream\":true,\"reasoning_effort\":\"low\""));
    assertEquals(new Event.Reasoning("hm"), reply.next(LONG));
    assertInstanceOf(Failure.Empty.class, fail(reply));
  }

  @Test
  void what_comes_before_the_first_word_is_kept_back_and_follows_with_it() {
    claude.on("a", new Event.Text("\n"), BROKEN);
    codex.on("gpt-b", new Event.Text("\n"), new Event.Text(" "), AYE, END);
    assertEquals(List.of(new Event.Text("\n"), new Event.Text(" "), AYE, END),
        read(open("a > gpt-b")));
  }

  @Test
  void after_the_first_word_a_failure_is_told_and_nobody_else_is_asked() {
    claude.on("a", AYE, BROKEN);
    FailoverReply reply = open("a > gpt-b");
    assertEquals(AYE, reply.next(LONG));
    assertEquals(BROKEN, fail(reply));
    assertEquals(BROKEN, reply.attempts().getFirst().failure());
    assertEquals(List.of(), codex.asked());
  }

  @Test
  void a_request_that_does_not_stream_can_move_on_until_its_very_end() {
    claude.on("a", AYE, new Event.Text("And"), new Failure.Garbled("It broke off."));
    FailoverReply reply = router.open(request("a > gpt-b", ""));
    assertEquals(List.of(new Event.Text("gpt-b"), END), read(reply));
    assertEquals("gpt-b", reply.model());
  }

  @Test
  void when_all_fail_the_last_failure_is_told_with_those_before_it() {
    claude.on("a", new Failure.RateLimited("a is busy.", Duration.ofSeconds(3)));
    codex.on("gpt-b", new Failure.Unreachable("gpt-b is away."));
    FailoverReply reply = open("a > gpt-b");
    Failure failure = fail(reply);
    assertEquals(new Failure.Unreachable("gpt-b is away. Before that: a: a is busy."), failure);
    assertEquals(2, reply.attempts().size());
  }

  @Test
  void every_reply_is_closed_before_the_next_is_opened() {
    claude.on("a", BROKEN).on("b", AYE, NEVER);
    FailoverReply reply = open("a > b");
    assertEquals(AYE, reply.next(LONG));
    assertEquals(1, open(claude));
    reply.close();
    reply.close();
    assertEquals(0, open(claude));
    assertNull(reply.next(LONG));
  }

  @Test
  void while_nothing_comes_it_says_so_as_often_as_it_is_asked() {
    claude.on("a", Duration.ofMillis(30), AYE, Duration.ofMillis(30), END);
    FailoverReply reply = open("a");
    Event event = reply.next(Duration.ofMillis(1));
    int quiet = 0;
    for (; event == Event.QUIET; quiet++) event = reply.next(Duration.ofMillis(1));
    assertEquals(AYE, event);
    assertTrue(quiet > 0);
    assertEquals(Event.QUIET, reply.next(Duration.ZERO));
  }

  @Test
  void a_first_word_that_does_not_come_in_time_lets_the_next_one_answer() {
    claude.with(limits(40, 10_000, 9));
    claude.on("a", NEVER);
    FailoverReply reply = open("a > gpt-b");
    assertEquals(List.of(new Event.Text("gpt-b"), END), read(reply));
    assertInstanceOf(Failure.TimedOut.class, reply.attempts().getFirst().failure());
    assertInstanceOf(Failure.TimedOut.class, fail(open("a")));
    assertEquals(0, open(claude));
  }

  @Test
  void signs_of_life_put_the_end_off() {
    claude.with(limits(800, 800, 9));
    Duration pause = Duration.ofMillis(250);
    claude.on("a", pause, Event.PULSE, pause, Event.PULSE, pause, Event.PULSE, pause, AYE, END);
    assertEquals(List.of(AYE, END), read(open("a")));
  }

  @Test
  void signs_of_life_do_not_put_the_end_off_for_ever() {
    claude.with(limits(80, 80, 9));
    Object[] endless = new Object[2_000];
    for (int i = 0; i < endless.length; i += 2) {
      endless[i] = Duration.ofMillis(10);
      endless[i + 1] = Event.PULSE;
    }
    claude.on("a", endless);
    assertInstanceOf(Failure.TimedOut.class, fail(open("a")));
    endless[0] = AYE;
    claude.with(limits(10_000, 80, 9)).on("a", endless);
    FailoverReply spoken = open("a");
    assertEquals(AYE, spoken.next(LONG));
    assertInstanceOf(Failure.TimedOut.class, fail(spoken));
  }

  @Test
  void silence_behind_the_end_of_a_reply_is_no_failure() {
    Event said = Chunk.of((Json.Obj) Json.parse("""
        {"choices":[{"delta":{"content":"Aye."},"finish_reason":"stop"}]}"""));
    claude.with(limits(10_000, 40, 9)).on("a", said, NEVER);
    assertEquals(List.of(said), read(open("a")));
    assertTrue(claude.closed().tryAcquire(), "and its connection is let go");
  }

  @Test
  void silence_inside_a_reply_ends_it_with_a_failure() {
    claude.with(limits(10_000, 40, 9));
    claude.on("a", AYE, NEVER);
    FailoverReply reply = open("a > gpt-b");
    assertEquals(AYE, reply.next(LONG));
    assertInstanceOf(Failure.TimedOut.class, fail(reply));
    assertEquals(List.of(), codex.asked());
  }

  @Test
  void who_is_over_the_limit_waits_and_moves_up_when_one_leaves() {
    claude.with(limits(10_000, 10_000, 1));
    claude.on("a", AYE, END);
    FailoverReply first = open("a");
    assertEquals(AYE, first.next(LONG));
    FailoverReply second = open("a");
    assertEquals(Event.QUIET, second.next(Duration.ofMillis(5)));
    assertEquals(List.of("a"), claude.asked());
    assertEquals(List.of(END), read(first));
    assertEquals(List.of(AYE, END), read(second));
  }

  @Test
  void who_waits_too_long_for_a_place_is_served_by_another_and_nobody_is_blamed() {
    claude.with(limits(300, 10_000, 1));
    claude.on("a", AYE, NEVER);
    FailoverReply first = open("a");
    assertEquals(AYE, first.next(LONG));
    for (int i = 0; i < 3; i++) {
      assertEquals(List.of(new Event.Text("gpt-b"), END), read(open("a > gpt-b")));
    }
    first.close();
    claude.on("a", AYE, END);
    assertEquals(List.of(AYE, END), read(open("a > gpt-b")));
  }

  @Test
  void a_reply_that_is_left_gives_its_place_and_its_waiting_place_back() {
    claude.with(limits(10_000, 10_000, 1));
    claude.on("a", AYE, NEVER);
    FailoverReply first = open("a");
    assertEquals(AYE, first.next(LONG));
    FailoverReply second = open("a");
    assertEquals(Event.QUIET, second.next(Duration.ZERO));
    second.close();
    first.close();
    FailoverReply third = open("a");
    assertEquals(AYE, third.next(LONG));
    third.close();
    assertEquals(List.of("a", "a"), claude.asked());
  }
}
