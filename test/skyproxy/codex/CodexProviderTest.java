package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.codex.CodexStage.ask;
import static skyproxy.codex.CodexStage.says;
import static skyproxy.testing.Replies.ask;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.request;
import static skyproxy.testing.Replies.rest;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.testing.Replies;

/// Replies through an app-server, and all that can happen to it.
@Tag("core")
final class CodexProviderTest {
  @TempDir Path temp;
  private CodexStage stage;
  private CodexProvider codex;

  @BeforeEach
  void open() throws IOException {
    stage = new CodexStage(temp);
    codex = stage.start();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private static void fine(Replies.Heard heard) {
    assertNull(heard.failure());
    assertEquals("Well met!", heard.text());
  }

  private <T extends Failure> T fails(Class<T> kind, String text) {
    return assertInstanceOf(kind, ask(codex, text).failure());
  }

  @Test
  void deltas_come_as_codex_sends_them_and_usage_at_the_end() {
    Replies.Heard heard = ask(codex, "Hello");
    assertEquals(List.of("Well", " met", "!"), heard.deltas());
    assertEquals(new Event.Finish(FinishReason.STOP, new Usage(120, 17, 64, 3)), heard.finish());
  }

  @Test
  void each_request_has_a_thread_of_its_own_that_is_forgotten_afterwards() throws Exception {
    List<Callable<Replies.Heard>> eleven = new ArrayList<>();
    for (int i = 0; i < 11; i++) eleven.add(() -> ask(codex, "Hello"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var heard : threads.invokeAll(eleven)) fine(heard.get());
    }
    var used = new HashSet<String>();
    stage.calls("turn/start").forEach(turn -> used.add(turn.at("threadId").string()));
    assertEquals(11, used.size());
    until("all forgotten", () -> {
      stage.calls("thread/unsubscribe").forEach(one -> used.remove(one.at("threadId").string()));
      return used.isEmpty();
    });
    assertEquals(1, stage.started("app-server"));
  }

  @Test
  void threads_are_warmed_ahead_and_made_of_nothing_but_silence() {
    fine(ask(codex, "Hello"));
    until("some are warm", () -> stage.calls("thread/inject_items").size() >= 4);
    int started = stage.calls("thread/start").size();
    fine(ask(codex, "Hello again"));
    String used = stage.calls("turn/start").getLast().at("threadId").string();
    assertTrue(Integer.parseInt(used.substring(used.lastIndexOf('-') + 1)) <= started,
        "the second request was given a thread that was there before it");
    stage.calls("thread/start").forEach(start -> {
      assertEquals("", start.at("baseInstructions").string());
      assertTrue(start.at("ephemeral").bool());
      assertEquals(List.of(), start.at("environments").array());
      assertEquals("read-only", start.at("sandbox").string());
      assertEquals("never", start.at("approvalPolicy").string());
    });
  }

  @Test
  void closing_a_reply_interrupts_it() {
    Reply reply = codex.open(says("@forever"));
    assertEquals(new Event.Text("word "), next(reply));
    reply.close();
    reply.close();
    until("interrupted", () -> !stage.calls("turn/interrupt").isEmpty());
    String thread = stage.calls("turn/interrupt").getFirst().at("threadId").string();
    until("forgotten", () -> stage.calls("thread/unsubscribe").stream()
        .anyMatch(one -> one.at("threadId").string().equals(thread)));
    fine(ask(codex, "Hello"));
  }

  @Test
  void a_reply_that_is_closed_before_its_turn_has_a_name_is_interrupted_all_the_same() {
    fine(ask(codex, "Hello"));
    for (int i = 0; i < 20; i++) {
      Reply reply = codex.open(says("@silent"));
      reply.next(Duration.ofMillis(i % 4));
      reply.close();
    }
    fine(ask(codex, "Hello"));
    until("every turn that began was interrupted",
        () -> stage.calls("turn/interrupt").size() == stage.calls("turn/start").size() - 2);
  }

  @Test
  void a_reply_that_is_never_read_costs_nothing() {
    codex.open(says("Hello")).close();
    fine(ask(codex, "Hello"));
    assertEquals(1, stage.calls("turn/start").size());
  }

  @Test
  void next_returns_in_time_when_nothing_comes() {
    fine(ask(codex, "Hello"));
    try (Reply reply = codex.open(says("@silent"))) {
      assertEquals(Event.QUIET, reply.next(Duration.ZERO));
      while (reply.next(Duration.ofMillis(20)) != Event.QUIET) { }
    }
  }

  @Test
  void a_stop_sequence_and_max_tokens_end_the_turn_too() {
    var stopped = ask(codex, request("""
        {"model":"gpt-5.5","stop":["word word word"],"messages":[
        {"role":"user","content":"@forever"}]}"""));
    assertEquals("", stopped.text());
    assertEquals(FinishReason.STOP, stopped.finish().reason());
    var full = ask(codex, request("""
        {"model":"gpt-5.5","max_tokens":5,"messages":[{"role":"user","content":"@forever"}]}"""));
    assertEquals("word word word word word ", full.text());
    assertEquals(FinishReason.LENGTH, full.finish().reason());
    until("both interrupted", () -> stage.calls("turn/interrupt").size() == 2);
  }

  @Test
  void a_hopeless_retry_is_not_waited_for() {
    assertTrue(fails(Failure.Unauthorized.class, "@401").message().contains("codex login"));
    assertTrue(codex.health().message().contains("codex login"));
    fails(Failure.Unauthorized.class, "@403");
    fails(Failure.RateLimited.class, "@429");
    fails(Failure.Broken.class, "@500");
    assertTrue(fails(Failure.Unreachable.class, "@offline").message().contains("online"));
    until("all interrupted", () -> stage.calls("turn/interrupt").size() == 5);
    assertEquals("at last", ask(codex, "@retry").text());
    assertTrue(codex.health().ready(), "an answer shows that the login is good");
  }

  @Test
  void a_process_that_is_killed_in_the_middle_is_one_clear_error_and_the_next_request_works() {
    Replies.Heard heard = ask(codex, "@die");
    assertEquals("Well", heard.text());
    assertTrue(assertInstanceOf(Failure.Unreachable.class, heard.failure()).message()
        .contains("middle of its answer"));
    fine(ask(codex, "Hello"));
    fails(Failure.Unreachable.class, "@die-first");
    fine(ask(codex, "Hello"));
    assertEquals(3, stage.started("app-server"));
  }

  @Test
  void a_process_that_dies_is_an_error_for_every_reply_and_for_no_longer() throws Exception {
    Reply other = codex.open(says("@forever"));
    next(other);
    fails(Failure.Unreachable.class, "@die");
    assertInstanceOf(Failure.Unreachable.class, rest(other).failure());
    other.close();
    fine(ask(codex, "Hello"));
  }

  @Test
  void garbage_on_stdout_is_ignored() {
    assertEquals("fine", ask(codex, "@garbage").text());
    fine(ask(codex, "Hello"));
    assertEquals(1, stage.started("app-server"));
  }

  @Test
  void a_process_that_no_longer_reads_is_replaced() {
    assertEquals("I hear you no more", ask(codex, "@deaf").text());
    until("another process", () -> {
      Failure failure = ask(codex, "Hello").failure();
      if (failure != null) assertInstanceOf(Failure.Unreachable.class, failure);
      return stage.started("app-server") == 2;
    });
    fine(ask(codex, "Hello"));
  }

  @Test
  void an_upstream_that_breaks_off_inside_a_word_is_one_clear_error() {
    Replies.Heard heard = ask(codex, "@cut");
    assertEquals("Well m", heard.text());
    assertInstanceOf(Failure.Garbled.class, heard.failure());
    fine(ask(codex, "Hello"));
  }

  @Test
  void whatever_codex_wants_to_be_allowed_is_refused() {
    assertEquals("it was refused", ask(codex, "@approve").text());
  }

  @Test
  void an_unknown_model_is_answered_with_those_there_are() {
    assertTrue(fails(Failure.UnknownModel.class, "@unknown").message().contains("gpt-5.5"));
  }

  @Test
  void a_plan_that_is_used_up_tells_when_it_is_free_again() {
    fine(ask(codex, "Hello"));
    until("the plan is known", () -> codex.plan().size() == 2);
    assertEquals("5 hours", codex.plan().getFirst().name());
    assertEquals("week", codex.plan().getLast().name());
    var used = fails(Failure.RateLimited.class, "@used");
    assertTrue(used.message().contains("usage limit"));
    assertEquals(100, codex.plan().getFirst().usedPercent());
    assertTrue(used.retryAfter().compareTo(Duration.ofMinutes(50)) > 0);
  }

  @Test
  void a_schema_that_the_model_refuses_is_told_in_words_instead() {
    var heard = ask(codex, request("""
        {"model":"gpt-5.5","messages":[{"role":"user","content":"@schema"}],"response_format":
        {"type":"json_schema","json_schema":{"name":"m","schema":{"type":"object",
        "properties":{"a":{"type":"string"}},"required":["a"]}}}}"""));
    assertNull(heard.failure());
    assertEquals("{}", heard.text());
    assertEquals(2, stage.calls("turn/start").size());
  }

  @Test
  void the_effort_is_one_that_the_model_takes() {
    fine(ask(codex, "Hello"));
    assertEquals("minimal", stage.calls("turn/start").getFirst().at("effort").string());
  }

  @Test
  void health_and_models_tell_how_it_is() {
    fine(ask(codex, "Hello"));
    var health = codex.health();
    assertTrue(health.ready());
    assertEquals("""
        {"path":%s,"auth_cached":true,"token_expired":false,"error":null}"""
        .formatted(new Json.Str(stage.cli().toString())), health.details().toString());
    var ids = codex.models().stream().map(model -> model.id()).toList();
    assertTrue(ids.containsAll(List.of("gpt-5.5", "gpt-5.3-codex")), ids.toString());
    assertFalse(ids.contains("secret"));
  }

  @Test
  void closing_ends_the_process() {
    fine(ask(codex, "Hello"));
    long pid = Long.parseLong(stage.calls("turn/start").getFirst().at("threadId").string()
        .split("-")[1]);
    codex.close();
    until("no process", () -> ProcessHandle.of(pid).map(one -> !one.isAlive()).orElse(true));
    assertFalse(codex.health().ready());
    assertInstanceOf(Failure.NotReady.class, ask(codex, "Hello").failure());
  }
}
