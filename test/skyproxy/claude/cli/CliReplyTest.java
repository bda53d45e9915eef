package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.claude.cli.FakeClaudes.EAGER;
import static skyproxy.claude.cli.FakeClaudes.LAZY;
import static skyproxy.claude.cli.FakeClaudes.pid;
import static skyproxy.claude.cli.FakeClaudes.request;
import static skyproxy.testing.Replies.finish;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.text;
import static skyproxy.testing.Replies.until;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.testing.Replies;

/// Replies of CLI processes, with [FakeClaude] in the place of the CLI.
@Tag("core")
final class CliReplyTest {

  @Test
  void a_reply_comes_word_by_word_and_ends_with_its_usage() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      List<Event> events = claudes.answer(request("words 3"));
      assertEquals(List.of(new Event.Text("w0 "), new Event.Text("w1 "), new Event.Text("w2 "),
          new Event.Finish(FinishReason.STOP, new Usage(10, 3, 0, 0))), events);
    }
  }

  @Test
  void of_a_login_that_pays_by_the_token_the_cli_tells_the_cost_behind_a_whole_answer() {
    Map<String, String> key =
        Map.of("FAKE_CLAUDE_LOGIN", "none", "FAKE_CLAUDE_KEY", "/login managed key");
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY, key)) {
      Reply whole = claudes.open(request("words 3"));
      assertEquals(new Usage(10, 3, 0, 0), finish(Replies.all(whole)).usage());
      assertEquals(new BigDecimal("0.00007"), whole.untold().cost().stripTrailingZeros());
      assertEquals(0, whole.untold().total(), "all tokens were told by events");
      Reply cut = claudes.open(request("stop max_tokens words 3"));
      assertEquals(FinishReason.LENGTH, finish(Replies.all(cut)).reason());
      assertEquals(Usage.NONE, cut.untold());
      assertTrue(claudes.pool.account().paysByToken());
    }
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      Reply plan = claudes.open(request("words 3"));
      Replies.all(plan);
      assertEquals(Usage.NONE, plan.untold());
      assertFalse(claudes.pool.account().paysByToken());
    }
  }

  @Test
  void a_history_arrives_in_its_order() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      claudes.answer(request("U1", "A1", "U2", "A2", "U3"));
      claudes.answer(request("A1", "U2"));
      List<String> asked = claudes.log("asked");
      assertTrue(asked.get(0).endsWith(
          " user: U1 / assistant: A1 / user: U2 / assistant: A2 / user: U3"), asked.get(0));
      assertTrue(asked.get(1).endsWith(" user: Continue. / assistant: A1 / user: U2"),
          asked.get(1));
    }
  }

  @Test
  void each_request_has_its_own_system_prompt_which_is_never_an_argument() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      claudes.answer(request("words 1"));
      assertTrue(claudes.log("control").getFirst().contains("\"You are Lydia.\""));
      assertTrue(claudes.log("start").stream().noneMatch(line -> line.contains("Lydia")));
    }
  }

  @Test
  void waiting_for_a_process_is_quiet_and_opening_does_not_wait() {
    try (FakeClaudes claudes = new FakeClaudes(1, LAZY)) {
      Reply first = claudes.open(request("stall 1"));
      assertEquals(new Event.Text("w0 "), next(first));
      try (Reply second = claudes.open(request("words 1"))) {
        assertEquals(Event.QUIET, second.next(Duration.ZERO));
        assertEquals(Event.QUIET, second.next(Duration.ofMillis(20)));
        first.close();
        assertEquals("w0 ", Replies.text(second));
      }
    }
  }

  @Test
  void a_stop_sequence_ends_the_reply_and_the_call() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      List<Event> events = claudes.answer(request(
          Map.of("stop", Json.Arr.ofStrings(List.of("2 w3"))), "words 100 pause 20"));
      assertEquals("w0 w1 w", text(events));
      assertEquals(FinishReason.STOP, finish(events).reason());
      assertEquals(4, finish(events).usage().completion());
      until("it was interrupted", () -> claudes.log("interrupted").size() == 1);
    }
  }

  @Test
  void the_number_of_tokens_is_kept_and_told() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      Map<String, Json> four = Map.of("max_tokens", Json.Num.of(4));
      List<Event> cut = claudes.answer(request(four, "words 100 pause 20"));
      assertEquals("w0 w1 w2 w3 ", text(cut));
      assertEquals(FinishReason.LENGTH, finish(cut).reason());
      List<Event> whole = claudes.answer(request(four, "words 4"));
      assertEquals("w0 w1 w2 w3 ", text(whole));
      assertEquals(FinishReason.STOP, finish(whole).reason());
    }
  }

  @Test
  void a_reply_that_was_cut_off_upstream_is_not_asked_for_again() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      List<Event> cut = claudes.answer(request("words 2 stop max_tokens"));
      assertEquals("w0 w1 ", text(cut));
      assertEquals(FinishReason.LENGTH, finish(cut).reason());
      assertEquals(FinishReason.CONTENT_FILTER,
          finish(claudes.answer(request("words 2 stop refusal"))).reason());
      until("both were interrupted", () -> claudes.log("end").size() == 2);
      assertEquals(2, claudes.log("interrupted").size());
      assertEquals(2, claudes.log("round").size());
    }
  }

  @Test
  void closing_a_reply_cuts_it_off() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      Reply reply = claudes.open(request("words 1000 pause 20"));
      next(reply);
      reply.close();
      reply.close();
      until("its process has ended", () -> claudes.log("end").size() == 1);
      assertEquals(1, claudes.log("interrupted").size());
    }
  }

  @Test
  void a_reply_that_breaks_off_says_why_and_shows_no_credential() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY);
        Reply reply = claudes.open(request("break 2 because Refused:player@example.com"))) {
      var told = assertThrows(ChatException.class, () -> Replies.all(reply));
      assertTrue(told.failure().message().endsWith("Refused:***"), told.failure().message());
    }
  }

  @Test
  void a_process_killed_in_mid_reply_is_told() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY);
        Reply reply = claudes.open(request("words 100 stall 3"))) {
      for (int i = 0; i < 3; i++) next(reply);
      ProcessHandle.of(pid(claudes.log("asked").getFirst())).orElseThrow().destroyForcibly();
      assertInstanceOf(Failure.Garbled.class, failure(reply));
    }
  }

  @Test
  void a_process_that_dies_before_its_first_word_is_not_asked_again() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY);
        Reply reply = claudes.open(request("words 5 die 0"))) {
      assertInstanceOf(Failure.Garbled.class, failure(reply));
      assertEquals(1, claudes.log("asked").size());
    }
  }

  @Test
  void a_process_killed_while_it_was_ready_costs_nothing_but_time() {
    try (FakeClaudes claudes = new FakeClaudes(4, EAGER)) {
      until("two are ready", () -> claudes.pool.idle() == 2 && claudes.log("start").size() >= 2);
      for (String started : claudes.log("start")) {
        ProcessHandle.of(pid(started)).ifPresent(ProcessHandle::destroyForcibly);
      }
      assertEquals("w0 ", text(claudes.answer(request("words 1"))));
    }
  }

  @Test
  void an_older_cli_is_started_without_the_flags_it_does_not_know() {
    Map<String, String> older = Map.of("FAKE_CLAUDE_UNKNOWN", "--safe-mode,--effort");
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY, older)) {
      assertEquals("w0 ", text(claudes.answer(request("words 1"))));
      assertEquals("w0 ", text(claudes.answer(request("words 1"))));
      assertEquals(2, claudes.log("start").size());
    }
  }

  @Test
  void a_cli_without_a_flag_that_is_needed_is_too_old() {
    Map<String, String> older = Map.of("FAKE_CLAUDE_UNKNOWN", "--setting-sources");
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY, older);
        Reply reply = claudes.open(request("words 1"))) {
      Failure failure = failure(reply);
      assertInstanceOf(Failure.NotReady.class, failure);
      assertTrue(failure.message().contains("claude update"), failure.message());
    }
  }

  @Test
  void errors_are_told_apart() {
    try (FakeClaudes claudes = new FakeClaudes(6, LAZY)) {
      assertInstanceOf(Failure.NotReady.class, failure(claudes, "fail authentication_failed 0"));
      assertInstanceOf(Failure.Unauthorized.class,
          failure(claudes, "fail authentication_failed 401"));
      assertInstanceOf(Failure.UnknownModel.class, failure(claudes, "fail model_not_found 404"));
      assertInstanceOf(Failure.Overloaded.class, failure(claudes, "fail server_error 529"));
      var limited = assertInstanceOf(Failure.RateLimited.class,
          failure(claudes, "limited 3600 fail rate_limit 429"));
      assertTrue(limited.retryAfter().toMinutes() >= 58, limited.toString());
    }
  }

  @Test
  void what_the_mode_cannot_do_is_refused_at_once() {
    try (FakeClaudes claudes = new FakeClaudes(1, LAZY)) {
      Json.Obj function = Json.Obj.builder().put("name", "f").build();
      Map<String, Json> tools = Map.of("tools", Json.Arr.of(Json.Obj.builder()
          .put("type", "function").put("function", function).build()));
      ChatRequest request = request(tools, "words 1");
      ChatException refused =
          assertThrows(ChatException.class, () -> claudes.open(request).close());
      var told = assertInstanceOf(Failure.BadRequest.class, refused.failure());
      assertEquals("tools", told.param());
      assertEquals("unsupported_in_cli_mode", told.code());
      assertEquals(0, claudes.pool.processes());
    }
  }

  private static Failure failure(FakeClaudes claudes, String text) {
    try (Reply reply = claudes.open(request(text))) {
      return failure(reply);
    }
  }

  private static Failure failure(Reply reply) {
    return Replies.failure(reply);
  }
}
