package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Replies;

/// The modes of Claude, and what is reported of them.
final class ClaudeProviderTest {
  private static final String MODEL = "claude-sonnet-5-5";

  private final FakeUpstream upstream = new FakeUpstream();
  private final AtomicReference<String> key = new AtomicReference<>("sk-ant-made-up");
  private ClaudeProvider claude;

  @AfterEach
  void close() {
    if (claude != null) claude.close();
    upstream.close();
  }

  @Test
  void a_call_by_key_carries_the_key_and_the_version() {
    upstream.answer(sse(Fixtures.text("claude/text.sse")));
    start(ClaudeMode.API_KEY, upstream.uri());
    Replies.all(claude.open(Replies.says(MODEL, "Hail!")));
    Received call = upstream.requests().getFirst();
    assertEquals("POST", call.method());
    assertEquals("/v1/messages", call.path());
    assertEquals("sk-ant-made-up", call.header("x-api-key"));
    assertEquals("2023-06-01", call.header("anthropic-version"));
    assertEquals("application/json", call.header("content-type"));
    assertEquals(null, call.header("accept-encoding"));
    assertEquals(null, call.header("authorization"));
  }

  @Test
  void the_address_may_end_in_a_slash_or_in_v1() {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    for (String end : List.of("/", "/v1", "/v1/", "/below")) {
      start(ClaudeMode.API_KEY, URI.create(upstream.url() + end));
      Replies.all(claude.open(Replies.says(MODEL, "Hail!")));
      claude.close();
    }
    assertEquals(List.of("/v1/messages", "/v1/messages", "/v1/messages", "/below/v1/messages"),
        upstream.requests().stream().map(Received::path).toList());
  }

  @Test
  void the_first_delta_is_out_before_the_upstream_sends_its_second() {
    Semaphore gate = new Semaphore(4);
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(gate));
    start(ClaudeMode.API_KEY, upstream.uri());
    try (Reply reply = claude.open(Replies.says(MODEL, "Hail!"))) {
      assertEquals(new Event.Text("Ten septims"), Replies.next(reply));
      gate.release(100);
      assertInstanceOf(Event.Text.class, Replies.next(reply));
    }
  }

  @Test
  void one_connection_serves_one_call_after_the_other() {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    start(ClaudeMode.API_KEY, upstream.uri());
    for (int i = 0; i < 3; i++) Replies.all(claude.open(Replies.says(MODEL, "Hail!")));
    assertEquals(1, upstream.connections());
  }

  @Test
  void auto_goes_by_key_as_soon_as_there_is_one() {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    key.set(null);
    start(ClaudeMode.AUTO, upstream.uri());
    assertFalse(claude.health().ready());
    Failure refused = assertThrows(ChatException.class,
        () -> Replies.all(claude.open(Replies.says(MODEL, "Hail!")))).failure();
    assertInstanceOf(Failure.NotReady.class, refused);
    key.set("sk-ant-made-up");
    assertTrue(claude.health().ready());
    assertEquals("""
        {"path":null,"auth_cached":true,"mode":"api-key","error":null}""",
        claude.health().details().toString());
    Replies.all(claude.open(Replies.says(MODEL, "Hail!")));
  }

  @Test
  void without_a_key_the_mode_api_key_says_where_to_put_one() {
    key.set(" ");
    start(ClaudeMode.API_KEY, upstream.uri());
    Failure failure = Replies.failure(claude.open(Replies.says(MODEL, "Hail!")));
    assertTrue(assertInstanceOf(Failure.NotReady.class, failure).message()
        .contains("anthropic_api_key"));
    assertTrue(claude.health().details().toString().contains("anthropic_api_key"));
  }

  @Test
  void without_the_cli_the_modes_that_need_it_say_that_it_is_switched_off() {
    for (ClaudeMode mode : List.of(ClaudeMode.CLI, ClaudeMode.DIRECT)) {
      start(mode, upstream.uri());
      Failure refused = assertThrows(ChatException.class,
          () -> claude.open(Replies.says(MODEL, "Hail!"))).failure();
      assertTrue(assertInstanceOf(Failure.NotReady.class, refused).message()
          .contains("switched off"));
      assertEquals(refused.message(), claude.health().message());
      assertEquals(Json.NULL, claude.health().details().get("path"));
      assertEquals(new Json.Bool(false), claude.health().details().get("auth_cached"));
      claude.close();
    }
  }

  @Test
  void a_new_way_leaves_running_replies_alone() {
    Semaphore gate = new Semaphore(4);
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(gate));
    start(ClaudeMode.API_KEY, upstream.uri());
    Reply reply = claude.open(Replies.says(MODEL, "Hail!"));
    Replies.next(reply);
    claude.use(ClaudeMode.DIRECT);
    gate.release(100);
    assertInstanceOf(Event.Finish.class, Replies.all(reply).getLast());
    assertTrue(claude.health().details().toString().contains("\"mode\":\"direct\""));
  }

  @Test
  void models_are_those_known_and_those_that_the_api_lists() {
    upstream.answer(call -> call.path().startsWith("/v1/models")
        ? json("""
            {"data":[{"type":"model","id":"claude-new-9",\
            "created_at":"2026-11-01T00:00:00Z"}],"has_more":false}""") : status(500));
    start(ClaudeMode.API_KEY, upstream.uri());
    assertEquals(new Model("claude-new-9", 1_793_491_200, "anthropic"),
        claude.models(Duration.ofSeconds(20)).getFirst());
    List<String> ids = claude.models().stream().map(Model::id).toList();
    assertTrue(ids.containsAll(List.of(MODEL, "claude-sonnet-4-5-20250929",
        "claude-haiku-4-5-20251001")), ids.toString());
  }

  @Test
  void models_that_can_t_be_listed_keep_nobody_waiting() {
    upstream.answer(FakeUpstream.silence());
    start(ClaudeMode.API_KEY, upstream.uri());
    assertTrue(claude.models().stream().anyMatch(model -> model.id().equals(MODEL)));
    assertTrue(claude.models(Duration.ofMillis(1)).size() > 5);
  }

  @Test
  void health_and_errors_never_show_the_key() {
    upstream.answer(status(401).body("{\"type\":\"error\",\"error\":{\"type\":"
        + "\"authentication_error\",\"message\":\"bad key sk-ant-made-up\"}}"));
    start(ClaudeMode.API_KEY, upstream.uri());
    Failure refused = Replies.failure(claude.open(Replies.says(MODEL, "Hail!")));
    assertFalse(refused.message().contains("sk-ant"));
    assertFalse(claude.health().toString().contains("sk-ant"));
  }

  private void start(ClaudeMode mode, URI url) {
    claude = new ClaudeProvider(new ClaudeProvider.Setup(mode, null, key::get, url, MODEL,
        2, Limits.DEFAULT));
  }
}
