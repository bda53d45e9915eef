package skyproxy.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Attempt;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;

/// Why a cache had nothing of a prompt.
final class CacheTableTest {
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final Duration FIRST_WORD = Duration.ofMillis(900);

  private final CacheTable table = new CacheTable();

  private static RequestRecord request(String model, long beginning, long second, Usage usage,
      Failure failure) {
    return new RequestRecord(NOON.plusSeconds(second), new Purpose(Job.DIALOGUE), model, model,
        "p", true, beginning, Duration.ZERO, FIRST_WORD, Duration.ofSeconds(4), usage, null, 0,
        failure == null ? RequestRecord.Outcome.ANSWERED : RequestRecord.Outcome.FAILED, failure,
        200, List.of(new Attempt(model, "p", failure, FIRST_WORD, Duration.ZERO, 0)), null, null);
  }

  private void sends(long beginning, long second, long cached) {
    table.add(request("m", beginning, second, new Usage(2_000, 50, cached, 0), null));
  }

  private Cursor row() {
    return Cursor.of(table.json()).at(0);
  }

  private String reason() {
    return row().at("reason").stringOr("read");
  }

  @Test
  void what_was_read_needs_no_reason() {
    sends(1, 0, 0);
    assertEquals("first", reason());
    sends(1, 10, 1_800);
    assertEquals("read", reason());
    assertEquals(1_800, row().at("cached_tokens").integer());
    assertEquals(2_000, row().at("prompt_tokens").integer());
    assertEquals("dialogue", row().at("job").string());
    assertEquals(NOON.plusSeconds(10).toString(), row().at("when").string());
  }

  @Test
  void another_beginning_and_a_pause_are_told_apart() {
    sends(1, 0, 0);
    sends(1, 10, 1_800);
    sends(2, 20, 0);
    assertEquals("changed", reason());
    sends(1, 300, 1_800);
    assertEquals("read", reason(), "each use keeps it for five minutes more");
    sends(1, 300 + 301, 0);
    assertEquals("late", reason());
    assertTrue(row().at("message").string().startsWith("More than five minutes had passed"));
    sends(2, 610, 0);
    assertEquals("late", reason(), "of its own beginning, whatever came in between");
  }

  @Test
  void one_sent_at_the_same_time_can_not_be_read_yet() {
    sends(1, 0, 0);
    sends(1, 0, 0);
    assertEquals("at_once", reason());
    sends(1, 1, 0);
    assertEquals("no_cache", reason(), "a second later it could");
  }

  @Test
  void a_model_without_a_cache_is_told_from_one_that_did_not_keep_it() {
    sends(1, 0, 0);
    sends(1, 10, 0);
    assertEquals("no_cache", reason());
    sends(2, 20, 0);
    assertEquals("no_cache", reason(), "it is the reason whatever the prompt");
    sends(2, 30, 1_024);
    sends(2, 40, 0);
    assertEquals("not_kept", reason());
    table.add(request("m", 2, 50, new Usage(500, 50, 0, 0), null));
    assertEquals("short", reason());
  }

  @Test
  void where_it_is_known_how_much_a_model_caches_what_is_not_kept_at_all_is_too_short() {
    table.caches("p", model -> model.equals("m") ? 4_096 : 512);
    sends(1, 0, 0);
    assertEquals("short", reason());
    assertEquals("Its beginning is short, and what has under 4096 tokens is not cached.",
        row().at("message").string());
    sends(1, 10, 0);
    assertEquals("short", reason());
    table.add(request("m", 1, 20, new Usage(5_000, 50, 0, 0, 4_900, 0, null), null));
    assertEquals("not_kept", reason(), "what was written is long enough");
  }

  @Test
  void a_model_that_writes_to_its_cache_has_one() {
    Usage written = new Usage(2_000, 50, 0, 0, 1_900, 0, null);
    table.add(request("m", 1, 0, written, null));
    table.add(request("m", 1, 10, written, null));
    assertEquals("not_kept", reason());
  }

  @Test
  void what_nobody_counted_and_what_failed_says_nothing() {
    sends(1, 0, 0);
    sends(1, 10, 1_800);
    table.add(request("m", 2, 20, Usage.NONE, null));
    table.add(request("m", 2, 30, new Usage(2_000, 0, 0, 0), new Failure.Empty("No.", false)));
    assertEquals("read", reason());
  }

  @Test
  void names_and_prompts_that_clients_make_up_do_not_fill_the_memory() {
    for (int i = 0; i < 500; i++) {
      table.add(request("m" + i, 1, i, new Usage(2_000, 50, 0, 0), null));
    }
    assertEquals(MetricsTable.PAIRS, Cursor.of(table.json()).array().size());
    for (int i = 0; i < 20; i++) {
      table.add(request("m0", 100 + i, 600 + i, new Usage(2_000, 50, 0, 0), null));
    }
    table.add(request("m0", 100, 630, new Usage(2_000, 50, 0, 0), null));
    assertEquals("changed", reason(), "the oldest beginning is forgotten");
    table.add(request("m0", 119, 640, new Usage(2_000, 50, 0, 0), null));
    assertNotEquals("changed", reason(), "the newest is not");
    table.clear();
    assertEquals(List.of(), Cursor.of(table.json()).array());
  }
}
