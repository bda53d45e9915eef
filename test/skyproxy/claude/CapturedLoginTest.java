package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.claude.cli.ClaudeCli;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;

/// The login that is captured from the CLI, and every way in which a run of it goes wrong.
final class CapturedLoginTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Failure REFUSED = new Failure.Unauthorized("No.", null);

  private final AtomicInteger runs = new AtomicInteger();
  private CapturedLogin capture;

  @AfterEach
  void close() {
    if (capture != null) capture.close();
  }

  @Test
  void a_capture_keeps_what_pays_and_nothing_that_tells_of_the_computer() throws Exception {
    Credential credential = start("works", LONG, LONG).current().get(30, TimeUnit.SECONDS);
    Set<String> names = new HashSet<>();
    for (Map.Entry<String, String> header : credential.headers()) {
      names.add(header.getKey().toLowerCase(Locale.ROOT));
    }
    assertTrue(names.containsAll(Set.of("authorization", "anthropic-version", "anthropic-beta",
        "user-agent", "x-app", "x-stainless-lang")), names.toString());
    for (String name : List.of("host", "connection", "content-length", "accept-encoding",
        "upgrade", "http2-settings")) {
      assertFalse(names.contains(name), name);
    }
    assertEquals("?beta=true", credential.query());
    assertEquals(Set.of("system", "metadata"), credential.template().members().keySet());
    assertFalse(credential.template().toString().contains("system-reminder"));
    assertFalse(credential.template().toString().contains("Say ok"));
    assertEquals(Health.State.READY, capture.health().state());
  }

  @Test
  void all_shapes_of_captured_bodies_leave_the_short_blocks_before_the_prompt() {
    for (String name : List.of("captured", "captured-seed", "captured-key", "captured-newer")) {
      Cursor sample = Cursor.of(Json.parse(Fixtures.text("claude/" + name + ".json")));
      Json.Obj template = Credential.ofCaptured(List.of(), "", sample.at("body").object(),
          "Say ok").template();
      assertEquals(2, Cursor.of(template).at("system").array().size(), name);
      assertTrue(template.toString().length() < 1_000, name);
    }
  }

  @Test
  void a_body_without_blocks_leaves_an_empty_template() {
    Json.Obj body = (Json.Obj) Json.parse("""
        {"system":"Say ok","tools":[]}""");
    assertEquals(Set.of(),
        Credential.ofCaptured(List.of(), "", body, "Say ok").template().members().keySet());
  }

  @Test
  void a_credential_does_not_show_what_it_holds() {
    assertEquals("Credential", Credential.ofKey("sk-ant-made-up").toString());
  }

  @Test
  void all_who_wait_share_one_run() throws Exception {
    start("works", LONG, LONG);
    CompletableFuture<Credential> first = capture.current();
    CompletableFuture<Credential> second = capture.current();
    assertSame(first.get(30, TimeUnit.SECONDS), second.get(30, TimeUnit.SECONDS));
    assertSame(first.get(), capture.current().get());
    assertEquals(1, runs.get());
  }

  @Test
  void a_cli_that_is_logged_in_and_not_for_us_sends_nobody_round_the_login() throws Exception {
    start("not-for-us", LONG, LONG);
    assertEquals(ClaudeCli.LOGIN_IGNORED, message(capture.current()));
  }

  @Test
  void a_cli_that_is_not_logged_in_says_so_and_is_left_alone_for_a_while() throws Exception {
    start("not-logged-in", LONG, LONG);
    assertTrue(message(capture.current()).contains("not logged in"));
    Failure.NotReady again = failure(capture.current());
    assertTrue(again.message().contains("not logged in"));
    assertTrue(again.retryAfter().isPositive());
    assertEquals(1, runs.get());
    assertEquals(Health.State.UNAVAILABLE, capture.health().state());
    assertTrue(capture.health().message().contains("Run `claude`"));
  }

  @Test
  void after_the_pause_a_later_request_tries_again() throws Exception {
    start("not-logged-in", LONG, Duration.ofNanos(1));
    message(capture.current());
    message(capture.current());
    assertEquals(2, runs.get());
  }

  @Test
  void a_cli_that_hangs_is_ended_and_told_of() throws Exception {
    start("hang", Duration.ofMillis(500), LONG);
    assertTrue(message(capture.current()).contains("did not call within"));
  }

  @Test
  void a_cli_that_dies_is_told_of() throws Exception {
    start("dies", LONG, LONG);
    assertTrue(message(capture.current()).contains("exit status 137"));
  }

  @Test
  void a_cli_that_is_missing_is_told_of() throws Exception {
    capture = new CapturedLogin(() -> null, "m", new CapturedLogin.Patience(LONG, LONG, LONG));
    assertTrue(message(capture.current()).contains("not installed"));
    assertNull(capture.health().details().get("path"));
  }

  @Test
  void a_program_that_is_no_cli_is_told_of() throws Exception {
    capture = new CapturedLogin(() -> new ClaudeCli(Path.of("no", "such", "program")), "m",
        new CapturedLogin.Patience(LONG, LONG, LONG));
    assertTrue(message(capture.current()).contains("could not be started"));
  }

  @Test
  void a_cli_that_is_too_old_for_an_option_is_captured_the_plain_way() throws Exception {
    Credential credential = start("old", LONG, LONG).current().get(30, TimeUnit.SECONDS);
    assertEquals("?beta=true", credential.query());
  }

  @Test
  void a_refused_credential_is_captured_anew_once_for_all_who_held_it() throws Exception {
    start("works", LONG, LONG);
    Credential old = capture.current().get(30, TimeUnit.SECONDS);
    CompletableFuture<Credential> first = capture.renew(old, REFUSED);
    CompletableFuture<Credential> second = capture.renew(old, REFUSED);
    Credential fresh = first.get(30, TimeUnit.SECONDS);
    assertSame(fresh, second.get(30, TimeUnit.SECONDS));
    assertNotSame(old, fresh);
    assertSame(fresh, capture.renew(old, REFUSED).get());
    assertEquals(2, runs.get());
  }

  @Test
  void a_fresh_credential_that_is_refused_too_is_not_captured_anew_at_once() throws Exception {
    start("works", LONG, LONG);
    Credential old = capture.current().get(30, TimeUnit.SECONDS);
    Credential fresh = capture.renew(old, REFUSED).get(30, TimeUnit.SECONDS);
    assertNull(capture.renew(fresh, REFUSED));
    assertEquals(Health.State.UNAVAILABLE, capture.health().state());
    assertEquals("No.", capture.health().message());
    capture.accepted(fresh);
    assertEquals(Health.State.READY, capture.health().state());
    assertEquals(2, runs.get());
  }

  @Test
  void closing_ends_a_cli_that_hangs() throws Exception {
    start("hang", LONG, LONG);
    CompletableFuture<Credential> waiting = capture.current();
    capture.close();
    assertInstanceOf(Failure.NotReady.class, failure(waiting));
  }

  private CapturedLogin start(String how, Duration toCall, Duration pause) {
    capture = new CapturedLogin(() -> {
      runs.incrementAndGet();
      return FakeCli.claude(how);
    }, "claude-sonnet-5-5", new CapturedLogin.Patience(toCall, LONG, pause));
    return capture;
  }

  private static String message(CompletableFuture<Credential> coming) throws Exception {
    return failure(coming).message();
  }

  private static Failure.NotReady failure(CompletableFuture<Credential> coming) {
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> coming.get(30, TimeUnit.SECONDS));
    ChatException known = assertInstanceOf(ChatException.class, thrown.getCause());
    return assertInstanceOf(Failure.NotReady.class, known.failure());
  }
}
