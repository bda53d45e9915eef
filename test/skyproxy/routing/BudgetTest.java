package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Cost;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Usage;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;
import skyproxy.settings.Settings;
import skyproxy.stats.Stats;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestRoutes;

/// The player's limits, and what counts against them.
@Tag("core")
final class BudgetTest {
  private static final Price A_DOLLAR_A_MILLION = Price.of(Price.Tier.perMillion(
      Long.MAX_VALUE, BigDecimal.ONE, BigDecimal.ONE));
  private static final Usage A_CENT = new Usage(9_000, 1_000, 0, 0);
  private static final Event WORD = new Event.Text("Aye.");
  private static final Event END = new Event.Finish(FinishReason.STOP, A_CENT);
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final MovedClock clock = new MovedClock("2026-11-26T21:00:00Z");
  private final Stats stats = new Stats(null, _ -> { }, clock);
  private final ScriptedProvider paid = new ScriptedProvider("openrouter",
      _ -> List.of(WORD, END)).costing("dear/one", A_DOLLAR_A_MILLION);
  private final ScriptedProvider plan =
      new ScriptedProvider("claude", _ -> List.of(WORD, END));
  private final ScriptedProvider demo = ScriptedProvider.named("demo");
  private final List<String> log = new ArrayList<>();
  private final Logger logger = Logger.getLogger(Budget.class.getName());
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord line) {
      log.add(java.text.MessageFormat.format(line.getMessage(), line.getParameters()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };
  private volatile Settings.Budget limits = Settings.Budget.NONE;
  private final Router router = new Router(TestRoutes.of("x", Map.of(), Map.of(), plan, paid, demo),
      System::nanoTime, new Budget(() -> limits, stats));

  {
    logger.addHandler(handler);
  }

  @AfterEach
  void end() {
    logger.removeHandler(handler);
  }

  /// A clock in Berlin, which the test puts forward.
  private static final class MovedClock extends Clock {
    private Instant now;

    MovedClock(String now) {
      this.now = Instant.parse(now);
    }

    @Override
    public ZoneId getZone() {
      return BERLIN;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return Clock.fixed(now, zone);
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private static Settings.Budget day(String dollars) {
    return new Settings.Budget(new BigDecimal(dollars), Map.of(), Map.of(), false);
  }

  private static Settings.Budget window(String provider, String share) {
    return new Settings.Budget(null, Map.of(), Map.of(provider, new BigDecimal(share)), false);
  }

  private FailoverReply ask(String model) {
    FailoverReply reply = router.open(RouterTest.request(model));
    try (reply) {
      while (reply.next(Duration.ofSeconds(30)) != null) { }
    }
    return reply;
  }

  private Failure.BudgetReached refused(String model) {
    ChatException e = assertThrows(ChatException.class, () -> ask(model));
    return assertInstanceOf(Failure.BudgetReached.class, e.failure());
  }

  private static void assertDollars(String expected, BigDecimal actual) {
    assertEquals(0, new BigDecimal(expected).compareTo(actual), "it is " + actual);
  }

  @Test
  void the_second_model_takes_over_at_the_limit_amid_forty_requests_at_once() throws Exception {
    limits = day("0.05");
    try (ExecutorService players = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int player = 0; player < 40; player++) {
        all.add(players.submit(() -> {
          for (int i = 0; i < 5; i++) ask("dear/one > demo");
        }));
      }
      for (Future<?> one : all) one.get();
    }
    int dear = paid.asked().size();
    assertTrue(dear >= 5 && dear < 5 + 40, "the dear one was asked " + dear + " times");
    assertEquals(200 - dear, demo.asked().size());
    assertDollars(BigDecimal.valueOf(dear).movePointLeft(2).toPlainString(),
        stats.spentToday(null));
    ask("dear/one > demo");
    assertEquals(dear, paid.asked().size());
  }

  @Test
  void a_reply_is_charged_before_anybody_hears_of_its_end() {
    try (FailoverReply reply = router.open(RouterTest.request("dear/one"))) {
      while (reply.next(Duration.ofSeconds(30)) != null) {
        assertDollars("0", stats.spentToday(null));
      }
      assertDollars("0.01", stats.spentToday(null));
    }
    assertDollars("0.01", stats.spentToday("openrouter"));
  }

  @Test
  void where_nobody_else_is_left_the_error_says_which_limit_and_when_it_ends() {
    limits = day("0.02");
    ask("dear/one");
    ask("dear/one");
    Failure.BudgetReached failure = refused("dear/one");
    assertTrue(failure.message().contains("$0.02 of the $0.02 a day"), failure.message());
    assertTrue(failure.message().contains(
        "Raise it on the page or as budget.day in the settings file, or"), failure.message());
    assertEquals(Duration.ofHours(2), failure.retryAfter()); // 22:00 in Berlin
    assertEquals("demo", ask("demo").model());
    limits = day("0.03");
    assertEquals("dear/one", ask("dear/one").model());
  }

  @Test
  void the_day_ends_at_the_players_midnight_however_long_it_is() {
    limits = day("0.01");
    clock.now = Instant.parse("2026-10-24T22:30:00Z"); // 00:30 of a day of 25 hours
    ask("dear/one");
    assertEquals(Duration.ofMinutes(24 * 60 + 30), refused("dear/one").retryAfter());
    clock.now = Instant.parse("2026-10-25T22:59:59Z");
    assertEquals(Duration.ofSeconds(1), refused("dear/one").retryAfter());
    clock.now = Instant.parse("2026-10-25T23:00:00Z");
    assertEquals("dear/one", ask("dear/one").model());
  }

  @Test
  void the_limit_of_one_provider_is_none_of_another() {
    limits = new Settings.Budget(null, Map.of("openrouter", new BigDecimal("0.01")), Map.of(),
        false);
    plan.costing("claude-x", A_DOLLAR_A_MILLION);
    ask("claude-x");
    ask("claude-x");
    ask("dear/one");
    assertTrue(refused("dear/one").message().contains("budget.providers.openrouter.day"));
    assertEquals("claude-x", ask("claude-x").model());
    assertEquals("other/one", ask("other/one").model(), "which costs nothing");
  }

  @Test
  void who_is_allowed_nothing_is_asked_for_nothing() {
    limits = day("0");
    refused("dear/one");
    assertEquals(List.of(), paid.asked());
    assertEquals("demo", ask("dear/one, demo").model());
  }

  @Test
  void what_failed_and_what_was_hung_up_counts_as_far_as_it_was_told() {
    Usage counted = new Usage(2_000, 0, 0, 0);
    paid.on("dear/one", counted, new Failure.Broken(503, "It broke."));
    FailoverReply reply = ask("dear/one > demo");
    assertEquals("demo", reply.model());
    assertDollars("0.002", reply.cost().usd());
    assertTrue(reply.cost().estimated());
    paid.on("dear/one", counted, WORD, Duration.ofMinutes(5));
    FailoverReply left = router.open(RouterTest.request("dear/one"));
    assertEquals(WORD, left.next(Duration.ofSeconds(30)));
    assertNull(left.cost());
    left.close();
    assertEquals(counted, left.usage());
    paid.on("dear/one", new Event.Finish(FinishReason.LENGTH, A_CENT)); // not a word
    ask("dear/one > demo");
    assertDollars("0.014", stats.spentToday(null));
  }

  @Test
  void after_a_failover_each_model_has_its_own_part_and_nothing_counts_twice() {
    plan.costing("claude-x", A_DOLLAR_A_MILLION);
    plan.on("claude-x", new Usage(4_000, 0, 0, 0), new Failure.Garbled("It broke off."));
    FailoverReply reply = ask("claude-x > dear/one");
    assertDollars("0.014", reply.cost().usd());
    assertEquals(A_CENT, reply.usage());
    Cursor today = Cursor.of(stats.json(-1)).at("today");
    assertEquals("0.014", today.at("total").at("cost_usd").json().toString());
    assertEquals("0.004", cost(today, "claude-x"));
    assertEquals("0.01", cost(today, "dear/one"));
  }

  private static String cost(Cursor span, String model) {
    return span.at("models").array().stream()
        .filter(row -> row.at("model").string().equals(model)).findFirst().orElseThrow()
        .at("cost_usd").json().toString();
  }

  @Test
  void a_whole_reply_that_tells_no_tokens_is_estimated_by_its_letters() {
    paid.on("dear/one", new Event.Text("x".repeat(4_000)),
        new Event.Finish(FinishReason.STOP, Usage.NONE));
    FailoverReply reply = ask("dear/one");
    assertDollars("0.001", reply.cost().usd()); // "Hi" is less than a token
    assertTrue(reply.cost().estimated());
    assertEquals(Usage.NONE, reply.usage());
  }

  @Test
  void each_step_of_a_plans_window_counts_for_one_reply() {
    Instant end = clock.now.plusSeconds(3_600);
    plan.on(new UsageWindow("5 hours", 10.0, end, null));
    assertEquals(0, ask("claude-x").windowPercent(), "who has used that nobody knows");
    plan.on(new UsageWindow("5 hours", 12.0, end, null));
    assertEquals(2, ask("claude-x").windowPercent());
    assertEquals(0, ask("claude-x").windowPercent());
    clock.now = end.plusSeconds(60);
    plan.on(new UsageWindow("5 hours", 3.0, end.plusSeconds(18_000), null));
    assertEquals(3, ask("claude-x").windowPercent());
  }

  @Test
  void what_the_upstream_says_goes_before_a_price_that_is_an_estimate_and_before_no_other() {
    Event end = new Event.Finish(FinishReason.STOP,
        new Usage(9_000, 1_000, 0, 0, 0, 0, new BigDecimal("0.0071")));
    paid.costing("listed/one", new Price(A_DOLLAR_A_MILLION.tiers(), true));
    paid.on("listed/one", WORD, end);
    assertEquals(new Cost(new BigDecimal("0.0071"), false), ask("listed/one").cost());
    paid.on("dear/one", WORD, end);
    assertDollars("0.01", ask("dear/one").cost().usd());
  }

  @Test
  void a_free_model_goes_on_at_the_limit_until_a_reply_of_it_has_cost_something() {
    limits = day("0.05");
    paid.costing("a/one:free", Price.FREE).costing("b/one:free", Price.FREE);
    assertNull(ask("a/one:free").cost());
    paid.on("a/one:free", WORD, new Event.Finish(FinishReason.STOP,
        new Usage(9_000, 1_000, 0, 0, 0, 0, new BigDecimal("0.05"))));
    assertEquals(new Cost(new BigDecimal("0.05"), false), ask("a/one:free").cost());
    assertDollars("0.05", stats.spentToday("openrouter"));
    refused("a/one:free");
    assertEquals("b/one:free", ask("b/one:free").model());
  }

  @Test
  void a_share_of_a_plan_is_left_to_the_player_until_its_window_ends() {
    limits = window("claude", "0.9");
    plan.on(new UsageWindow("5 hours", 89.0, clock.now.plusSeconds(3_600), "allowed"));
    assertEquals("claude-x", ask("claude-x > demo").model());
    plan.on(new UsageWindow("5 hours", 92.0, clock.now.plusSeconds(3_600), "allowed"));
    assertEquals("demo", ask("claude-x > demo").model());
    Failure.BudgetReached failure = refused("claude-x");
    assertEquals(Duration.ofHours(1), failure.retryAfter());
    assertTrue(failure.message().contains("budget.claude_window"), failure.message());
    assertTrue(failure.message().contains("92 %"), failure.message());
    clock.now = clock.now.plusSeconds(3_600);
    assertEquals("claude-x", ask("claude-x > demo").model());
  }

  @Test
  void a_window_for_some_models_stops_no_others() {
    limits = window("claude", "0.5");
    plan.on(new UsageWindow("week, Opus", 60.0, clock.now.plusSeconds(60), null),
        new UsageWindow(UsageWindow.EXTRA, 99.0, clock.now.plusSeconds(60), null));
    assertEquals("claude-haiku-5-5", ask("claude-haiku-5-5").model());
    refused("claude-opus-5-5");
  }

  @Test
  void more_than_a_plan_is_used_only_by_who_says_so() {
    plan.beyondItsPlan(clock.now.plusSeconds(600));
    assertEquals("demo", ask("claude-x > demo").model());
    Failure.BudgetReached failure = refused("claude-x");
    assertTrue(failure.message().contains("allow_extra_usage"), failure.message());
    assertEquals(Duration.ofMinutes(10), failure.retryAfter());
    limits = new Settings.Budget(null, Map.of(), Map.of(), true);
    assertEquals("claude-x", ask("claude-x").model());
  }

  @Test
  void a_limit_that_is_near_and_one_that_is_reached_are_told_once_each() {
    limits = day("0.05");
    for (int i = 0; i < 6; i++) ask("dear/one > demo");
    assertEquals(2, log.size(), log::toString);
    assertTrue(log.get(0).startsWith("A limit is near: $0.04 of the $0.05 a day are spent."),
        log::toString);
    assertTrue(log.get(1).startsWith("A limit is reached: $0.05 of the $0.05"), log::toString);
  }

  @Test
  void all_limits_that_are_set_can_be_looked_at() {
    limits = new Settings.Budget(BigDecimal.ONE, Map.of("openrouter", BigDecimal.TEN),
        Map.of("claude", new BigDecimal("0.9"), "codex", BigDecimal.ONE), false);
    plan.on(new UsageWindow("5 hours", 75.0, clock.now.plusSeconds(60), null));
    List<Budget.Limit> all = router.limits();
    assertEquals(List.of("budget.day", "budget.claude_window", "budget.providers.openrouter.day"),
        all.stream().map(Budget.Limit::place).toList());
    assertTrue(all.get(1).near());
    assertEquals(List.of((Provider) paid), all.stream().map(Budget.Limit::provider)
        .filter(paid::equals).toList());
  }
}
