package skyproxy.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Attempt;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;

/// What is counted, and that it stays bounded.
final class StatsTest {
  private final Stats stats = new Stats();

  @Test
  void a_request_is_counted_for_its_model_and_its_job() {
    stats.add(answered("claude-haiku-5-5", Job.MOOD, 300, 400));
    stats.add(answered("claude-haiku-5-5", Job.DIALOGUE, 900, 2_900));
    Cursor today = json().at("today");
    assertEquals(2, today.at("total").at("requests").integer());
    assertEquals(2, today.at("models").at(0).at("requests").integer());
    assertEquals("mood", today.at("jobs").at(0).at("job").string());
    assertEquals(1, today.at("jobs").at(1).at("requests").integer());
    assertEquals(2, json().at("since_start").at("pairs").array().size());
  }

  @Test
  void hang_ups_are_no_failures() {
    stats.add(exchange("m", Job.DIALOGUE, 500L, 700, Exchange.Outcome.HUNG_UP, null));
    stats.add(exchange("m", Job.DIALOGUE, null, 700, Exchange.Outcome.FAILED,
        new Failure.TimedOut("m did not begin to answer in time.")));
    Cursor total = json().at("today").at("total");
    assertEquals(1, total.at("hang_ups").integer());
    assertEquals(1, total.at("failures").integer());
  }

  @Test
  void quantiles_are_within_five_percent() {
    for (int i = 1; i <= 1_000; i++) stats.add(answered("m", Job.DIALOGUE, i * 10, i * 20));
    Cursor total = json().at("today").at("total");
    assertEquals(5_000, total.at("first_token_p50_ms").integer(), 250);
    assertEquals(9_500, total.at("first_token_p95_ms").integer(), 475);
    assertEquals(10_000, total.at("total_p50_ms").integer(), 500);
  }

  @Test
  void names_that_clients_make_up_do_not_fill_the_memory() {
    for (int i = 0; i < 5_000; i++) stats.add(answered("model-" + i, Job.OTHER, 10, 20));
    stats.add(answered("x".repeat(1_000_000), Job.MOOD, 10, 20));
    Cursor today = json().at("today");
    assertEquals(5_001, today.at("total").at("requests").integer());
    assertTrue(today.at("pairs").array().size() <= Table.PAIRS + Job.values().length);
    assertEquals(Stats.RECENT, json().at("recent").array().size());
    assertTrue(stats.json().toString().length() < 400_000, "too much to send");
  }

  @Test
  void the_last_request_comes_first_with_all_that_was_tried() {
    stats.add(answered("a", Job.DIALOGUE, 10, 20));
    stats.add(new Exchange(Instant.now(), Job.DIALOGUE, "a > b", "b", "openrouter", true,
        Duration.ofMillis(800), Duration.ofSeconds(2), new Usage(1_000, 50, 900, 0), 0.0123,
        Exchange.Outcome.ANSWERED, null, 200, List.of(
            new Attempt("a", "claude", new Failure.RateLimited("Wait.", null), Duration.ZERO),
            new Attempt("b", "openrouter", null, Duration.ofMillis(700))), null, null));
    Cursor last = json().at("recent").at(0);
    assertEquals(2, last.at("id").integer());
    assertEquals("b", last.at("model").string());
    assertEquals("rate_limited", last.at("attempts").at(0).at("failure").string());
    assertEquals("Wait.", last.at("attempts").at(0).at("message").string());
    assertEquals(900, last.at("cached_tokens").integer());
    assertEquals(0.0123, json().at("today").at("total").at("cost_usd").number());
  }

  private Cursor json() {
    return Cursor.of(stats.json());
  }

  private static Exchange answered(String model, Job job, long first, long total) {
    return exchange(model, job, first, total, Exchange.Outcome.ANSWERED, null);
  }

  private static Exchange exchange(String model, Job job, Long first, long total,
      Exchange.Outcome outcome, Failure failure) {
    return new Exchange(Instant.now(), job, model, model, "claude", true,
        first == null ? null : Duration.ofMillis(first), Duration.ofMillis(total),
        new Usage(100, 20, 0, 0), null, outcome, failure, failure == null ? 200 : 504, List.of(),
        null, null);
  }
}
