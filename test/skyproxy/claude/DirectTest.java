package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Cursor;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Replies;
import skyproxy.upstream.HttpUpstream;
import skyproxy.upstream.UnsupportedParameters;

/// Calls with what a CLI sent, and what happens when Anthropic refuses it.
final class DirectTest {
  private static final String MODEL = "claude-sonnet-5-5";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeUpstream upstream = new FakeUpstream();
  private final AtomicInteger runs = new AtomicInteger();
  private final HttpUpstream http = new HttpUpstream("Anthropic", upstream.uri(), LONG);
  private final ApiProvider direct = new ApiProvider(ClaudeMode.DIRECT, upstream.uri(), http,
      new CapturedLogin(() -> {
        runs.incrementAndGet();
        return FakeCli.claude("works");
      }, MODEL, new CapturedLogin.Patience(LONG, LONG, LONG)), new UnsupportedParameters());

  @AfterEach
  void close() {
    direct.close();
    http.close();
    upstream.close();
  }

  @Test
  void a_call_carries_what_was_captured_and_the_request_s_own_words() {
    upstream.answer(text());
    Replies.all(direct.open(Replies.request("""
        {"model":"%s","messages":[{"role":"system","content":"You are Lydia."},\
        {"role":"user","content":"Hail!"}]}""".formatted(MODEL))));
    Received call = upstream.requests().getFirst();
    assertEquals("/v1/messages?beta=true", call.path());
    assertEquals("Bearer sk-ant-oat01-made-up", call.header("authorization"));
    assertEquals("2023-06-01", call.header("anthropic-version"));
    assertTrue(call.header("user-agent").startsWith("claude-cli/"));
    assertNull(call.header("accept-encoding"));
    assertNull(call.header("x-api-key"));
    Cursor body = Cursor.of(call.json());
    assertEquals(3, body.at("system").array().size());
    assertEquals("You are Lydia.", body.at("system").at(2).at("text").string());
    assertTrue(body.at("tools").isMissing());
    assertTrue(body.at("context_management").isMissing());
    assertFalse(body.at("metadata").isMissing());
  }

  @Test
  void the_first_answers_wait_for_the_capture_together() throws Exception {
    upstream.answer(_ -> text());
    for (String said : inParallel(5)) assertTrue(said.startsWith("Ten septims"), said);
    assertEquals(1, runs.get());
  }

  @Test
  void a_call_that_waits_for_the_capture_is_quiet_meanwhile() {
    upstream.answer(text());
    try (Reply reply = direct.open(Replies.says(MODEL, "Hail!"))) {
      assertEquals(Event.QUIET, reply.next(Duration.ZERO));
    }
    assertEquals(0, upstream.requests().size());
  }

  @Test
  void a_401_once_is_captured_anew_and_the_call_made_again_for_all_who_got_it() throws Exception {
    upstream.answer(_ -> runs.get() < 2 ? refused(401) : text());
    for (String said : inParallel(5)) assertTrue(said.startsWith("Ten septims"), said);
    assertEquals(2, runs.get());
  }

  @Test
  void a_401_for_good_is_tried_twice_and_then_tells_what_to_do() {
    upstream.answer(_ -> refused(401));
    Failure failure = Replies.failure(direct.open(Replies.says(MODEL, "Hail!")));
    assertInstanceOf(Failure.Unauthorized.class, failure);
    assertTrue(failure.message().contains("Run `claude`"), failure.message());
    assertEquals(2, upstream.requests().size());
    assertEquals(failure.message(), direct.health().message());
    assertInstanceOf(Failure.Unauthorized.class,
        Replies.failure(direct.open(Replies.says(MODEL, "Hail!"))));
    assertEquals(2, runs.get(), "no capture for each request that is refused");
  }

  @Test
  void a_403_only_for_claude_code_is_told_in_anthropic_s_words_with_the_way_out() {
    upstream.answer(_ -> status(403).body("""
        {"type":"error","error":{"type":\
        "permission_error","message":"This credential is only authorized for use with\
         Claude Code and cannot be used for other API requests."}}"""));
    Failure failure = Replies.failure(direct.open(Replies.says(MODEL, "Hail!")));
    assertInstanceOf(Failure.Unauthorized.class, failure);
    assertTrue(failure.message().contains("only authorized for use with Claude Code"));
    assertTrue(failure.message().contains("--claude-mode cli"), failure.message());
  }

  @Test
  void a_refusal_never_shows_the_credential() {
    upstream.answer(_ -> status(401).body("""
        {"type":"error","error":{"type":\
        "authentication_error","message":"Bearer sk-ant-oat01-made-up is bad"}}"""));
    Failure failure = Replies.failure(direct.open(Replies.says(MODEL, "Hail!")));
    assertFalse(failure.message().contains("sk-ant"), failure.message());
  }

  private List<String> inParallel(int count) throws Exception {
    List<Callable<String>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(() -> Replies.text(direct.open(Replies.says(MODEL, "Hail!"))));
    }
    List<String> said = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> each : threads.invokeAll(calls)) said.add(each.get());
    }
    return said;
  }

  private static Answer text() {
    return sse(Fixtures.text("claude/text.sse"));
  }

  private static Answer refused(int code) {
    return status(code).body("""
        {"type":"error","error":{"type":"authentication_error",\
        "message":"OAuth token has expired."}}""");
  }
}
