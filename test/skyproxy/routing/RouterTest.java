package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Health;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.testing.Replies;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.SkippingClock;
import skyproxy.testing.TestRoutes;

/// Which model answers: the table of ids, aliases, turns, preference, and who is passed over.
@Tag("core")
final class RouterTest {
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Failure BROKEN = new Failure.Broken(503, "It broke.");

  private final ScriptedProvider demo = ScriptedProvider.named("demo");
  private final ScriptedProvider claude = ScriptedProvider.named("claude");
  private final ScriptedProvider codex = ScriptedProvider.named("codex");
  private final ScriptedProvider openRouter = ScriptedProvider.named("openrouter");
  private final ScriptedProvider ollama = ScriptedProvider.named("ollama");
  private final SkippingClock clock = new SkippingClock();
  private Router router = router(Map.of());

  private Routes routes(Map<String, String> aliases) {
    return routes("claude-default", aliases, Map.of());
  }

  private Routes routes(String defaultModel, Map<String, String> aliases,
      Map<String, String> jobs) {
    return TestRoutes.of(defaultModel, aliases, jobs, claude, codex, openRouter, ollama, demo);
  }

  private Router router(Map<String, String> aliases) {
    return new Router(routes(aliases), clock);
  }

  static ChatRequest request(String model) {
    return ChatRequest.parse((Json.Obj) Json.parse("""
        {"model":%s,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""
        .formatted(new Json.Str(model))),
        ChatRequest.Caller.UNKNOWN);
  }

  private String ask(String model) {
    return ask(router, model);
  }

  /// Who answers.
  private static String ask(Router router, String model) {
    try (FailoverReply reply = router.open(request(model))) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      return reply.model();
    }
  }

  private List<String> ask(int times, String model) {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < times; i++) answers.add(ask(model));
    return answers;
  }

  private void wait(Duration time) {
    clock.skip(time);
  }

  @Test
  void an_id_leads_where_the_table_says() {
    for (String id : List.of("demo", "claude-x", "gpt-5.5", "codex-mini", "openai/gpt-4o",
        "deepseek/r1:free", "ollama:qwen3:8b", "ollama:hf.co/a/b", "o3", "lmstudio:x")) {
      assertEquals(id, ask(id));
    }
    assertEquals(List.of("demo"), demo.asked());
    assertEquals(List.of("claude-x", "o3", "lmstudio:x"), claude.asked());
    assertEquals(List.of("gpt-5.5", "codex-mini"), codex.asked());
    assertEquals(List.of("openai/gpt-4o", "deepseek/r1:free"), openRouter.asked());
    assertEquals(List.of("qwen3:8b", "hf.co/a/b"), ollama.asked());
  }

  @Test
  void nothing_or_nothing_but_separators_means_the_default_model() {
    for (String text : List.of("", "  ", ",", " , >,", "auto")) {
      assertEquals("claude-default", ask(text));
    }
  }

  @Test
  void a_list_takes_turns_and_ignores_blanks_and_empty_entries() {
    assertEquals(List.of("a", "b", "a", "b"), ask(4, " a ,, b ,"));
  }

  @Test
  void a_model_named_twice_has_two_turns_and_is_asked_once_for_a_request() {
    assertEquals(List.of("a", "a", "b", "a", "a", "b"), ask(6, "a, a, b"));
    claude.on("a", BROKEN);
    claude.on("b", BROKEN);
    assertThrows(ChatException.class, () -> ask("a, a, b"));
    assertEquals(8, claude.asked().size());
  }

  @Test
  void each_distinct_list_counts_for_itself() {
    assertEquals("a", ask("a, b"));
    assertEquals("a", ask("a, c"));
    assertEquals("b", ask("a,b"));
    assertEquals("c", ask("a,c"));
  }

  @Test
  void the_preferred_model_always_answers_as_long_as_it_can() {
    assertEquals(List.of("a", "a", "a"), ask(3, "a > b"));
    claude.on("a", BROKEN);
    assertEquals("b", ask("a > b"));
  }

  @Test
  void a_list_before_a_preference_takes_turns_and_what_is_behind_it_is_for_when_both_fail() {
    assertEquals(List.of("a", "b", "a"), ask(3, "a, b > c"));
    claude.on("a", BROKEN).on("b", BROKEN);
    assertEquals("c", ask("a, b > c"));
  }

  @Test
  void a_list_that_is_only_the_second_choice_shares_out_what_reaches_it() {
    claude.on("a", BROKEN);
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      if (i % 2 == 0) claude.on("a", BROKEN);
      else claude.on("a", new Event.Text("aye"), END);
      answers.add(ask("a > b, c"));
    }
    assertEquals(List.of("b", "a", "c", "a", "b", "a", "c", "a"), answers);
  }

  @Test
  void an_alias_stands_for_its_text_also_by_way_of_another() {
    router = router(Map.of("lydia", "fast > smart", "fast", "a, b", "smart", "c"));
    assertEquals(List.of("a", "b", "a"), ask(3, "lydia"));
    claude.on("a", BROKEN).on("b", BROKEN);
    assertEquals("c", ask("lydia"));
  }

  @Test
  void an_alias_in_a_list_has_one_turn_and_shares_it_out() {
    router = router(Map.of("pair", "a, b"));
    assertEquals(List.of("a", "c", "b", "c", "a"), ask(5, "pair, c"));
  }

  @Test
  void an_alias_wins_over_everything_else_that_its_name_could_mean() {
    router = router(Map.of("gpt-4", "claude-x", "x/y", "gpt-5", "demo", "claude-z"));
    assertEquals("claude-x", ask("gpt-4"));
    assertEquals("gpt-5", ask("x/y"));
    assertEquals("claude-z", ask("demo"));
  }

  @Test
  void an_alias_that_leads_back_to_itself_is_refused() {
    Exception e = assertThrows(IllegalArgumentException.class,
        () -> routes(Map.of("a", "x > b", "b", "c", "c", "y, a")));
    assertTrue(e.getMessage().contains("->"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> routes(Map.of("a", "a")));
    assertThrows(IllegalArgumentException.class, () -> routes(Map.of("claude-default", "auto")));
  }

  @Test
  void an_alias_for_nothing_is_an_unknown_model() {
    router = router(Map.of("void", ","));
    ChatException e = assertThrows(ChatException.class, () -> ask("void"));
    assertTrue(e.failure() instanceof Failure.UnknownModel);
  }

  @Test
  void a_failed_attempt_does_not_advance_the_turn() {
    claude.on("a", BROKEN);
    assertEquals("b", ask("a, b"));
    claude.on("a", new Event.Text("aye"), END);
    assertEquals(List.of("a", "b", "a", "b"), ask(4, "a, b"));
  }

  @Test
  void a_single_failure_does_not_shut_a_model_out_and_two_in_a_row_do_for_a_while() {
    claude.on("a", BROKEN);
    ask("a, b");
    ask("a, b");
    assertEquals(List.of("a", "b", "a", "b"), claude.asked());
    assertEquals(List.of("b", "b", "b"), ask(3, "a, b"));
    wait(Duration.ofSeconds(31));
    claude.on("a", new Event.Text("aye"), END);
    assertEquals("a", ask("a, b"));
  }

  @Test
  void what_is_about_one_request_alone_rests_nobody() {
    for (Failure failure : List.of(new Failure.TooLong(400, "n", null, null, 9_000, 8_000),
        new Failure.TooLong(413, "n", null, null, null, null), new Failure.NotLoaded("n", true),
        new Failure.Unsuited(502, "n", null, null, false))) {
      claude.on("a", failure);
      assertEquals(List.of("b", "b", "b"), ask(3, "a > b"));
      claude.on("a", new Event.Text("aye"), END);
      assertEquals("a", ask("a > b"), failure.toString());
    }
  }

  @Test
  void models_that_do_not_exist_do_not_draw_the_traffic() {
    claude.on("a", new Failure.Rejected(404, "No such model.", null, null));
    ask(20, "a, b");
    assertEquals(1, claude.asked().stream().filter("a"::equals).count());
  }

  @Test
  void a_rate_limited_model_is_passed_over_until_the_time_it_asked_for() {
    claude.on("a", new Failure.RateLimited("Slow down.", Duration.ofSeconds(7)));
    assertEquals("b", ask("a > b"));
    claude.on("a", new Event.Text("aye"), END);
    wait(Duration.ofSeconds(6));
    assertEquals("b", ask("a > b"));
    wait(Duration.ofSeconds(2));
    assertEquals("a", ask("a > b"));
  }

  @Test
  void a_rest_is_ten_minutes_at_the_most_and_thirty_seconds_for_who_is_not_paid_or_not_known() {
    List<Failure> unpaid = List.of(new Failure.Unauthorized("Who?", null),
        new Failure.Rejected(402, "Pay.", null, null));
    claude.on("b", new Failure.RateLimited("Slow down.", Duration.ofHours(5)));
    ask("b > c");
    claude.on("b", new Event.Text("aye"), END);
    for (Failure failure : unpaid) {
      claude.on("a", failure);
      ask("a > c");
      claude.on("a", new Event.Text("aye"), END);
      wait(Duration.ofSeconds(29));
      assertEquals("c", ask("a > c"));
      wait(Duration.ofSeconds(2));
      assertEquals("a", ask("a > c"));
    }
    assertEquals("c", ask("b > c"));
    wait(Duration.ofMinutes(10));
    assertEquals("b", ask("b > c"));
  }

  @Test
  void a_resting_model_is_asked_all_the_same_when_nobody_else_can_serve() {
    claude.on("a", new Failure.RateLimited("Slow down.", null));
    assertThrows(ChatException.class, () -> ask("a"));
    claude.on("a", new Event.Text("aye"), END);
    assertEquals("a", ask("a"));
  }

  @Test
  void a_success_ends_a_rest_early() {
    claude.on("a", new Failure.RateLimited("Slow down.", null));
    ask("a > b");
    claude.on("a", new Event.Text("aye"), END);
    assertEquals("b", ask("a > b"));
    assertEquals("a", ask("a"));
    assertEquals("a", ask("a > b"));
  }

  @Test
  void new_settings_end_every_rest() {
    claude.on("a", new Failure.Unauthorized("The key is wrong.", null));
    ask("a > b");
    claude.on("a", new Event.Text("aye"), END);
    router.update(routes(Map.of()));
    assertEquals("a", ask("a > b"));
  }

  @Test
  void one_that_starts_when_asked_is_asked_like_one_that_is_ready() {
    claude.in(Health.State.ASLEEP);
    assertEquals("claude-x", ask("claude-x > gpt-5"));
  }

  @Test
  void the_first_request_after_a_long_pause_is_told_of_and_no_other() {
    AtomicInteger told = new AtomicInteger();
    router.afterPause(told::incrementAndGet);
    ask("claude-x");
    clock.skip(Router.PAUSE.minusMinutes(1));
    ask("claude-x");
    clock.skip(Router.PAUSE.plusMinutes(1));
    ask("claude-x");
    ask("claude-x");
    Replies.until("it is told", () -> told.get() == 1);
  }

  @Test
  void a_provider_that_is_not_ready_comes_last() {
    claude.in(Health.State.WARMING);
    assertEquals("gpt-5", ask("claude-x > gpt-5"));
    assertEquals("claude-x", ask("claude-x"));
  }

  @Test
  void those_left_share_evenly_while_one_rests() {
    claude.on("a", new Failure.RateLimited("Slow down.", null));
    ask(21, "a, b, c");
    assertEquals(1, claude.asked().stream().filter("a"::equals).count());
    assertEquals(11, claude.asked().stream().filter("b"::equals).count(), 1);
    assertEquals(10, claude.asked().stream().filter("c"::equals).count(), 1);
  }

  @Test
  void a_model_that_failed_many_at_once_does_not_get_all_that_come_after() {
    claude.on("a", BROKEN);
    List<FailoverReply> open = new ArrayList<>();
    for (int i = 0; i < 40; i++) open.add(router.open(request("a, b")));
    for (FailoverReply reply : open) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      reply.close();
    }
    wait(Duration.ofMinutes(1));
    claude.on("a", new Event.Text("aye"), END);
    long a = ask(20, "a, b").stream().filter("a"::equals).count();
    assertTrue(a >= 10 && a <= 11, a + " of 20");
  }

  @Test
  void a_hundred_requests_at_once_get_even_shares() throws InterruptedException {
    var answers = new ConcurrentLinkedQueue<String>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) pool.submit(() -> answers.add(ask("a, b")));
    }
    Map<String, Integer> shares = new TreeMap<>();
    answers.forEach(answer -> shares.merge(answer, 1, Integer::sum));
    assertEquals(Map.of("a", 50, "b", 50), shares);
  }

  @Test
  void auto_goes_by_the_job_and_an_empty_model_does_not() {
    Routes table = routes("claude-default", Map.of("quick", "gpt-mini"),
        Map.of("mood", "quick > b", "other", "ollama:x"));
    Router byJob = new Router(table, clock);
    assertEquals("ollama:x", ask(byJob, "auto"));
    assertEquals("claude-default", ask(byJob, ""));
    ChatRequest mood = ChatRequest.parse((Json.Obj) Json.parse("""
        {"model":"auto","messages":[\
        {"role":"system","content":"You are an AI mood analyzer for Skyrim."},\
        {"role":"user","content":"Hm."}]}"""), ChatRequest.Caller.UNKNOWN);
    try (FailoverReply reply = byJob.open(mood)) {
      reply.next(Duration.ofSeconds(5));
      assertEquals("gpt-mini", reply.model());
    }
  }

  @Test
  void what_would_lead_auto_back_to_itself_is_refused() {
    assertThrows(IllegalArgumentException.class,
        () -> routes("auto", Map.of(), Map.of()));
    assertThrows(IllegalArgumentException.class,
        () -> routes("a", Map.of("x", "auto"), Map.of("mood", "b, x")));
  }
}
