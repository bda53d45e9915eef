package skyproxy.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Cost;
import skyproxy.chat.Job;
import skyproxy.json.Cursor;
import skyproxy.testing.Os;

/// The money that was spent, on disk: nothing is lost, nothing counts twice.
@Tag("core")
final class LedgerTest {
  private static final String NOON = "2026-11-26T12:00:00Z";

  @TempDir
  private Path folder;
  private Path file;
  private Path ledger;
  private final List<String> log = new ArrayList<>();

  @BeforeEach
  void name() {
    file = folder.resolve("c-stats.json");
    ledger = folder.resolve("c-stats-costs.jsonl");
  }

  private Stats open(String when, String zone) {
    return new Stats(file, log::add, Clock.fixed(Instant.parse(when), ZoneId.of(zone)));
  }

  private static void charge(Stats stats, String usd) {
    stats.charge(new Charge("openrouter", "a/b", Job.DIALOGUE,
        new Cost(new BigDecimal(usd), false), null));
  }

  private static String cost(Stats stats, String span) {
    return Cursor.of(stats.json(-1)).at(span).at("total").at("cost_usd").json().toString();
  }

  @Test
  void a_charge_is_on_disk_before_it_counts_and_survives_without_an_end() throws IOException {
    Stats killed = open(NOON, "UTC");
    charge(killed, "0.0123");
    charge(killed, "0.01");
    assertEquals("0.0223", cost(killed, "today"));
    assertEquals(2, Files.readAllLines(ledger).size());
    if (!Os.WINDOWS) {
      assertEquals("rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(ledger)));
    }
    try (Stats next = open(NOON, "UTC")) {
      assertEquals("0.0223", cost(next, "today"));
      assertEquals("0.0223", cost(next, "all"));
      assertEquals("null", cost(next, "since_start"));
      assertEquals(0, new BigDecimal("0.0223").compareTo(next.spentToday("openrouter")));
      charge(next, "1");
    }
    assertEquals(0, Files.size(ledger), "what was gathered is still there");
    try (Stats last = open(NOON, "UTC")) {
      assertEquals("1.0223", cost(last, "all"));
    }
    assertEquals(List.of(), log);
  }

  @Test
  void nobody_waits_for_a_disk_that_is_slow() throws Exception {
    assumeFalse(Os.WINDOWS, "Windows has no named pipes in folders.");
    Stats stats = open(NOON, "UTC");
    // Whoever opens a pipe for writing waits for its reader.
    assertEquals(0, new ProcessBuilder("mkfifo", ledger.toString()).start().waitFor());
    Thread charging = Thread.ofPlatform().start(() -> charge(stats, "0.01"));
    while (charging.getState() == Thread.State.NEW || !Arrays.toString(charging.getStackTrace())
        .contains("FileChannel")) {
      Thread.sleep(5);
    }
    CompletableFuture.runAsync(() -> {
      stats.begin();
      assertEquals("null", cost(stats, "today"), "not shown before it is on disk");
      assertEquals(0, stats.spentToday(null).signum());
    }).get(60, TimeUnit.SECONDS);
    assertTrue(Files.readString(ledger).contains("0.01"));
    charging.join();
    assertEquals("0.01", cost(stats, "today"));
  }

  @Test
  void what_a_cache_saved_is_kept_with_the_cost_also_below_zero() {
    Stats killed = open(NOON, "UTC");
    for (String saved : List.of("0.024", "-0.03")) {
      killed.charge(new Charge("claude", "m", Job.DIALOGUE, new Cost(BigDecimal.ONE, false),
          new Cost(new BigDecimal(saved), true)));
    }
    for (int again = 0; again < 2; again++) {
      try (Stats next = open(NOON, "UTC")) {
        Cursor total = Cursor.of(next.json(-1)).at("all").at("total");
        assertEquals("-0.006", total.at("cache_saved_usd").json().toString());
        assertTrue(total.at("cache_saved_estimated").bool());
        assertFalse(total.at("cost_estimated").bool());
      }
    }
    assertEquals(List.of(), log);
  }

  @Test
  void a_death_between_gathering_and_emptying_counts_nothing_twice() throws IOException {
    Stats stats = open(NOON, "UTC");
    charge(stats, "0.5");
    byte[] line = Files.readAllBytes(ledger);
    stats.save();
    Files.write(ledger, line);
    Stats next = open(NOON, "UTC");
    assertEquals("0.5", cost(next, "all"));
    charge(next, "0.25");
    assertEquals("0.75", cost(open(NOON, "UTC"), "all"));
  }

  /// As one leaves it that ran beside another: its process is gone.
  private Path left(int number, String usd) throws IOException {
    Stats stats = open(NOON, "UTC");
    charge(stats, usd);
    Path left = folder.resolve("c-stats-costs-999999999999999999-" + number + ".jsonl");
    Files.move(ledger, left);
    return left;
  }

  @Test
  void what_another_proxy_paid_that_has_ended_counts_once() throws IOException {
    Path left = left(1, "0.5");
    byte[] line = Files.readAllBytes(left);
    Stats next = open(NOON, "UTC");
    charge(next, "0.25");
    assertEquals("0.75", cost(next, "all"));
    assertEquals("0.75", cost(open(NOON, "UTC"), "today"), "the last one was killed");
    next.save();
    assertFalse(Files.exists(left));
    Files.write(left, line);
    Stats again = open(NOON, "UTC");
    assertEquals("0.75", cost(again, "all"), "it was killed before the file was deleted");
    charge(again, "1");
    again.save();
    assertFalse(Files.exists(left));
    left(2, "2");
    charge(again, "4");
    again.save();
    assertEquals("7.75", cost(again, "all"), "one that ended meanwhile");
    assertEquals("7.75", cost(open(NOON, "UTC"), "all"));
  }

  @Test
  void what_a_power_cut_leaves_of_a_line_spoils_no_other() throws IOException {
    charge(open(NOON, "UTC"), "0.5");
    Files.writeString(ledger, "{\"n\":2,\"when\":\"2026-", StandardOpenOption.APPEND);
    Stats next = open(NOON, "UTC");
    charge(next, "0.25");
    assertEquals("0.75", cost(open(NOON, "UTC"), "all"));
  }

  @Test
  void figures_that_can_not_be_read_cost_no_charge_that_is_not_in_them() throws IOException {
    charge(open(NOON, "UTC"), "0.5");
    Files.writeString(file, "{");
    assertEquals("0.5", cost(open(NOON, "UTC"), "today"));
    assertEquals(1, log.size());
  }

  @Test
  void what_can_not_be_written_counts_and_is_told_once_and_written_with_the_next()
      throws IOException {
    Stats stats = open(NOON, "UTC");
    Files.createDirectory(ledger);
    charge(stats, "0.5");
    charge(stats, "0.5");
    assertEquals("1", cost(stats, "today"));
    assertEquals(1, log.size());
    Files.delete(ledger);
    charge(stats, "0.5");
    assertEquals("1.5", cost(open(NOON, "UTC"), "today"));
  }

  @Test
  void a_day_is_the_players_also_after_a_journey() {
    Stats stats = open("2026-11-26T23:30:00Z", "UTC");
    charge(stats, "0.5");
    stats.save();
    assertEquals(0, open("2026-11-27T00:30:00Z", "UTC").spentToday(null).signum());
    assertEquals("0.5", open("2026-11-27T00:30:00Z", "America/New_York").spentToday(null)
        .stripTrailingZeros().toPlainString());
    // Six in the morning there, and the charge was at five.
    assertEquals("0.5", open("2026-11-27T00:30:00Z", "Asia/Kolkata").spentToday(null)
        .stripTrailingZeros().toPlainString());
  }

  @Test
  void deleting_the_figures_brings_no_new_money() {
    Stats stats = open(NOON, "UTC");
    charge(stats, "0.5");
    stats.clear();
    assertEquals("null", cost(stats, "all"));
    assertEquals(1, stats.spentToday(null).signum());
  }

  @Test
  void an_hour_of_play_has_no_pauses_in_it() {
    PlayTime time = new PlayTime();
    Instant start = Instant.parse(NOON);
    for (int minutes : new int[] {0, 9, 5, 18, 28, 40}) time.add(start.plusSeconds(60L * minutes));
    assertEquals(18, time.played().toMinutes());
    PlayTime again = new PlayTime();
    again.load(Cursor.of(time.save()));
    again.add(start.plusSeconds(60 * 41));
    assertEquals(19, again.played().toMinutes());
    assertTrue(new PlayTime().played().isZero());
  }
}
