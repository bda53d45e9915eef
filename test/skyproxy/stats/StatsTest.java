package skyproxy.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Attempt;
import skyproxy.chat.Cost;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The figures that are counted, and their bounds.
@Tag("core")
final class StatsTest {
  private static final Cost COST = new Cost(new BigDecimal("0.0123"), true);

  private final Stats stats = new Stats(null, _ -> {}, Clock.systemDefaultZone());

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
  void a_request_is_running_from_its_beginning_to_its_end() {
    stats.begin();
    stats.begin();
    stats.add(answered("m", Job.DIALOGUE, 10, 20));
    assertEquals(1, json().at("running").integer());
  }

  @Test
  void hang_ups_are_no_failures() {
    stats.add(exchange("m", Job.DIALOGUE, 500L, 700, RequestRecord.Outcome.HUNG_UP, null));
    stats.add(exchange("m", Job.DIALOGUE, null, 700, RequestRecord.Outcome.FAILED,
        new Failure.TimedOut("m did not begin to answer in time.")));
    Cursor total = json().at("today").at("total");
    assertEquals(1, total.at("hang_ups").integer());
    assertEquals(1, total.at("failures").integer());
  }

  @Test
  void two_requests_at_once_are_no_time_that_was_played() {
    Instant now = Instant.parse("2026-11-26T20:00:00Z");
    stats.charge(new Charge("claude", "m", Job.DIALOGUE, COST, null));
    for (Instant when : List.of(now, now.plusNanos(400_000))) {
      stats.add(exchange(when, "m", Job.DIALOGUE, 5L, 6, RequestRecord.Outcome.ANSWERED, null));
    }
    Cursor today = json().at("today");
    assertEquals(0, today.at("play_seconds").integer());
    assertTrue(today.at("total").at("usd_per_hour").isMissing());
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
    assertTrue(today.at("pairs").array().size() <= MetricsTable.PAIRS + Job.values().length);
    assertEquals(Stats.RECENT, json().at("recent").array().size());
    assertTrue(stats.json(-1).toString().length() < 500_000, "too much to send");
  }

  @Test
  void the_last_request_comes_first_with_all_that_was_tried() {
    stats.add(answered("a", Job.DIALOGUE, 10, 20));
    stats.add(new RequestRecord(Instant.now(), new Purpose(Job.MEMORY, Job.SPEAKER), "a > b", "b",
        "openrouter", true, 0, Duration.ofMillis(90), Duration.ofMillis(800),
        Duration.ofSeconds(2), new Usage(1_000, 50, 900, 0), COST, 2,
        RequestRecord.Outcome.ANSWERED, null, 200, List.of(
            new Attempt("a", "claude", new Failure.RateLimited("Wait.", null), Duration.ZERO,
                Duration.ZERO, 0),
            new Attempt("b", "openrouter", null, Duration.ofMillis(700), Duration.ofMillis(90), 3)),
        null, null));
    Cursor last = json().at("recent").at(0);
    assertEquals(2, last.at("id").integer());
    assertEquals("b", last.at("model").string());
    assertEquals("memory", last.at("job").string());
    assertEquals("line", last.at("class").string());
    assertEquals(90, last.at("queued_ms").integer());
    assertEquals(90, last.at("attempts").at(1).at("queued_ms").integer());
    assertEquals(3, last.at("attempts").at(1).at("left_out").integer());
    assertTrue(last.at("attempts").at(0).at("left_out").isMissing());
    assertEquals("rate_limited", last.at("attempts").at(0).at("failure").string());
    assertEquals("Wait.", last.at("attempts").at(0).at("message").string());
    assertEquals(900, last.at("cached_tokens").integer());
    assertEquals(0.0123, last.at("cost_usd").number());
    assertTrue(last.at("cost_estimated").bool());
    assertEquals(2, last.at("window_percent").number());
    assertEquals(2, json().at("today").at("total").at("window_percent").number());
  }

