package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.claude.cli.FakeClaudes.EAGER;
import static skyproxy.claude.cli.FakeClaudes.LAZY;
import static skyproxy.claude.cli.FakeClaudes.MODEL;
import static skyproxy.claude.cli.FakeClaudes.request;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.until;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Reply;
import skyproxy.chat.Urgency;
import skyproxy.json.Json;
import skyproxy.testing.Replies;

/// The order in which requests get processes, with [FakeClaude] in the place of the CLI.
final class CliQueueTest {

  /// Seen where processes are handed out: of some that speak at the same time, any may be first.
  @Test
  void those_who_are_alike_get_their_processes_in_the_order_in_which_they_came() {
    try (FakeClaudes claudes = new FakeClaudes(3, EAGER)) {
      List<CliLease> leases = new ArrayList<>();
      for (int i = 0; i < 11; i++) leases.add(claudes.pool.borrow(MODEL, new Purpose(Job.MOOD)));
      CliProcess[] given = new CliProcess[leases.size()];
      until("the last one has a process", () -> {
        boolean laterHasOne = false;
        for (int i = given.length - 1; i >= 0; i--) {
          if (given[i] == null) given[i] = now(leases.get(i));
          assertTrue(given[i] != null || !laterHasOne, i + " was passed over");
          laterHasOne |= given[i] != null;
        }
        for (CliProcess each : given) {
          if (each != null) each.end(false);
        }
        return given[given.length - 1] != null;
      });
    }
  }

  @Test
  void who_leaves_the_queue_lets_the_next_one_move_up() {
    try (FakeClaudes claudes = new FakeClaudes(1, LAZY)) {
      Reply first = claudes.open(request("stall 1"));
      next(first);
      Reply second = claudes.open(request("words 1"));
      try (Reply third = claudes.open(request("say third"))) {
        assertEquals(Event.QUIET, third.next(Duration.ZERO));
        second.close();
        first.close();
        assertTrue(Replies.text(third).startsWith("third"));
        assertEquals(2, claudes.log("asked").size());
      }
    }
  }

  @Test
  void dialogue_gets_the_next_process_though_eleven_others_wait() {
    try (FakeClaudes claudes = new FakeClaudes(1, LAZY)) {
      Reply first = claudes.open(diary("stall 1"));
      next(first);
      List<Reply> diaries = new ArrayList<>();
      for (int i = 0; i < 11; i++) diaries.add(claudes.open(diary("words 1")));
      ChatRequest line = request("say line words 1 Respond in character now.");
      assertEquals(Urgency.DIALOGUE, line.purpose().urgency());
      try (Reply dialogue = claudes.open(line)) {
        var waiting = claudes.pool.waiting("claude");
        assertEquals(12, waiting.size());
        assertEquals(Job.DIALOGUE, waiting.getLast().purpose().job());
        first.close();
        assertEquals("line ", Replies.text(dialogue));
        assertTrue(dialogue.queued().isPositive());
        assertTrue(claudes.log("asked").get(1).contains("say line"));
      }
      diaries.forEach(Reply::close);
      assertEquals(List.of(), claudes.pool.waiting("claude"));
    }
  }

  @Test
  void of_many_processes_one_is_always_kept_for_what_the_player_waits_for() {
    try (FakeClaudes claudes = new FakeClaudes(3, LAZY)) {
      List<Reply> diaries = new ArrayList<>();
      for (int i = 0; i < 3; i++) diaries.add(claudes.open(diary("stall 1")));
      next(diaries.get(0));
      next(diaries.get(1));
      assertEquals(1, claudes.pool.waiting("claude").size());
      claudes.answer(request("words 1 Respond in character now."));
      until("it is gone", () -> claudes.pool.processes() == 2);
      assertEquals(1, claudes.pool.waiting("claude").size());
      diaries.get(0).close();
      next(diaries.get(2));
      diaries.forEach(Reply::close);
    }
  }

  @Test
  void the_process_of_a_dialogue_is_kept_for_a_moment_where_there_is_but_one() {
    try (FakeClaudes claudes = new FakeClaudes(1, EAGER)) {
      try (Reply dialogue = claudes.open(request("words 2 Respond in character now."));
          Reply diary = claudes.open(diary("words 1"))) {
        next(dialogue);
        long before = System.nanoTime();
        Replies.all(dialogue);
        until("the diary has one", () -> claudes.pool.waiting("claude").isEmpty());
        assertTrue(System.nanoTime() - before >= 500_000_000, "it did not wait");
        assertEquals("w0 ", Replies.text(diary));
      }
    }
  }

  private static CliProcess now(CliLease lease) {
    try {
      return lease.await(0);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ChatRequest diary(String orders) {
    ChatRequest diary = request(Map.of("max_tokens", Json.Num.of(12_000)), orders);
    assertEquals(Job.DIARY, diary.purpose().job());
    return diary;
  }
}
