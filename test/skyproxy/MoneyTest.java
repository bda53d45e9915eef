package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeClaude;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// The cost of an evening, with the whole program: the bills, the limit, and a process that is
/// killed.
@Tag("slow")
final class MoneyTest {
  /// At $2 and $10: 2,000 plain, 15,000 read, 2,000 written, 1,000 written for an hour, 400 said.
  private static final String CLAUDE_BILL = "0.02";
  /// As told.
  private static final String OPENROUTER_BILL = "0.0123";
  /// 6,000 at $0.50, 4,000 read at $0.10, 500 said at $2; what it tells is in a unit of its own.
  private static final String SERVER_BILL = "0.0044";

  /// Twice 15,000 tokens at nine tenths of $2, less a quarter for 2,000 and a whole for 1,000.
  private static final String CLAUDE_SAVED = "0.048";
  /// 4,000 tokens at $0.40.
  private static final String SERVER_SAVED = "0.0016";

  private static final String LISTED = """
      {"data":[{"id":"vendor/listed","pricing":{"prompt":"0.000003","completion":"0.000015",\
      "input_cache_read":"0.0000003","input_cache_write":"0.00000375"}}]}""";
  /// 4,000 plain at $3, 4,000 read at $0.30, 2,000 written at $3.75, 500 said at $15.
  private static final String LISTED_BILL = "0.0282";
  /// 4,000 at $2.70 less 2,000 at $0.75.
  private static final String LISTED_SAVED = "0.0093";

  private static final String COUNTED = """
      {"type":"message_start","message":{"usage":{"input_tokens":2000,\
      "cache_read_input_tokens":15000,"cache_creation_input_tokens":3000,"cache_creation":\
      {"ephemeral_5m_input_tokens":2000,"ephemeral_1h_input_tokens":1000},"output_tokens":1}}}""";
  private static final String BLOCK =
      "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\"}}";
  private static final String WORD = """
      {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Aye. "}}""";
  private static final String OVERLOADED =
      "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}";
  private static final String STOP = """
      {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":400}}""";

  @TempDir
  private Path folder;
  private FakeUpstream upstream;
  private volatile FakeUpstream.Answer claude;