  @Test
  void who_asks_again_gets_only_what_is_new() {
    stats.add(answered("a", Job.DIALOGUE, 10, 20));
    assertEquals(0, Cursor.of(stats.json(1)).at("recent").array().size());
    assertTrue(Cursor.of(stats.json(1)).at("today").isMissing());
    stats.add(answered("a", Job.DIALOGUE, 10, 20));
    assertEquals(2, Cursor.of(stats.json(1)).at("recent").at(0).at("id").integer());
    assertEquals(1, Cursor.of(stats.json(1)).at("recent").array().size());
  }

  @Test
  void texts_are_kept_only_while_that_is_wanted_and_cut_to_size() {
    stats.add(said("before"));
    assertTrue(Cursor.of(stats.request(1)).at("prompt").isMissing());
    stats.keepTexts(true);
    for (int i = 0; i < 100; i++) stats.add(said("x".repeat(150_000)));
    int with = 0;
    for (Cursor one : json().at("recent").array()) with += one.at("texts").bool() ? 1 : 0;
    assertEquals(Stats.WITH_TEXTS, with);
    assertTrue(Cursor.of(stats.request(101)).at("prompt").string().length() < 65_000);
    assertEquals("fine", Cursor.of(stats.request(101)).at("answer").string());
    stats.keepTexts(false);
    assertTrue(Cursor.of(stats.request(101)).at("prompt").isMissing());
    assertNull(stats.request(999));
  }

  @Test
  void the_last_error_of_a_provider_is_gone_when_it_answers() {
    stats.add(tried(new Failure.Unreachable("No connection.")));
    assertEquals("No connection.", Cursor.of(stats.lastError("claude")).at("message").string());
    stats.add(tried(null));
    assertNull(stats.lastError("claude"));
  }

  @Test
  void figures_survive_a_restart_and_can_be_deleted(@TempDir Path folder) {
    Path file = folder.resolve("deep").resolve("stats.json");
    List<String> log = new ArrayList<>();
    try (Stats before = new Stats(file, log::add)) {
      for (int i = 0; i < 100; i++) before.add(answered("m", Job.DIALOGUE, 1_000, 2_000));
    }
    try (Stats after = new Stats(file, log::add)) {
      Cursor json = Cursor.of(after.json(-1));
      assertEquals(100, json.at("today").at("total").at("requests").integer());
      assertEquals(100, json.at("all").at("jobs").at(0).at("requests").integer());
      assertEquals(1_000, json.at("all").at("total").at("first_token_p50_ms").integer(), 50);
      assertEquals(0, json.at("since_start").at("total").at("requests").integer());
      after.clear();
    }
    try (Stats later = new Stats(file, log::add)) {
      assertEquals(0, Cursor.of(later.json(-1)).at("all").at("total").at("requests").integer());
    }
    assertEquals(List.of(), log);
  }

  @Test
  void the_last_call_of_the_game_survives_a_restart(@TempDir Path folder) {
    Path file = folder.resolve("stats.json");
    try (Stats first = new Stats(file, _ -> {})) {
      assertEquals(Json.NULL, first.json(-1).get("game"));
      RequestRecord called = answered("claude-haiku-5-5", Job.MOOD, 300, 400);
      first.add(called);
      assertEquals(Json.NULL, first.json(-1).get("game"));
      first.gameCalled(called);
    }
    try (Stats second = new Stats(file, _ -> {})) {
      Cursor game = Cursor.of(second.json(-1)).at("game");
      assertEquals("claude-haiku-5-5", game.at("asked").string());
      assertEquals("answered", game.at("outcome").string());
      second.clear();
      assertEquals(Json.NULL, second.json(-1).get("game"));
    }
  }

