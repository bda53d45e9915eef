package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Job;
import skyproxy.chat.Limits;
import skyproxy.chat.Usage;
import skyproxy.testing.Replies;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.SkippingClock;
import skyproxy.testing.TestRoutes;

/// The limit for the first word: how long it is for which job, and whom it ends when.
final class FirstWordTest {
  private static final Event AYE = new Event.Text("aye");
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Semaphore NEVER = new Semaphore(0);
  private static final Duration A_MOMENT = Duration.ofMillis(150);

  private final ScriptedProvider claude = ScriptedProvider.named("claude");
  private final ScriptedProvider codex = ScriptedProvider.named("codex");
  private final SkippingClock clock = new SkippingClock();
  private final Router router =
      new Router(TestRoutes.of("x", Map.of(), Map.of(), claude, codex), clock);

  private static ChatRequest request(String model, String more) {
    return Replies.request("""
        {"model":"%s","messages":[
          {"role":"system","content":"You are a guard."},{"role":"user","content":"Hail."},
          {"role":"assistant","content":"Halt!"},
          {"role":"user","content":"It's me. Respond in character now."}]%s}"""
        .formatted(model, more));
  }

  private static Limits own(int seconds, int places) {
    return new Limits(Duration.ofSeconds(5), seconds == 0 ? null : Duration.ofSeconds(seconds),
        Duration.ofSeconds(30), places);
  }

  private FailoverReply open(String model, String more) {
    FailoverReply reply = router.open(request(model, more));
    reply.next(A_MOMENT);
    return reply;
  }

  private FailoverReply openDialogue(String model) {
    return open(model, ",\"stream\":true,\"max_tokens\":4096");
  }

  /// Who is asked after this much time.
  private String after(int millis, FailoverReply reply) {
    clock.skip(Duration.ofMillis(millis));
    reply.next(A_MOMENT);
    return reply.model();
  }

