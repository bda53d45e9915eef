package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.claude.cli.FakeClaudes.EAGER;
import static skyproxy.claude.cli.FakeClaudes.LAZY;
import static skyproxy.claude.cli.FakeClaudes.MODEL;
import static skyproxy.claude.cli.FakeClaudes.pid;
import static skyproxy.claude.cli.FakeClaudes.request;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.text;
import static skyproxy.testing.Replies.until;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Model;
import skyproxy.chat.Purpose;
import skyproxy.chat.Reply;
import skyproxy.testing.Leaks;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// The processes that are kept ready, with [FakeClaude] in the place of the CLI.
@Tag("slow")
final class CliPoolTest {

  @Test
  void a_request_takes_a_process_that_is_ready_and_another_takes_its_place() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER)) {
      until("two are ready, and one told of the account",
          () -> ready(claudes) == 2 && pids(claudes, "start").size() == 3);
      Set<Long> before = pids(claudes, "start");
      claudes.answer(request("words 1"));
      assertTrue(before.containsAll(pids(claudes, "asked")));
      until("the one that was used is replaced", () -> ready(claudes) == 2
          && !before.containsAll(pids(claudes, "start")));
    }
  }

  @Test
  void none_is_started_before_somebody_asks_and_none_stays_that_nobody_asks_for() {
    Readiness readiness = new Readiness(false, Duration.ofSeconds(2));
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER, Map.of(), readiness)) {
      for (int i = 0; i < 2; i++) {
        assertEquals(i, claudes.log("asked").size());
        int started = claudes.log("start").size();
        if (i == 0) assertEquals(0, started);
        claudes.answer(request("words 1"));
        until("nobody has asked for long", () -> claudes.pool.processes() == 0);
      }
    }
  }

  @Test
  void processes_are_started_ahead_when_somebody_will_ask() {
    Readiness readiness = new Readiness(false, Duration.ofHours(1));
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER, Map.of(), readiness)) {
      assertEquals(0, claudes.pool.processes());
      readiness.asked();
      until("two are ready", () -> ready(claudes) == 2);
    }
  }

  @Test
  void a_process_answers_one_request_and_no_other() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER)) {
      for (int i = 0; i < 5; i++) claudes.answer(request("words 1"));
      assertEquals(5, pids(claudes, "asked").size());
    }
  }

  @Test
  void there_are_never_more_processes_than_allowed_and_all_are_served() {
    try (FakeClaudes claudes = new FakeClaudes(3, EAGER)) {
      AtomicInteger most = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      List<Thread> games = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        Reply reply = claudes.open(request("words 3 pause 10"));
        games.add(Thread.ofVirtual().start(() -> {
          try (reply) {
            if (Replies.text(reply).endsWith("w2 ")) answered.incrementAndGet();
          }
        }));
      }
      until("all are answered", () -> {
        most.accumulateAndGet(claudes.pool.processes(), Math::max);
        return games.stream().noneMatch(Thread::isAlive);
      });
      assertEquals(11, answered.get());
      assertTrue(most.get() <= 3, "there were " + most);
    }
  }

  @Test
  void a_process_that_died_with_one_who_leaves_the_queue_does_not_count_as_ready() {
    var unhurried = FakeClaudes.timing(Duration.ofSeconds(1), Duration.ofMinutes(20),
        Duration.ofMinutes(5), Duration.ofSeconds(60));
    try (FakeClaudes claudes = new FakeClaudes(1, unhurried)) {
      until("one is ready", () -> ready(claudes) == 1);
      CliLease lease = claudes.pool.borrow(MODEL, new Purpose(Job.OTHER));
      until("it can be found", () -> pids(claudes, "start").size() == 2);
      for (long pid : pids(claudes, "start")) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      until("it is gone", () -> claudes.pool.processes() == 0);
      lease.close();
      until("another one is ready", () -> ready(claudes) == 1);
    }
  }

  @Test
  void a_process_that_is_ready_for_another_model_makes_room() {
    try (FakeClaudes claudes = new FakeClaudes(2, EAGER)) {
      until("two are ready", () -> ready(claudes) == 2);
      claudes.answer(request("words 1").withModel("claude-haiku-5-5"));
      String started = claudes.log("start").stream()
          .filter(line -> line.contains("--model=claude-haiku-5-5")).findFirst().orElseThrow();
      assertEquals(pid(claudes.log("asked").getFirst()), pid(started));
    }
  }

  @Test
  void processes_are_ready_for_the_two_models_that_answered_last() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER)) {
      for (String model : List.of("claude-haiku-5-5", "claude-opus-5-5")) {
        claudes.answer(request("words 1").withModel(model));
      }
      until("one is ready for each", () -> readyModels(claudes)
          .equals(Set.of("claude-haiku-5-5", "claude-opus-5-5")) && ready(claudes) == 2);
    }
  }

  @Test
  void none_is_kept_ready_for_a_model_that_does_not_answer() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER)) {
      try (Reply reply = claudes.open(request("fail model_not_found 404").withModel("typo"))) {
        assertThrows(ChatException.class, () -> Replies.all(reply));
      }
      until("two are ready for the other model",
          () -> ready(claudes) == 2 && readyModels(claudes).equals(Set.of(MODEL)));
    }
  }

  @Test
  void without_requests_only_one_stays_ready() {
    CliPool.Timing quiet = FakeClaudes.timing(Duration.ofMillis(1), Duration.ofHours(1),
        Duration.ofMillis(1), Duration.ofHours(1));
    try (FakeClaudes claudes = new FakeClaudes(6, quiet)) {
      claudes.answer(request("words 1"));
      until("one is ready", () -> ready(claudes) == 1 && claudes.pool.processes() == 1);
    }
  }

  @Test
  void one_that_is_never_needed_is_replaced_after_a_time() {
    CliPool.Timing fast = FakeClaudes.timing(Duration.ofMillis(1), Duration.ofMillis(300),
        Duration.ofHours(1), Duration.ofHours(1));
    try (FakeClaudes claudes = new FakeClaudes(6, fast)) {
      until("six were started", () -> claudes.log("start").size() >= 6);
      assertTrue(claudes.pool.processes() <= 6);
    }
  }

  @Test
  void the_account_and_its_models_are_known_without_a_request() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER)) {
      until("somebody is logged in",
          () -> claudes.pool.account().login() == CliAccount.Login.YES);
      assertEquals(List.of("claude-sonnet-5-5", "claude-haiku-5-5"),
          claudes.pool.account().models().stream().map(Model::id).toList());
    }
  }

  @Test
  void an_older_cli_tells_of_the_account_as_soon_as_its_flags_are_known() {
    CliPool.Timing once = FakeClaudes.timing(Duration.ofMillis(1), Duration.ofHours(1),
        Duration.ofHours(1), Duration.ofHours(1));
    try (FakeClaudes claudes = new FakeClaudes(6, once,
        Map.of("FAKE_CLAUDE_UNKNOWN", "--safe-mode,--effort"))) {
      until("somebody is logged in",
          () -> claudes.pool.account().login() == CliAccount.Login.YES);
      until("two are ready", () -> ready(claudes) == 2);
    }
  }

  @Test
  void a_cli_that_is_too_old_says_so_without_a_request() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER,
        Map.of("FAKE_CLAUDE_UNKNOWN", "--strict-mcp-config"))) {
      until("it is told", () -> claudes.pool.failure() != null);
      assertTrue(claudes.pool.failure().message().contains("--strict-mcp-config"));
    }
  }

  @Test
  void a_cli_that_ends_at_every_start_says_so_without_a_request() {
    try (FakeClaudes claudes =
        new FakeClaudes(6, EAGER, Map.of("FAKE_CLAUDE_ENDS", "kaboom"))) {
      until("it is told", () -> claudes.pool.failure() != null);
      assertTrue(claudes.pool.failure().message().contains("(exit code 3: kaboom)"),
          claudes.pool.failure().message());
    }
  }

  @Test
  void a_cli_that_nobody_is_logged_in_to_says_so() {
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER, Map.of("FAKE_CLAUDE_LOGIN", "none"))) {
      until("nobody is", () -> claudes.pool.account().login() == CliAccount.Login.NO);
      until("it is told", () -> claudes.pool.failure() != null);
      assertTrue(claudes.pool.failure().message().contains("log in with /login"));
      ChatException refused = assertThrows(ChatException.class,
          () -> claudes.answer(request("fail authentication_failed 0")));
      assertTrue(refused.getMessage().contains("log in with /login"), refused.getMessage());
      assertFalse(claudes.pool.account().ignored());
    }
  }

  @Test
  void who_is_logged_in_and_not_for_us_is_not_sent_round_the_login() {
    Map<String, String> bare = Map.of("FAKE_CLAUDE_LOGIN", "none", "FAKE_CLAUDE_ITSELF", "true");
    try (FakeClaudes claudes = new FakeClaudes(6, EAGER, bare)) {
      until("it is told", () -> claudes.pool.failure() != null
          && claudes.pool.failure().message().equals(ClaudeCli.LOGIN_IGNORED));
      assertTrue(claudes.pool.account().ignored());
    }
    // Also the very first request, before anybody has looked.
    try (FakeClaudes claudes = new FakeClaudes(6, LAZY, bare)) {
      until("a request is told", () -> {
        ChatException refused = assertThrows(ChatException.class,
            () -> claudes.answer(request("fail authentication_failed 0")));
        assertTrue(refused.failure() instanceof Failure.NotReady);
        return refused.getMessage().contains("Logging in again does not help");
      });
    }
  }

  @Test
  void one_that_does_not_report_the_account_is_ended_and_another_is_asked_later() {
    CliPool.Timing impatient = new CliPool.Timing(Duration.ofMillis(1), Duration.ofHours(1),
        Duration.ofHours(1), Duration.ofMillis(200), Duration.ofMillis(500));
    try (FakeClaudes claudes =
        new FakeClaudes(6, impatient, Map.of("FAKE_CLAUDE_LOGIN", "unreported"))) {
      until("a third is asked and two have ended", () -> claudes.log("control").stream()
          .filter(line -> line.contains("initialize")).count() > 2
          && pids(claudes, "end").size() >= 2);
      assertEquals(CliAccount.Login.UNKNOWN, claudes.pool.account().login());
      claudes.answer(request("words 1"));
      assertEquals(CliAccount.Login.YES, claudes.pool.account().login());
    }
  }

  @Test
  void an_answer_proves_that_somebody_has_logged_in_since() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY, Map.of("FAKE_CLAUDE_LOGIN", "none"))) {
      claudes.answer(request("words 1"));
      assertEquals(CliAccount.Login.YES, claudes.pool.account().login());
      assertNull(claudes.pool.failure());
    }
  }

  @Test
  void the_windows_of_the_plan_are_kept() {
    try (FakeClaudes claudes = new FakeClaudes(2, LAZY)) {
      claudes.answer(request("words 1"));
      until("they are told", () -> !claudes.pool.account().plan().windows().isEmpty());
    }
  }

  @Test
  void closing_lets_the_replies_end_that_were_asked_for_and_begins_no_other() {
    try (FakeClaudes claudes = new FakeClaudes(1, LAZY)) {
      try (Reply running = claudes.open(request("words 20 pause 10"));
          Reply waiting = claudes.open(request("words 3"))) {
        next(running);
        Thread closing = Thread.ofVirtual().start(claudes.pool::close);
        until("it takes no more", () -> refuses(claudes));
        assertTrue(Replies.text(running).endsWith("w19 "));
        assertTrue(Replies.text(waiting).endsWith("w2 "));
        until("it is closed", () -> !closing.isAlive());
      }
      until("it is gone too", () -> claudes.pool.processes() == 0);
    }
  }

  @Test
  void a_program_that_cannot_be_started_is_told_to_who_waits() {
    ClaudeCli none = new ClaudeCli(Path.of("no", "such", "claude"));
    CliStarter starter = new CliStarter(none, Map.of(), Path.of("nowhere"));
    try (CliPool pool = new CliPool(starter, 2, MODEL, LAZY, FakeClaudes.AWAKE);
        Reply reply = new CliReply(pool, request("words 1"))) {
      ChatException refused = assertThrows(ChatException.class, () -> Replies.all(reply));
      assertTrue(refused.failure().letsNextTry(), refused.failure().toString());
    }
  }

  @Test
  void the_path_of_a_program_that_cannot_be_started_shows_no_mail_address() {
    ClaudeCli none = new ClaudeCli(Path.of("no", "player@example.com", "claude"));
    CliStarter starter = new CliStarter(none, Map.of(), Path.of("."));
    try (CliPool pool = new CliPool(starter, 2, MODEL, LAZY, FakeClaudes.AWAKE);
        Reply reply = new CliReply(pool, request("words 1"))) {
      ChatException refused = assertThrows(ChatException.class, () -> Replies.all(reply));
      assertTrue(refused.getMessage().contains("***"), refused.getMessage());
      Leaks.assertNone(refused.getMessage());
    }
  }

  @Test
  void many_requests_leave_nothing_behind() {
    try (FakeClaudes claudes = new FakeClaudes(3, EAGER)) {
      for (int i = 0; i < 5; i++) claudes.answer(request("words 2"));
      until("all are at rest", () -> ready(claudes) == 2 && claudes.pool.processes() == 2);
      int threads = Thread.activeCount();
      for (int i = 0; i < 15; i++) claudes.answer(request("words 2"));
      until("all are at rest", () -> ready(claudes) == 2 && claudes.pool.processes() == 2);
      until("their threads are gone", () -> Thread.activeCount() <= threads);
      assertEquals(20, claudes.log("asked").size());
    }
  }

  private static boolean refuses(FakeClaudes claudes) {
    try (Reply late = claudes.open(request("words 1"))) {
      late.next(Duration.ZERO);
      return false;
    } catch (ChatException refused) {
      return refused.failure() instanceof Failure.NotReady;
    }
  }

  private static int ready(FakeClaudes claudes) {
    // One that was started a moment ago may still be the one that is asked for the account.
    return claudes.pool.account().login() == CliAccount.Login.UNKNOWN ? 0 : claudes.pool.idle();
  }

  private static Set<Long> pids(FakeClaudes claudes, String what) {
    return claudes.log(what).stream().map(FakeClaudes::pid).collect(Collectors.toSet());
  }

  /// The models of the processes that run.
  private static Set<String> readyModels(FakeClaudes claudes) {
    Set<Long> ended = pids(claudes, "end");
    return claudes.log("start").stream().filter(line -> !ended.contains(pid(line)))
        .map(line -> line.replaceFirst(".*--model=(\\S+) .*", "$1")).collect(Collectors.toSet());
  }
}