  @Test
  void a_day_ends_at_midnight() {
    var clock = new Clock[] {Clock.fixed(Instant.parse("2026-11-22T23:59:00Z"), ZoneOffset.UTC)};
    Stats nightly = new Stats(null, _ -> {}, new MovedClock(clock));
    nightly.add(answered("m", Job.DIALOGUE, 10, 20));
    clock[0] = Clock.offset(clock[0], Duration.ofMinutes(2));
    Cursor json = Cursor.of(nightly.json(-1));
    assertEquals(0, json.at("today").at("total").at("requests").integer());
    assertEquals(1, json.at("since_start").at("total").at("requests").integer());
  }

  @Test
  void a_file_that_makes_no_sense_costs_the_old_figures_and_nothing_else(@TempDir Path folder)
      throws IOException {
    for (String text : List.of("", "[]", "{", "{\"all\":7}", "{\"all\":[{\"model\":\"m\"}]}",
        " ".repeat(5 << 20))) {
      Path file = Files.writeString(folder.resolve("stats.json"), text);
      List<String> log = new ArrayList<>();
      try (Stats fresh = new Stats(file, log::add)) {
        assertEquals(1, log.size(), text);
        fresh.add(answered("m", Job.DIALOGUE, 10, 20));
      }
      try (Stats again = new Stats(file, log::add)) {
        assertEquals(1, Cursor.of(again.json(-1)).at("all").at("total").at("requests").integer());
      }
      assertEquals(1, log.size());
    }
  }

  @Test
  void the_fullest_file_is_small(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("stats.json");
    try (Stats full = new Stats(file, _ -> {})) {
      for (int i = 0; i < 20_000; i++) {
        full.add(answered("model-" + i % 400, Job.values()[i % 12], i % 900 * 37, i % 700 * 91));
      }
    }
    assertTrue(Files.size(file) < 1 << 20, Files.size(file) + " bytes");
  }

  private static RequestRecord said(String prompt) {
    RequestRecord plain = answered("m", Job.DIALOGUE, 10, 20);
    return new RequestRecord(plain.when(), plain.purpose(), "m", "m", "claude", true, 0,
        plain.queued(), plain.firstToken(), plain.total(), plain.usage(), null, 0, plain.outcome(),
        null, 200, List.of(), prompt, "fine");
  }

  private static RequestRecord tried(Failure failure) {
    Attempt attempt = new Attempt("m", "claude", failure, Duration.ofMillis(3), Duration.ZERO, 0);
    return new RequestRecord(Instant.now(), new Purpose(Job.OTHER), "m", "m", "claude", true, 0,
        Duration.ZERO, null, Duration.ofMillis(4), Usage.NONE, null, 0,
        failure == null ? RequestRecord.Outcome.ANSWERED : RequestRecord.Outcome.FAILED,
        failure, 200,
        List.of(attempt), null, null);
  }

  /// A clock that can be put forward.
  private static final class MovedClock extends Clock {
    private final Clock[] now;

    MovedClock(Clock[] now) {
      this.now = now;
    }

    @Override
    public ZoneId getZone() {
      return now[0].getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return now[0].withZone(zone);
    }

    @Override
    public Instant instant() {
      return now[0].instant();
    }
  }

  private Cursor json() {
    return Cursor.of(stats.json(-1));
  }

  private static RequestRecord answered(String model, Job job, long first, long total) {
    return exchange(model, job, first, total, RequestRecord.Outcome.ANSWERED, null);
  }

  private static RequestRecord exchange(String model, Job job, Long first, long total,
      RequestRecord.Outcome outcome, Failure failure) {
    return exchange(Instant.now(), model, job, first, total, outcome, failure);
  }

  private static RequestRecord exchange(Instant when, String model, Job job, Long first,
      long total, RequestRecord.Outcome outcome, Failure failure) {
    return new RequestRecord(when, new Purpose(job), model, model, "claude", true, 0,
        Duration.ZERO, first == null ? null : Duration.ofMillis(first), Duration.ofMillis(total),
        new Usage(100, 20, 0, 0), null, 0, outcome, failure, failure == null ? 200 : 504, List.of(),
        null, null);
  }
}
