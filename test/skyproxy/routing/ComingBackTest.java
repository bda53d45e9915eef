package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.testing.Replies;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.SkippingClock;
import skyproxy.testing.TestRoutes;

/// The way back of a model that nobody has told how long to leave alone: one request tries it.
final class ComingBackTest {
  private static final Event AYE = new Event.Text("aye");
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Failure BUSY = new Failure.Overloaded("Busy.", null);
  private static final String DIALOGUE = """
      {"model":"a > b","stream":true,"max_tokens":4096,"messages":[
        {"role":"system","content":"You are a guard. Respond in character now."},
        {"role":"user","content":"Who goes there?"},
        {"role":"assistant","content":"Halt!"},
        {"role":"user","content":"It's me. Respond in character now."}]}""";

  private final ScriptedProvider claude = ScriptedProvider.named("claude");
  private final SkippingClock clock = new SkippingClock();
  private final Router router =
      new Router(TestRoutes.of("x", Map.of(), Map.of(), claude), clock);

  private FailoverReply open() {
    return router.open(Replies.says("a > b", "Hi"));
  }

  private static String answer(FailoverReply reply) {
    try (reply) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      return reply.model();
    }
  }

  private String ask() {
    return answer(open());
  }

  private String askForDialogue() {
    return answer(router.open(Replies.request(DIALOGUE)));
  }

  private void skip(int seconds) {
    clock.skip(Duration.ofSeconds(seconds));
  }

  /// The first request after a short rest, once it is under way.
  private FailoverReply trial(Object... steps) {
    claude.on("a", BUSY);
    ask();
    skip(9);
    claude.on("a", steps);
    FailoverReply trial = open();
    assertEquals(Event.QUIET, trial.next(Duration.ZERO));
    return trial;
  }

  private long asked() {
    return claude.asked().stream().filter("a"::equals).count();
  }

  @Test
  void it_is_tried_after_8_then_16_then_every_30_seconds() {
    claude.on("a", BUSY);
    ask();
    int calls = 1;
    for (int rest : new int[] {8, 16, 30, 30}) {
      skip(rest - 1);
      assertEquals("b", ask());
      assertEquals(calls, asked());
      skip(2);
      assertEquals("b", ask());
      assertEquals(++calls, asked());
      assertEquals("b", ask());
      assertEquals(calls, asked(), "the failed trial has begun another rest");
    }
    claude.on("a", AYE, END);
    skip(31);
    assertEquals("a", ask());
    assertEquals("a", ask());
    claude.on("a", BUSY);
    ask();
    skip(9);
    claude.on("a", AYE, END);
    assertEquals("a", ask(), "after a success rests begin with the short one again");
  }

  @Test
  void two_failures_in_a_row_are_a_rest_of_that_kind() {
    claude.on("a", new Failure.TimedOut("Late."));
    ask();
    ask();
    assertEquals("b", ask());
    assertEquals(2, asked());
    skip(9);
    claude.on("a", AYE, END);
    assertEquals("a", ask());
  }

  @Test
  void others_avoid_it_while_one_request_tries_it() {
    Semaphore gate = new Semaphore(0);
    FailoverReply trial = trial(gate, AYE, END);
    assertEquals("b", ask());
    assertEquals("b", ask());
    gate.release();
    assertEquals("a", answer(trial));
    claude.on("a", AYE, END);
    assertEquals("a", ask());
  }

  @Test
  void a_trial_that_is_left_shows_nothing_and_the_next_request_tries() {
    FailoverReply trial = trial(new Semaphore(0));
    trial.close();
    claude.on("a", AYE, END);
    assertEquals("a", ask());
  }

  @Test
  void a_trial_has_four_seconds_for_its_first_word() {
    FailoverReply trial = trial(new Semaphore(0));
    skip(3);
    assertEquals(Event.QUIET, trial.next(Duration.ZERO));
    assertEquals("a", trial.model());
    skip(2);
    assertEquals("b", answer(trial));
    assertInstanceOf(Failure.TimedOut.class, trial.attempts().getFirst().failure());
    claude.on("a", AYE, END);
    skip(9);
    assertEquals("b", ask(), "the failed trial has begun a longer rest");
    skip(8);
    assertEquals("a", ask());
  }

  @Test
  void dialogue_tries_it_only_when_no_other_job_came_within_four_seconds() {
    claude.on("a", BUSY);
    ask();
    claude.on("a", AYE, END);
    skip(9);
    assertEquals("b", askForDialogue());
    assertEquals("a", ask());
    claude.on("a", BUSY);
    ask();
    claude.on("a", AYE, END);
    skip(13);
    assertEquals("a", askForDialogue());
  }

  @Test
  void a_prompt_that_is_too_long_for_it_shows_that_it_is_there() {
    claude.on("a", BUSY);
    ask();
    skip(9);
    claude.on("a", new Failure.TooLong(400, "Long.", null, null, null, null));
    assertEquals("b", ask());
    claude.on("a", AYE, END);
    assertEquals("a", ask());
  }

  @Test
  void who_can_not_see_is_passed_over_for_pictures_alone() {
    ChatRequest picture = Replies.request("""
        {"model":"a > b","messages":[{"role":"user","content":[{"type":"image_url",
        "image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""");
    claude.on("a", new Failure.Unsuited(400, "Blind.", null, null, true));
    assertEquals("b", answer(router.open(picture)));
    claude.on("a", AYE, END);
    assertEquals("a", ask());
    skip(9 * 60);
    assertEquals("b", answer(router.open(picture)));
    skip(2 * 60);
    assertEquals("a", answer(router.open(picture)));
  }
}