  private static String answer(FailoverReply reply) {
    try (reply) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      return reply.model();
    }
  }

  @Test
  void what_a_line_waits_for_has_eight_seconds_and_all_else_thirty() {
    for (Job job : Job.values()) {
      boolean hurried = List.of("dialogue", "action", "mood", "speaker", "translate")
          .contains(job.wireName());
      FirstWord limit = new FirstWord(request("a", ",\"stream\":true"), job, null);
      assertEquals(Duration.ofSeconds(hurried ? 8 : 30), limit.first(Limits.DEFAULT));
      assertEquals(Duration.ofSeconds(hurried ? 4 : 15), limit.later(Limits.DEFAULT));
      assertEquals(Duration.ofSeconds(4), limit.onTrial(Limits.DEFAULT));
    }
  }

  @Test
  void the_provider_s_own_limit_goes_first_then_the_player_s_for_the_job() {
    Duration three = Duration.ofSeconds(3);
    FirstWord limit = new FirstWord(request("a", ",\"stream\":true"), Job.MOOD, three);
    assertEquals(three, limit.first(Limits.DEFAULT));
    assertEquals(three, limit.onTrial(Limits.DEFAULT));
    assertEquals(Duration.ofSeconds(12), limit.first(own(12, 1)));
    assertEquals(Duration.ofSeconds(6), limit.later(own(12, 1)));
  }

  @Test
  void a_plain_request_has_more_by_its_tokens_up_to_what_its_job_is_worth() {
    Map<Job, Integer> most = Map.ofEntries(Map.entry(Job.SPEAKER, 20), Map.entry(Job.MOOD, 20),
        Map.entry(Job.ACTION, 20), Map.entry(Job.DIALOGUE, 60), Map.entry(Job.TRANSLATE, 60),
        Map.entry(Job.VISION, 60), Map.entry(Job.MEMORY, 60), Map.entry(Job.GAMEMASTER, 60),
        Map.entry(Job.DIARY, 120), Map.entry(Job.AGENT, 120), Map.entry(Job.OTHER, 120),
        Map.entry(Job.PROFILE, 300));
    most.forEach((job, seconds) -> {
      for (String many : List.of(",\"max_tokens\":32000", "")) {
        FirstWord limit = new FirstWord(request("a", many), job, null);
        assertEquals(Duration.ofSeconds(seconds), limit.first(Limits.DEFAULT), job + many);
      }
    });
    FirstWord few = new FirstWord(request("a", ",\"max_tokens\":200"), Job.DIALOGUE, null);
    assertEquals(Duration.ofSeconds(13), few.first(Limits.DEFAULT));
    assertEquals(Duration.ofSeconds(9), few.later(Limits.DEFAULT));
    assertEquals(Duration.ofSeconds(90), few.first(own(90, 1)), "who may take longer anyway");
  }

  @Test
  void the_next_one_speaks_when_the_first_has_said_nothing_for_eight_seconds() {
    claude.on("a", NEVER);
    FailoverReply reply = openDialogue("a > gpt-b");
    assertEquals("a", after(7_500, reply));
    assertEquals("gpt-b", after(1_000, reply));
    assertEquals("gpt-b", answer(reply));
    assertInstanceOf(Failure.TimedOut.class, reply.attempts().getFirst().failure());
    assertEquals(Duration.ofSeconds(8).toMillis(),
        reply.attempts().getFirst().took().toMillis(), 1_500);
  }

  @Test
  void a_later_one_has_half_of_it_from_its_own_start_while_another_is_left() {
    claude.on("a", NEVER).on("b", NEVER);
    FailoverReply reply = openDialogue("a > b > gpt-c");
    assertEquals("b", after(8_100, reply));
    assertEquals("b", after(3_500, reply));
    assertEquals("gpt-c", after(1_000, reply));
    reply.close();
  }

  @Test
  void the_last_one_is_waited_for_as_long_as_its_provider_says() {
    claude.on("a", NEVER).on("b", NEVER);
    FailoverReply reply = openDialogue("a > b");
    assertEquals("b", after(8_100, reply));
    assertEquals("b", after(29_000, reply));
    clock.skip(Duration.ofSeconds(2));
    assertThrows(ChatException.class, () -> reply.next(Duration.ZERO));
    codex.on("gpt-b", NEVER);
    FailoverReply alone = openDialogue("gpt-b");
    assertEquals("gpt-b", after(29_000, alone));
    alone.close();
  }

  @Test
  void who_rests_is_no_reason_to_leave_somebody_slow() {
    codex.on("gpt-b", new Failure.RateLimited("Later.", Duration.ofMinutes(5)));
    assertThrows(ChatException.class, () -> openDialogue("gpt-b"));
    Semaphore gate = new Semaphore(0);
    claude.on("a", gate, AYE, END);
    FailoverReply reply = openDialogue("a > gpt-b");
    assertEquals("a", after(20_000, reply));
    gate.release();
    assertEquals("a", answer(reply));
  }

  @Test
  void the_wait_for_a_place_counts_and_nobody_is_blamed_for_it() {
    claude.with(own(0, 1)).on("a", AYE, NEVER);
    FailoverReply first = openDialogue("a");
    for (int i = 0; i < 3; i++) {
      FailoverReply second = openDialogue("a > gpt-b");
      assertEquals("a", after(7_000, second));
      assertEquals("gpt-b", after(1_100, second));
      second.close();
    }
    assertEquals(1, claude.asked().size());
    first.close();
    claude.on("a", AYE, END);
    assertEquals("a", answer(openDialogue("a > gpt-b")));
  }

  @Test
  void nor_is_anybody_blamed_for_a_wait_in_the_queue_of_a_provider() {
    claude.queueing(Duration.ofSeconds(5)).on("a", NEVER);
    for (int i = 0; i < 3; i++) {
      FailoverReply reply = openDialogue("a > gpt-b");
      assertEquals("gpt-b", after(8_100, reply));
      String words = reply.attempts().getFirst().failure().message();
      assertTrue(words.contains("no place free"), words);
      reply.close();
    }
    claude.queueing(Duration.ZERO).on("a", AYE, END);
    assertEquals("a", answer(openDialogue("a > gpt-b")));
  }

  @Test
  void signs_of_life_put_it_off_only_where_thoughts_are_wanted() {
    for (boolean wanted : new boolean[] {false, true}) {
      claude.on("a", Event.PULSE, NEVER);
      FailoverReply reply = open("a > gpt-b", ",\"stream\":true,\"max_tokens\":4096"
          + (wanted ? ",\"reasoning\":{\"effort\":\"low\",\"exclude\":true}" : ""));
      assertEquals(wanted ? "a" : "gpt-b", after(8_500, reply));
      assertEquals(wanted ? "a" : "gpt-b", after(20_000, reply));
      if (wanted) assertEquals("gpt-b", after(2_000, reply));
      reply.close();
    }
  }

  @Test
  void a_plain_reply_is_ended_in_the_middle_while_somebody_is_left() {
    claude.with(new Limits(Duration.ofSeconds(5), null, Duration.ofMinutes(9), 9));
    claude.on("a", AYE, NEVER);
    FailoverReply reply = open("a > gpt-b", ",\"max_tokens\":4096");
    assertEquals("a", after(59_000, reply));
    assertEquals("gpt-b", after(1_500, reply));
    assertEquals("gpt-b", answer(reply));
  }

  @Test
  void once_it_speaks_no_limit_for_the_first_word_ends_it() {
    Semaphore gate = new Semaphore(0);
    claude.on("a", AYE, gate, END);
    FailoverReply reply = openDialogue("a > gpt-b");
    assertEquals("a", after(20_000, reply));
    gate.release();
    assertEquals("a", answer(reply));
    assertNull(reply.attempts().getFirst().failure());
    assertTrue(codex.asked().isEmpty());
  }
}