  @BeforeEach
  void start() {
    upstream = new FakeUpstream();
    claude = message(COUNTED, BLOCK, WORD, STOP, "{\"type\":\"message_stop\"}");
    upstream.answer(received -> received.path().startsWith("/v1/messages") ? claude
        : received.path().startsWith("/or/models") ? FakeUpstream.json(LISTED)
        : received.text().contains("vendor/listed") ? chunk("\"prompt_tokens\":10000,"
            + "\"completion_tokens\":500,\"prompt_tokens_details\":{\"cached_tokens\":4000,"
            + "\"cache_write_tokens\":2000}")
        : received.path().startsWith("/or/chat") ? chunk("\"prompt_tokens\":9,"
            + "\"completion_tokens\":9,\"cost\":" + OPENROUTER_BILL)
        : received.path().startsWith("/mine/chat") ? chunk("\"prompt_tokens\":10000,\"cost\":7,"
            + "\"completion_tokens\":500,\"prompt_tokens_details\":{\"cached_tokens\":4000}")
        : received.path().startsWith("/free/chat") ? chunk("\"prompt_tokens\":1")
        : FakeUpstream.json("{\"data\":[]}"));
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  private static FakeUpstream.Answer message(String... events) {
    StringBuilder text = new StringBuilder();
    for (String event : events) text.append("data: ").append(event).append("\n\n");
    return FakeUpstream.sse(text.toString());
  }

  private static FakeUpstream.Answer chunk(String usage) {
    return FakeUpstream.events("""
        {"choices":[{"index":0,"delta":{"content":"Aye."},"finish_reason":"stop"}]}""",
        "{\"choices\":[],\"usage\":{" + usage + "}}", "[DONE]");
  }

  private Program program(String budget) throws IOException {
    Files.writeString(folder.resolve("c.json"), """
        {"anthropic_api_key":"sk-ant-1","openrouter_api_key":"sk-or-1","providers":{"mine":{\
        "base_url":"%1$s/mine","prices":{"big":{"input":0.5,"cached":0.1,"output":2}}},\
        "free":{"base_url":"%1$s/free"}}%2$s}""".formatted(upstream.url(), budget));
    return Program.listening(folder, "--config", "c.json", "--anthropic-url", upstream.url(),
        "--openrouter-url", upstream.url() + "/or");
  }

  private static HttpResponse<String> ask(Program program, String model) throws Exception {
    return program.post("/v1", """
        {"model":"%s","stream":true,"messages":[{"role":"user","content":"Hi"}]}"""
        .formatted(model));
  }

  private static String saved(Cursor row) {
    return row.at("cache_saved_usd").json().toString();
  }

  private static String cost(Cursor row) {
    return row.at("cost_usd").json().toString();
  }

  private static Cursor model(Cursor span, String id) {
    return span.at("models").array().stream()
        .filter(row -> row.at("model").string().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void each_provider_is_billed_to_the_cent_and_no_kill_loses_what_was_shown() throws Exception {
    try (Program program = program("")) {
      for (String model : List.of("claude-sonnet-5-5", "vendor/model", "mine:big", "free:one",
          "demo", "claude-sonnet-5-5")) {
        assertEquals(200, ask(program, model).statusCode(), model);
      }
      for (FakeUpstream.Received received : upstream.requests()) {
        if (!received.method().equals("POST")) continue;
        boolean router = received.path().startsWith("/or");
        assertEquals(router, Cursor.of(received.json()).at("usage").isObject());
        assertEquals(received.path().startsWith("/mine"),
            Cursor.of(received.json()).at("stream_options").isObject(), received.path());
      }
      Cursor today = program.json("/stats").at("today");
      assertEquals("0.0567", cost(today.at("total")));
      assertFalse(today.at("total").at("cost_estimated").bool());
      assertEquals("0.04", cost(model(today, "claude-sonnet-5-5")));
      assertEquals(OPENROUTER_BILL, cost(model(today, "vendor/model")));
      assertEquals(SERVER_BILL, cost(model(today, "mine:big")));
      assertEquals("null", cost(model(today, "free:one")));
      assertEquals(CLAUDE_SAVED, saved(model(today, "claude-sonnet-5-5")));
      assertEquals(SERVER_SAVED, saved(model(today, "mine:big")));
      assertEquals("null", saved(model(today, "vendor/model")), "its prices are not listed");
      assertEquals("null", saved(model(today, "free:one")));
      assertEquals("0.0496", saved(today.at("total")));
      assertFalse(today.at("total").at("cache_saved_estimated").bool());
      assertEquals("0.0567", cost(today.at("jobs").at(0)));
      BigDecimal hourly = new BigDecimal(
          today.at("total").at("usd_per_hour").json().toString());
      assertTrue(hourly.signum() > 0, "of some seconds");
      Cursor last = program.json("/stats").at("recent").at(0);
      assertEquals(CLAUDE_BILL, cost(last));
      program.process().destroyForcibly();
      program.exitStatus();
    }
    try (Program again = program("")) {
      Cursor stats = again.json("/stats");
      assertEquals("0.0567", cost(stats.at("today").at("total")));
      assertEquals("0.0567", cost(stats.at("all").at("total")));
      assertEquals("0.0496", saved(stats.at("all").at("total")));
      assertEquals("0.04", cost(model(stats.at("today"), "claude-sonnet-5-5")));
    }
  }

  @Test
  void where_openrouter_tells_no_cost_its_list_of_prices_does_as_an_estimate() throws Exception {
    try (Program program = program("")) {
      // A list that is slow to come keeps nobody.
      while (!program.json("/v1/models").json().toString().contains("vendor/listed")) {
        Thread.sleep(20);
      }
      assertEquals(200, ask(program, "vendor/listed").statusCode());
      Cursor row = model(program.json("/stats").at("today"), "vendor/listed");
      assertEquals(LISTED_BILL, cost(row));
      assertEquals(LISTED_SAVED, saved(row));
      assertTrue(row.at("cost_estimated").bool());
      assertTrue(row.at("cache_saved_estimated").bool());
    }
  }

  @Test
  void a_call_that_is_made_again_within_one_try_counts_as_far_as_it_was_told() throws Exception {
    try (Program program = program("")) {
      FakeUpstream.Answer refusal = message(COUNTED, "{\"type\":\"error\",\"error\":{\"type\":"
          + "\"invalid_request_error\",\"message\":\"temperature: not supported\"}}");
      upstream.answer(received -> received.method().equals("GET")
          ? FakeUpstream.json("{\"data\":[]}")
          : received.text().contains("\"temperature\"") ? refusal : claude);
      assertEquals(200, program.post("/v1", """
          {"model":"claude-haiku-4-5","stream":true,"temperature":0.5,\
          "messages":[{"role":"user","content":"Hi"}]}""").statusCode());
      Cursor last = program.json("/stats").at("recent").at(0);
      assertEquals(1, last.at("attempts").array().size());
      assertEquals(2, upstream.requests().stream()
          .filter(each -> each.method().equals("POST")).count());
      // At half of the prices above: 0.01, and 0.008005 for what came before the refusal.
      assertEquals("0.018005", cost(last));
    }
  }

  @Test
  void a_cli_that_pays_by_the_token_is_billed_as_it_tells_and_held_to_the_limit()
      throws Exception {
    Path cli = Os.shim(folder, "fake-claude", Map.of("FAKE_CLAUDE_HOME", folder.toString(),
        "FAKE_CLAUDE_LOG", folder.resolve("claude.log").toString(), "FAKE_CLAUDE_LOGIN", "none",
        "FAKE_CLAUDE_KEY", "/login managed key"), FakeClaude.command().command());
    Files.writeString(folder.resolve("c.json"), "{\"budget\":{\"day\":0.00005}}");
    try (Program program = Program.listening(folder, "--config", "c.json", "--claude",
        cli.toString(), "--claude-mode", "cli", "--anthropic-url", upstream.url())) {
      assertEquals(200, ask(program, "claude-sonnet-5-5").statusCode());
      Cursor total = program.json("/stats").at("today").at("total");
      assertEquals("0.00007", cost(total));
      assertFalse(total.at("cost_estimated").bool());
      assertEquals(402, ask(program, "claude-sonnet-5-5").statusCode());
      String words = program.json("/health").at("claude").at("notes").at(0).string();
      assertTrue(words.contains("pays by the token"), words);
      Cursor claude = program.json("/stats").at("providers").array().stream()
          .filter(each -> each.at("name").string().equals("claude")).findFirst().orElseThrow();
      assertEquals(words, claude.at("message").string());
    }
  }

  @Test
  void no_cent_that_was_shown_is_lost_when_it_is_killed_amid_forty_requests() throws Exception {
    BigDecimal shown;
    try (Program program = program("")) {
      try (ExecutorService game = Executors.newFixedThreadPool(40)) {
        for (int i = 0; i < 4_000; i++) game.submit(() -> ask(program, "claude-sonnet-5-5"));
        do {
          shown = new BigDecimal(program.json("/stats").at("all").at("total").at("cost_usd").json()
              .toString().replace("null", "0"));
        } while (shown.compareTo(new BigDecimal("0.5")) < 0);
        program.process().destroyForcibly();
        program.exitStatus();
        game.shutdownNow();
      }
    }
    try (Program again = program("")) {
      BigDecimal kept = new BigDecimal(cost(again.json("/stats").at("all").at("total")));
      assertTrue(kept.compareTo(shown) >= 0, kept + " of " + shown);
      assertEquals(0, kept.remainder(new BigDecimal(CLAUDE_BILL)).signum(), kept + " is whole");
    }
  }

  @Test
  void two_at_once_on_the_same_settings_lose_no_cent_of_each_other() throws Exception {
    try (Program first = program("")) {
      assertEquals(200, ask(first, "claude-sonnet-5-5").statusCode());
      try (Program second = program("")) {
        assertEquals(200, ask(second, "mine:big").statusCode());
        assertEquals(200, ask(first, "claude-sonnet-5-5").statusCode());
        assertEquals("0.0244", cost(second.json("/stats").at("all").at("total")));
        second.process().destroyForcibly();
        second.exitStatus();
      }
      assertEquals("0.04", cost(first.json("/stats").at("all").at("total")));
    }
    try (Program again = program("")) {
      Cursor stats = again.json("/stats");
      assertEquals("0.0444", cost(stats.at("all").at("total")));
      assertEquals(SERVER_BILL, cost(model(stats.at("today"), "mine:big")));
      again.process().destroyForcibly();
      again.exitStatus();
    }
    try (Program last = program("")) {
      assertEquals("0.0444", cost(last.json("/stats").at("all").at("total")));
    }
  }

  @Test
  void what_was_told_before_a_failure_or_a_hang_up_counts_once() throws Exception {
    // 2,000 + 15,000 + 3,000 as above, 1 token said.
    String begun = "0.01601";
    try (Program program = program("")) {
      claude = message(COUNTED, OVERLOADED);
      assertEquals(200, ask(program, "claude-sonnet-5-5 > mine:big").statusCode());
      Cursor today = program.json("/stats").at("today");
      assertEquals(begun, cost(model(today, "claude-sonnet-5-5")));
      assertEquals(SERVER_BILL, cost(model(today, "mine:big")));
      assertTrue(today.at("total").at("cost_estimated").bool(), "there may be more on the bill");
      claude = message(COUNTED, BLOCK, WORD, WORD, WORD, STOP).stallAfter(4);
      try (RawClient client = program.client()) {
        client.post("/v1", """
            {"model":"claude-sonnet-5-5","stream":true,\
            "messages":[{"role":"user","content":"Hi"}]}""");
        client.lineStarting("data: ");
        client.hangUp();
      }
      Cursor stats = program.json("/stats");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!stats.at("recent").at(0).at("outcome").string().equals("hung_up")
          && System.nanoTime() < end) {
        Thread.sleep(50);
        stats = program.json("/stats");
      }
      assertEquals(begun, cost(stats.at("recent").at(0)));
      assertEquals("0.03202", cost(model(stats.at("today"), "claude-sonnet-5-5")));
      assertEquals("0.03642", cost(stats.at("today").at("total")));
    }
  }

  @Test
  void at_the_limit_the_cheaper_one_takes_over_amid_forty_and_alone_it_is_refused()
      throws Exception {
    try (Program program = program(",\"budget\":{\"day\":0.05}")) {
      try (ExecutorService game = Executors.newFixedThreadPool(40)) {
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
          all.add(game.submit(() -> ask(program, "claude-sonnet-5-5 > free:one").statusCode()));
        }
        for (Future<Integer> one : all) assertEquals(200, one.get());
      }
      long dear = upstream.requests().stream()
          .filter(each -> each.path().startsWith("/v1/messages")).count();
      assertTrue(dear >= 3 && dear < 3 + 40, dear + " times");
      HttpResponse<String> refused = ask(program, "claude-sonnet-5-5");
      assertEquals(402, refused.statusCode());
      Cursor error = Cursor.of(Json.parse(refused.body())).at("error");
      assertEquals("budget_reached", error.at("code").string());
      assertEquals("insufficient_quota", error.at("type").string());
      assertTrue(error.at("message").string().contains("budget.day"), refused.body());
      long untilMidnight = LocalDate.now().plusDays(1).atStartOfDay(ZoneId.systemDefault())
          .toInstant().getEpochSecond() - Instant.now().getEpochSecond();
      long after = Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow());
      assertEquals(0, Math.floorMod(untilMidnight - after + 300, 86_400), 600,
          after + " s, and midnight comes in " + untilMidnight);
      assertEquals(200, ask(program, "demo").statusCode());
      Cursor limit = program.json("/stats").at("limits").at(0);
      assertEquals("budget.day", limit.at("name").string());
      assertEquals("reached", limit.at("state").string());
      assertTrue(limit.at("used").number() >= 0.05);
      assertTrue(program.json("/health").at("claude").at("windows").isArray());
    }
  }
}
