package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.hangUp;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Reply;
import skyproxy.claude.messages.ClaudeFailures;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Leaks;
import skyproxy.testing.Replies;

/// Failures of the Messages API, and what becomes of them.
@Tag("core")
final class ApiFaultsTest {
  private static final String KEY = "sk-ant-api03-made-up-0123456789";
  private static final String MODEL = "claude-haiku-4-5-20251001";
  private static final String END = """
      {"type":"message_delta","delta":{"stop_reason":"end_turn"}}

      data: {"type":"message_stop"}""";

  private final FakeUpstream upstream = new FakeUpstream();
  private final ClaudeProvider claude = new ClaudeProvider(new ClaudeProvider.Setup(
      ClaudeMode.API_KEY, null, () -> KEY, upstream.uri(), MODEL, 2, Limits.DEFAULT));

  @AfterEach
  void close() {
    claude.close();
    upstream.close();
  }

  @Test
  void a_401_for_good_is_a_refused_credential_and_shows_in_health_until_a_call_succeeds() {
    upstream.answer(error(401, "authentication_error", "invalid x-api-key"), text());
    Failure.Unauthorized failure = assertInstanceOf(Failure.Unauthorized.class, ask());
    assertTrue(failure.message().contains("anthropic_api_key"), failure.message());
    assertEquals(1, upstream.requests().size());
    assertEquals(Health.State.UNAVAILABLE, claude.health().state());
    assertEquals(failure.message(), claude.health().message());
    Replies.all(open());
    assertTrue(claude.health().ready());
  }

  @Test
  void a_429_with_retry_after_says_for_how_long() {
    upstream.answer(error(429, "rate_limit_error", "Too fast").header("Retry-After", "7"));
    assertEquals(Duration.ofSeconds(7),
        assertInstanceOf(Failure.RateLimited.class, ask()).retryAfter());
  }

  @Test
  void a_429_without_retry_after_is_one_all_the_same() {
    upstream.answer(error(429, "rate_limit_error", "Too fast"));
    assertNull(assertInstanceOf(Failure.RateLimited.class, ask()).retryAfter());
  }

  @Test
  void a_plan_s_limit_says_until_when() {
    long soon = System.currentTimeMillis() / 1000 + 3_600;
    upstream.answer(error(429, "rate_limit_error", "Limit reached")
        .header("anthropic-ratelimit-unified-reset", Long.toString(soon)));
    Duration wait = assertInstanceOf(Failure.RateLimited.class, ask()).retryAfter();
    assertTrue(wait.toMinutes() > 50 && wait.toMinutes() <= 60, wait.toString());
  }

  @Test
  void a_529_is_an_overloaded_upstream() {
    upstream.answer(error(529, "overloaded_error", "Overloaded"));
    assertInstanceOf(Failure.Overloaded.class, ask());
  }

  @Test
  void a_500_with_html_is_broken_and_quotes_no_page() {
    upstream.answer(status(500).header("Content-Type", "text/html")
        .body("<html><body>Oops " + KEY + "</body></html>"));
    Failure.Broken failure = assertInstanceOf(Failure.Broken.class, ask());
    assertEquals(500, failure.status());
    assertFalse(failure.message().contains("<"), failure.message());
    assertFalse(failure.message().contains(KEY), failure.message());
  }

  @Test
  void the_words_of_a_gateway_in_shapes_of_its_own_are_told() {
    for (String body : List.of("{\"message\":\"no such path\"}", "{\"error\":\"no such path\"}",
        "{\"detail\":\"no such path\"}", "no such path",
        "{\"type\":\"error\",\"error\":{\"type\":\"x\",\"message\":\"no such path\"}}")) {
      upstream.answer(status(500).body(body));
      assertTrue(ask().message().endsWith("Anthropic says: no such path"), body);
    }
  }

