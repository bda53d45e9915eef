package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.events;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Cost;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.settings.Settings;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;

/// Requests as OpenRouter and configured servers receive them, over real connections.
@Tag("core")
final class OpenAiProviderTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  /// Two events: who speaks, and what was said.
  private static final String DONE = "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
      + "\"content\":\"Aye\"},\"finish_reason\":\"stop\"}]}";
  private static final String GAME = "{\"model\":\"x/y\",\"temperature\":1.0,\"top_k\":0,"
      + "\"odd\":[1e400,{\"z\":1,\"a\":12345678901234567890}],\"stream\":true,"
      + "\"provider\":{\"sort\":\"latency\"},\"messages\":[{\"role\":\"system\","
      + "\"content\":\"Hi\"},{\"content\":\"Zażółć 🐉 \\ud83d\",\"role\":\"user\"},"
      + "{\"role\":\"user\",\"content\":\"\"}]}";
  /// Half an emoji is refused by every server.
  private static final String SENT = GAME.replace("x/y", "real").replace("\\ud83d", "\uFFFD")
      .replaceFirst("}$", ",\"usage\":{\"include\":true}}");

  private final FakeUpstream fake = new FakeUpstream().answer(events(DONE, "[DONE]"));
  private final AtomicReference<String> key = new AtomicReference<>("sk-made-up");
  private final Provider openRouter =
      OpenRouter.provider(URI.create(fake.url() + "/api/v1"), key::get, Limits.DEFAULT);
  private final Provider ollama = OpenAiProvider.configured(new Settings.Server("ollama",
      URI.create(fake.url() + "/v1"), null, List.of("named"), List.of("top_k", "odd"),
      Json.Obj.builder().build(), false, Limits.DEFAULT));

  @AfterEach
  void close() {
    openRouter.close();
    ollama.close();
    fake.close();
  }

  private static ChatRequest request(String json, ChatRequest.Caller caller) {
    return ChatRequest.parse((Json.Obj) Json.parse(json), caller);
  }

  private static List<Event> ask(Provider provider, String json, ChatRequest.Caller caller) {
    List<Event> events = new ArrayList<>();
    try (Reply reply = provider.open(request(json, caller).withModel("real"))) {
      for (Event event; (event = reply.next(LONG)) != null; ) {
        if (!(event instanceof Event.Idle)) events.add(event);
      }
    }
    return events;
  }

  private Received ask(Provider provider, ChatRequest.Caller caller) {
    ask(provider, GAME, caller);
    return fake.requests().getLast();
  }

  private Received ask(Provider provider) {
    return ask(provider, ChatRequest.Caller.UNKNOWN);
  }

  @Test
  void what_openrouter_lists_as_free_costs_what_a_reply_tells_and_what_it_takes_for_a_request() {
    fake.answer(json("""
        {"data":[{"id":"a/call","pricing":{"prompt":"0","completion":"0","request":"0.01"}},
        {"id":"a/free","pricing":{"prompt":"0","completion":"0","request":"0"}}]}"""));
    openRouter.models(LONG);
    Usage untold = new Usage(9, 9, 0, 0);
    Usage told = new Usage(9, 9, 0, 0, 0, 0, new BigDecimal("0.02"));
    Cost twoCents = new Cost(new BigDecimal("0.02"), false);
    assertFalse(openRouter.price("a/call").free());
    assertEquals(0, new BigDecimal("0.01").compareTo(
        openRouter.price("a/call").cost(untold, true).usd()));
    for (String free : List.of("a/free", "a/unlisted:free")) {
      assertTrue(openRouter.price(free).free());
      assertNull(openRouter.price(free).cost(untold, true));
    }
    for (String any : List.of("a/call", "a/free", "a/unlisted:free", "a/unlisted")) {
      assertEquals(twoCents, openRouter.price(any).cost(told, true), any);
    }
  }

  @Test
  void the_body_goes_on_as_it_came_with_the_model_changed_and_the_cost_asked_for() {
    Received received = ask(openRouter);
    assertEquals("POST /api/v1/chat/completions", received.method() + " " + received.path());
    assertEquals(SENT, received.text());
    assertEquals("application/json", received.header("Content-Type"));
    assertNull(received.header("Upgrade"));
  }

  @Test
  void a_limit_of_nothing_is_left_out_and_numbers_out_of_range_are_the_servers_business() {
    ask(openRouter, GAME.replace("\"top_k\":0",
        "\"max_tokens\":0,\"max_completion_tokens\":-1,\"top_p\":7,\"top_k\":-3"),
        ChatRequest.Caller.UNKNOWN);
    assertEquals(SENT.replace("\"top_k\":0", "\"top_p\":7,\"top_k\":-3"),
        fake.requests().getLast().text());
  }

  @Test
  void members_that_a_server_must_not_see_are_left_out() {
    Json.Obj body = ask(ollama).json();
    assertEquals(List.of("model", "temperature", "stream", "provider", "messages"),
        List.copyOf(body.members().keySet()));
  }

  @Test
  void openrouter_gets_the_players_key_and_who_calls() {
    Received received = ask(openRouter);
    assertEquals("Bearer sk-made-up", received.header("Authorization"));
    assertEquals("SkyrimNet Proxy", received.header("X-Title"));
    assertEquals("http://localhost", received.header("HTTP-Referer"));
    received = ask(openRouter, new ChatRequest.Caller("https://mod.invalid", "SkyrimNet"));
    assertEquals("SkyrimNet", received.header("X-Title"));
    assertEquals("https://mod.invalid", received.header("HTTP-Referer"));
    received = ask(openRouter, new ChatRequest.Caller(" ", "a\nX-Bad: b"));
    assertEquals("SkyrimNet Proxy", received.header("X-Title"));
    assertNull(received.header("X-Bad"));
  }

  @Test
  void a_server_without_a_key_gets_none_and_nothing_of_ours() {
    Received received = ask(ollama);
    for (String name : List.of("Authorization", "X-Title", "HTTP-Referer")) {
      assertNull(received.header(name), name);
    }
  }

  @Test
  void a_new_key_is_used_from_the_next_request_on() {
    ask(openRouter);
    key.set("sk-other");
    assertEquals("Bearer sk-other", ask(openRouter).header("Authorization"));
    key.set(null);
    Failure failure = assertThrows(ChatException.class, () -> ask(openRouter)).failure();
    assertInstanceOf(Failure.NotReady.class, failure);
    assertTrue(failure.message().contains("openrouter.ai/keys"), failure.message());
    assertEquals(Health.State.UNAVAILABLE, openRouter.health().state());
    assertEquals(List.of(), openRouter.models(LONG));
    key.set("sk-\n");
    assertInstanceOf(Failure.NotReady.class,
        assertThrows(ChatException.class, () -> ask(openRouter)).failure());
  }

  @Test
  void a_refused_parameter_is_left_out_for_that_model_from_then_on() {
    fake.answer(received -> received.json().get("top_k") != null
        ? status(400).body("""
            {"error":{"message":"Unsupported parameter: 'top_k'"}}""")
        : events(DONE, "[DONE]"));
    assertEquals(2, ask(openRouter, GAME, ChatRequest.Caller.UNKNOWN).size());
    assertEquals(2, fake.requests().size());
    assertEquals(SENT.replace("\"top_k\":0,", ""), ask(openRouter).text());
    assertEquals(3, fake.requests().size());
  }

  @Test
  void a_parameter_may_be_named_by_the_error_itself_or_by_its_place_in_the_body() {
    fake.answer(received -> received.json().get("provider") != null
        ? status(400).body("""
            {"error":{"message":"no","param":"provider"}}""")
        : received.json().get("odd") == null ? events(DONE, "[DONE]")
        : status(422).body("""
            {"detail":[{"loc":["body","odd"],"msg":"extra"},\
            {"loc":["body","top_k"],"msg":"extra"}]}"""));
    assertEquals(2, ask(openRouter, GAME, ChatRequest.Caller.UNKNOWN).size());
    assertEquals(3, fake.requests().size());
    assertEquals(List.of("model", "temperature", "stream", "messages", "usage"),
        List.copyOf(fake.requests().getLast().json().members().keySet()));
  }

  @Test
  void a_model_that_will_not_continue_the_assistant_gets_a_turn_of_the_user() {
    String game = """
        {"model":"x/y","stream":true,"messages":[\
        {"role":"user","content":"Hi"},{"role":"assistant","content":"A"}]}""";
    fake.answer(received -> received.text().contains("Continue.") ? events(DONE, "[DONE]")
        : status(400).body("""
            {"error":{"message":"This model does not support prefill."}}"""));
    for (int requests = 2; requests <= 3; requests++) {
      assertEquals(2, ask(openRouter, game, ChatRequest.Caller.UNKNOWN).size());
      assertEquals(requests, fake.requests().size());
    }
    assertTrue(fake.requests().getLast().text().contains("""
        "A"},{"role":"user","content":"Continue."}],"""));
  }

  @Test
  void a_refusal_that_names_no_parameter_we_sent_is_not_tried_again() {
    fake.answer(status(400).body("{\"error\":{\"message\":\"This model's maximum context length"
        + " is 8192 tokens\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"));
    assertInstanceOf(Failure.TooLong.class,
        assertThrows(ChatException.class, () -> ask(openRouter)).failure());
    assertEquals(1, fake.requests().size());
    for (String error : List.of(
        "{\"error\":{\"message\":\"filtered\",\"param\":\"prompt\",\"code\":\"content_filter\"}}",
        "{\"error\":{\"message\":\"top_k last message\",\"code\":\"content_policy_violation\"}}",
        "{\"error\":{\"message\":\"the provider says 'min_p' is odd to stream\"}}", "no")) {
      fake.answer(status(400).body(error));
      int before = fake.requests().size();
      assertInstanceOf(Failure.Rejected.class,
          assertThrows(ChatException.class, () -> ask(openRouter)).failure());
      assertEquals(before + 1, fake.requests().size());
    }
  }

  @Test
  void what_refuses_again_is_not_asked_a_third_time() {
    fake.answer(status(400).body("""
        {"error":{"message":"temperature, top_k: no"}}"""));
    assertThrows(ChatException.class, () -> ask(openRouter));
    assertEquals(2, fake.requests().size());
  }

  @Test
  void a_connection_that_breaks_behind_the_end_of_a_reply_takes_nothing_back() throws Exception {
    fake.answer(events(DONE).dropAfter(1));
    assertEquals(2, ask(openRouter, GAME, ChatRequest.Caller.UNKNOWN).size());
    fake.answer(events(DONE.replace("\"stop\"", "null")).dropAfter(1));
    ChatException broken = assertThrows(ChatException.class, () -> ask(openRouter));
    assertInstanceOf(Failure.Garbled.class, broken.failure());
  }

  @Test
  void a_stream_that_stays_open_behind_done_is_over_all_the_same() throws Exception {
    fake.answer(events(DONE, "[DONE]").stallAfter(2));
    assertEquals(2, ask(openRouter, GAME, ChatRequest.Caller.UNKNOWN).size());
    assertTrue(fake.cuts().tryAcquire(20, TimeUnit.SECONDS), "and cut off in the end");
  }

  @Test
  void a_connection_is_used_again_after_a_stream_that_ended_well() {
    for (int i = 0; i < 5; i++) ask(openRouter);
    assertEquals(5, fake.requests().size());
    assertTrue(fake.connections() < 5, fake.connections() + " connections");
  }

  @Test
  void a_server_asked_not_to_stream_may_take_the_time_of_its_tokens() {
    String body = """
        {"messages":[{"role":"user","content":"Hi"}]%s}""";
    ChatRequest whole = request(body.formatted(""), ChatRequest.Caller.UNKNOWN);
    assertEquals(Duration.ofSeconds(90), ollama.firstEvent(whole));
    whole = request(body.formatted(",\"max_tokens\":4000"), ChatRequest.Caller.UNKNOWN);
    assertEquals(Duration.ofSeconds(130), ollama.firstEvent(whole));
    ChatRequest streamed = request(body.formatted(",\"stream\":true,\"max_tokens\":4000"),
        ChatRequest.Caller.UNKNOWN);
    assertEquals(Duration.ofSeconds(30), ollama.firstEvent(streamed));
  }

  @Test
  void a_servers_own_list_joins_the_models_that_were_named() {
    fake.answer(json("""
        {"object":"list","data":[{"id":"qwen3:8b","created":17,\
        "owned_by":"library"},{"id":"plain"},{"id":" "},{},7]}"""));
    assertEquals(List.of(new Model("ollama:named", 0, "ollama"),
        new Model("ollama:qwen3:8b", 17, "library"), new Model("ollama:plain", 0, "ollama")),
        ollama.models(LONG));
    assertEquals("GET /v1/models", fake.requests().getFirst().method() + " "
        + fake.requests().getFirst().path());
    assertEquals(List.of("qwen3:8b", "plain"),
        openRouter.models(LONG).stream().map(model -> model.id()).toList());
  }

  @Test
  void a_list_is_fetched_once_for_many_who_ask_and_nobody_waits_for_it_twice() {
    fake.answer(json("[{\"id\":\"a\"}]").after(Duration.ofMillis(50)));
    assertEquals(1, ollama.models().size());
    for (int i = 0; i < 9; i++) ollama.models();
    assertEquals(2, ollama.models(LONG).size());
    assertEquals(2, ollama.models().size());
    assertEquals(1, fake.requests().size());
  }

  @Test
  void a_server_that_has_no_list_or_does_not_answer_keeps_nobody() {
    fake.answer(FakeUpstream.silence());
    assertEquals(1, ollama.models(Duration.ofMillis(20)).size());
    try (Provider away = OpenAiProvider.configured(new Settings.Server("away",
        URI.create("http://127.0.0.1:9"), null, List.of("m"), List.of(),
        Json.Obj.builder().build(), false, Limits.DEFAULT))) {
      assertEquals("away:m", away.models(LONG).getFirst().id());
      assertFalse(away.models(LONG).size() > 1);
    }
  }
}
