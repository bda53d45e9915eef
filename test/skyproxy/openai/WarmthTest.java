package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.json;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Limits;
import skyproxy.chat.Price;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.settings.Settings;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;

/// Models that are kept loaded, and what goes into every request besides.
final class WarmthTest {
  private static final String REPLY = """
      {"choices":[{"index":0,"message":{"role":"assistant","content":"A"},\
      "finish_reason":"length"}]}""";

  private final Semaphore asked = new Semaphore(0);
  private final FakeUpstream fake = new FakeUpstream().answer(request -> {
    asked.release();
    return json(REPLY);
  });
  private OpenAiProvider provider;

  @AfterEach
  void close() {
    provider.close();
    fake.close();
  }

  private void provider(List<String> models, boolean warm, Duration pause) {
    provider = OpenAiProvider.configured(new Settings.Server("l", URI.create(fake.url() + "/v1"),
        null, models, List.of("top_k"), (Json.Obj) Json.parse("""
            {"top_k":7,"chat_template_kwargs":{"a":1}}"""), warm, Limits.DEFAULT), pause);
  }

  private Json.Obj last() {
    return fake.requests().getLast().json();
  }

  private void ask(String model, String more) {
    ChatRequest request = ChatRequest.parse((Json.Obj) Json.parse("""
        {"messages":[{"role":"user","content":"Who?"}]%s}""".formatted(more)),
        ChatRequest.Caller.UNKNOWN).withModel(model);
    try (Reply reply = provider.open(request)) {
      while (reply.next(Duration.ofSeconds(20)) != null) {
        // It is the request that counts here.
      }
    }
  }

  private void awaitRequests(int count) throws InterruptedException {
    assertTrue(asked.tryAcquire(count, 20, TimeUnit.SECONDS), fake.requests().toString());
  }

  @Test
  void members_are_added_where_the_game_does_not_send_them_or_must_not() {
    provider(List.of(), false, Warmth.PAUSE);
    ask("m", ",\"top_k\":1");
    assertEquals("{\"a\":1}", last().get("chat_template_kwargs").toString());
    assertEquals("7", last().get("top_k").toString());
    ask("m", ",\"chat_template_kwargs\":{\"b\":2}");
    assertEquals("{\"b\":2}", last().get("chat_template_kwargs").toString());
  }

  @Test
  void the_first_of_the_models_is_asked_for_a_token_at_the_start_and_after_each_pause()
      throws Exception {
    provider(List.of("first", "second"), true, Duration.ofMillis(20));
    awaitRequests(3);
    for (Received each : fake.requests()) {
      assertEquals("\"first\"", each.json().get("model").toString());
      assertEquals("1", each.json().get("max_tokens").toString());
      assertEquals("{\"a\":1}", each.json().get("chat_template_kwargs").toString());
    }
  }

  @Test
  void what_is_paid_by_the_token_is_asked_for_none_by_itself() throws Exception {
    var price = Price.of(Price.Tier.perMillion(Long.MAX_VALUE, BigDecimal.ONE, BigDecimal.TWO));
    provider = OpenAiProvider.configured(new Settings.Server("l", URI.create(fake.url() + "/v1"),
        null, List.of("dear"), List.of(), Json.Obj.builder().build(), true, Map.of("dear", price),
        Limits.DEFAULT), Duration.ofMillis(1));
    assertTrue(!asked.tryAcquire(1, 200, TimeUnit.MILLISECONDS));
    ask("dear", "");
    awaitRequests(1);
    assertTrue(!asked.tryAcquire(1, 200, TimeUnit.MILLISECONDS));
  }

  @Test
  void where_no_model_is_named_the_one_that_was_asked_last_is_kept() throws Exception {
    provider(List.of(), true, Duration.ofMillis(20));
    ask("m", "");
    awaitRequests(3);
    assertTrue(fake.requests().stream()
        .allMatch(each -> each.json().get("model").toString().equals("\"m\"")));
  }

  @Test
  void nothing_is_asked_while_a_request_waits_nor_where_nobody_wants_it() throws Exception {
    provider(List.of("m"), false, Duration.ZERO);
    Warmth warmth = new Warmth(null, Duration.ZERO, _ -> asked.release());
    Warmth.Visit visit = warmth.begin("m");
    assertTrue(!asked.tryAcquire(1, 100, TimeUnit.MILLISECONDS));
    visit.end();
    awaitRequests(2);
    warmth.close();
    assertEquals(0, fake.requests().size());
  }
}