  @Test
  void a_gateway_s_page_with_any_status_is_not_quoted() {
    for (int code : new int[] {400, 403, 404, 413, 502, 503, 504, 520, 302}) {
      upstream.answer(status(code).body("<!doctype html><p>" + KEY));
      String message = ask().message();
      assertFalse(message.contains("<") || message.contains(KEY), message);
    }
  }

  @Test
  void a_credential_in_an_error_is_masked() {
    upstream.answer(error(400, "invalid_request_error",
        "messages: no; key " + KEY + ", Bearer abc.def of someone@example.com"));
    String message = ask().message();
    assertTrue(message.contains("messages: no"), message);
    assertFalse(message.contains(KEY) || message.contains("abc.def")
        || message.contains("someone@"), message);
  }

  @Test
  void no_error_shows_a_credential_or_a_mail_address() {
    for (int status : new int[] {400, 402, 403, 404, 413, 422, 429, 500, 503, 529}) {
      upstream.answer(error(status, "some_error", Leaks.WORDS));
      Leaks.assertNone(ask().message());
    }
    upstream.answer(sse("""
        event: error
        data: {"type":"error","error":{"type":"api_error","message":"%s"}}

        """.formatted(Leaks.WORDS)));
    Leaks.assertNone(ask().message());
  }

  @Test
  void a_key_that_looks_like_none_is_masked_too() {
    try (ClaudeProvider other = new ClaudeProvider(new ClaudeProvider.Setup(ClaudeMode.API_KEY,
        null, () -> "gateway.key", upstream.uri(), MODEL, 2, Limits.DEFAULT))) {
      upstream.answer(error(401, "authentication_error", "no such key: gateway.key"));
      Failure failure = Replies.failure(other.open(Replies.says(MODEL, "Hail!")));
      assertInstanceOf(Failure.Unauthorized.class, failure);
      assertFalse(failure.message().contains("gateway.key"), failure.message());
      assertFalse(other.health().toString().contains("gateway.key"));
    }
  }

  @Test
  void refusals_keep_their_status_and_anthropic_s_name_for_them() {
    upstream.answer(error(400, "invalid_request_error", "messages: first must be user"));
    Failure.Rejected bad = assertInstanceOf(Failure.Rejected.class, ask());
    assertEquals(400, bad.status());
    assertEquals("invalid_request_error", bad.code());
    assertTrue(bad.message().contains("first must be user"));
    upstream.answer(error(402, "billing_error", "Pay"));
    assertEquals(402, assertInstanceOf(Failure.Rejected.class, ask()).status());
    upstream.answer(error(413, "request_too_large", "Too much"));
    assertEquals(413, assertInstanceOf(Failure.TooLong.class, ask()).status());
    upstream.answer(error(400, "invalid_request_error",
        "prompt is too long: 210000 tokens > 200000 maximum"));
    Failure.TooLong tooLong = assertInstanceOf(Failure.TooLong.class, ask());
    assertEquals("400 context_length_exceeded 210000 200000", tooLong.status() + " "
        + tooLong.code() + " " + tooLong.tokens() + " " + tooLong.limit());
  }

  @Test
  void an_empty_purse_and_a_spent_limit_are_told_by_their_words_whatever_the_status() {
    String purse = "Your credit balance is too low to access the Anthropic API.";
    for (int status : new int[] {400, 403, 500}) {
      upstream.answer(error(status, "invalid_request_error", purse));
      Failure.Rejected poor = assertInstanceOf(Failure.Rejected.class, ask());
      assertEquals(402, poor.status());
      assertTrue(poor.message().contains(purse) && poor.letsNextTry(), poor.message());
      upstream.answer(error(status, "invalid_request_error",
          "You have reached your specified API usage limits."));
      assertInstanceOf(Failure.RateLimited.class, ask());
    }
    upstream.answer(FakeUpstream.events("{\"type\":\"error\",\"error\":{\"type\":"
        + "\"invalid_request_error\",\"message\":\"" + purse + "\"}}"));
    assertEquals(402, assertInstanceOf(Failure.Rejected.class, ask()).status());
  }

  @Test
  void a_404_is_an_unknown_model_and_names_it() {
    upstream.answer(error(404, "not_found_error", "model: " + MODEL));
    assertTrue(assertInstanceOf(Failure.UnknownModel.class, ask()).message().contains(MODEL));
  }

  @Test
  void a_400_about_extra_usage_is_told_in_anthropic_s_words_and_the_model_left_alone() {
    upstream.answer(error(400, "invalid_request_error",
        "Third-party apps now draw from your extra usage, not your plan limits"));
    Failure.RateLimited failure = assertInstanceOf(Failure.RateLimited.class, ask());
    assertTrue(failure.message().contains("draw from your extra usage"), failure.message());
    assertEquals(Duration.ofMinutes(10), failure.retryAfter());
    assertTrue(failure.letsNextTry());
    assertEquals(1, upstream.requests().size());
    String direct = new ClaudeFailures(ClaudeMode.DIRECT, MODEL).of(400, "invalid_request_error",
        "Third-party apps now draw from your extra usage", null).message();
    assertTrue(direct.contains("--claude-mode cli"), direct);
  }

  @Test
  void a_connection_reset_before_headers_is_an_unreachable_upstream() {
    upstream.answer(hangUp());
    assertInstanceOf(Failure.Unreachable.class, ask());
  }

  @Test
  void a_reset_of_a_kept_connection_is_told_as_one_that_closed() {
    upstream.answer(text(), hangUp(), text());
    assertEquals(said(), Replies.text(open()));
    assertTrue(assertInstanceOf(Failure.Unreachable.class, ask()).closed());
    assertEquals(said(), Replies.text(open()));
    assertEquals(3, upstream.requests().size());
  }

  @Test
  void no_server_at_all_is_an_unreachable_upstream() {
    upstream.close();
    Failure.Unreachable failure = assertInstanceOf(Failure.Unreachable.class, ask());
    assertTrue(failure.message().contains(upstream.url()), failure.message());
  }

  @Test
  void a_stream_cut_in_the_middle_is_garbled_after_what_was_said() {
    Semaphore gate = new Semaphore(4);
    upstream.answer(text().gate(gate).dropAfter(5));
    try (Reply reply = open()) {
      assertEquals(new Event.Text("Ten septims"), Replies.next(reply));
      gate.release();
      assertInstanceOf(Failure.Garbled.class, Replies.failure(reply));
    }
    assertEquals(1, upstream.requests().size());
  }

  @Test
  void a_stream_that_stalls_is_quiet_and_cut_off_by_closing() throws Exception {
    upstream.answer(text().stallAfter(4));
    Reply reply = open();
    assertEquals(new Event.Text("Ten septims"), Replies.next(reply));
    Event event;
    do {
      event = reply.next(Duration.ofMillis(20));
    } while (event == Event.PULSE);
    assertEquals(Event.QUIET, event);
    reply.close();
    assertTrue(upstream.cuts().tryAcquire(20, TimeUnit.SECONDS));
  }

  @Test
  void a_malformed_event_is_garbled() {
    upstream.answer(sse("event: message_start\ndata: {\"type\":\"message_start\"\n\n"));
    assertInstanceOf(Failure.Garbled.class, ask());
  }

  @Test
  void one_malformed_event_between_words_is_passed_over_and_no_more() {
    assertEquals("Hail friend.", heard(said("Hail "), "{oops", said("friend."), END).text());
    assertEquals("friend.", heard(said("Hail "), "{oops", said("friend."), END).deltas().get(1));
    garbled(said("Hail "), "{oops", END);
    garbled(said("Hail "), "{oops");
    garbled(said("Hail "), "{oops", said("friend"), "[]", said("."), END);
    garbled("{oops", said("Hail "), said("friend."), END);
  }

  @Test
  void no_event_is_passed_over_in_an_answer_that_calls_tools() {
    String call = """
        {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1",\
        "name":"look","input":{}}}""";
    garbled(said("Hail "), call, "{oops", said("friend."), END);
    garbled(said("Hail "), "{oops", call, END);
  }

  private void garbled(String... data) {
    assertInstanceOf(Failure.Garbled.class, heard(data).failure());
  }

  private Replies.Heard heard(String... data) {
    upstream.answer(sse("data: " + String.join("\n\ndata: ", data) + "\n\n"));
    return Replies.ask(claude, Replies.says(MODEL, "Hail!"));
  }

  private static String said(String text) {
    return """
        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}"""
        .formatted(text);
  }

  @Test
  void an_error_event_after_a_200_means_what_its_status_would_have_meant() {
    upstream.answer(sse("""
        event: error
        data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

        """));
    assertInstanceOf(Failure.Overloaded.class, ask());
  }

  @Test
  void a_parameter_that_a_400_names_is_left_out_and_the_call_made_again_once() {
    upstream.answer(error(400, "invalid_request_error",
        "`temperature` is deprecated for this model."), text(), text());
    String hot = """
        {"model":"%s","temperature":0.5,"messages":[{"role":"user","content":"a"}]}"""
        .formatted(MODEL);
    assertEquals(said(), Replies.text(claude.open(Replies.request(hot))));
    assertEquals(said(), Replies.text(claude.open(Replies.request(hot))));
    assertEquals(3, upstream.requests().size());
    assertTrue(upstream.requests().get(0).text().contains("temperature"));
    assertFalse(upstream.requests().get(1).text().contains("temperature"));
    assertFalse(upstream.requests().get(2).text().contains("temperature"));
  }

  @Test
  void a_call_is_repeated_as_long_as_each_refusal_teaches_something_new() {
    String hot = """
        {"model":"%s","temperature":0.5,"top_k":4,"messages":[{"role":"user","content":"a"}]}"""
        .formatted(MODEL);
    upstream.answer(error(400, "invalid_request_error", "temperature: no"),
        error(400, "invalid_request_error", "top_k: no"), text());
    assertEquals(said(), Replies.text(claude.open(Replies.request(hot))));
    assertEquals(3, upstream.requests().size());
    upstream.answer(error(400, "invalid_request_error", "top_k: no"));
    assertInstanceOf(Failure.Rejected.class,
        Replies.failure(claude.open(Replies.request(hot))));
    assertEquals(4, upstream.requests().size());
  }

  @Test
  void a_reply_that_is_no_stream_is_read_whole() {
    upstream.answer(json("""
        {"type":"message","content":[{"type":"text",\
        "text":"Hail."}],"stop_reason":"end_turn","usage":{}}"""));
    assertEquals("Hail.", Replies.text(open()));
  }

  @Test
  void a_key_that_no_header_can_carry_is_not_shown() {
    try (ClaudeProvider odd = new ClaudeProvider(new ClaudeProvider.Setup(ClaudeMode.API_KEY,
        null, () -> "sk-ant-\u2026\nodd", upstream.uri(), MODEL, 2, Limits.DEFAULT))) {
      ChatException thrown =
          assertThrows(ChatException.class, () -> odd.open(Replies.says(MODEL, "Hail!")));
      assertInstanceOf(Failure.NotReady.class, thrown.failure());
      assertFalse(thrown.getMessage().contains("odd"), thrown.getMessage());
      assertNull(thrown.getCause());
    }
  }

  private Reply open() {
    return claude.open(Replies.says(MODEL, "Hail!"));
  }

  private Failure ask() {
    return Replies.failure(open());
  }

  private static String said() {
    return "Ten septims für die Nacht. Ночь\u2014夜 🐉\nACTION: RentRoom";
  }

  private static Answer text() {
    return sse(Fixtures.text("claude/text.sse"));
  }

  private static Answer error(int code, String type, String message) {
    return status(code).header("Content-Type", "application/json").body("""
        {"type":"error","error":{"type":"%s","message":"%s"}}""".formatted(type, message));
  }
}
