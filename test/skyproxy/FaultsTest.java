package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.Voice.LINE;
import static skyproxy.Voice.TOKENS;
import static skyproxy.Voice.complete;
import static skyproxy.Voice.error;
import static skyproxy.Voice.healthy;
import static skyproxy.Voice.spoken;
import static skyproxy.Voice.tokens;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.RawClient;
import skyproxy.testing.Replies;

/// The sixteen ways in which an upstream fails, by their names in the Failover Bench catalogue:
/// two OpenAI-compatible servers, a game, and between them the whole proxy.
///
/// What must come of each is the complete answer or one clear error in bounded time: never half
/// an answer that looks finished, no hammering, no content refusal tried elsewhere.
@Tag("core")
@Tag("slow")
final class FaultsTest {

  private final FakeUpstream first = new FakeUpstream();
  private final FakeUpstream second = new FakeUpstream();
  @TempDir
  private Path folder;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    second.answer(received -> healthy("second", received));
    String slow = ",\"first_token_seconds\":0.8,\"silence_seconds\":0.8";
    proxy = LocalProxy.patient(folder, """
        "providers":{"a":{"base_url":"%s/v1"},"hasty":{"base_url":"%s/v1"%s},\
        "b":{"base_url":"%s/v1"}}""".formatted(first.url(), first.url(), slow, second.url()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    first.close();
    second.close();
  }

  /// The answer when that many seconds pass after the first server was asked.
  private Answer askDialogue(String model, boolean stream, int seconds) {
    int before = first.requests().size();
    CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> {
      try {
        return proxy.post(LINE.formatted(model, stream));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    Replies.until("asked", () -> first.requests().size() > before || answer.isDone());
    proxy.wait(Duration.ofSeconds(seconds));
    return answer.join();
  }

  /// The first server fails so always, or as often as it is told to.
  private void fault(FakeUpstream.Answer fault) {
    first.answer(fault);
  }

  private void faultOnce(FakeUpstream.Answer fault) {
    AtomicBoolean done = new AtomicBoolean();
    first.answer(received -> done.getAndSet(true) ? healthy("first", received) : fault);
  }

  private void bothComplete(String who, String model) throws IOException {
    Answer streamed = proxy.ask(model, true);
    complete(who, streamed);
    assertTrue(streamed.done());
    complete(who, proxy.ask(model, false));
  }

  /// One error with its own status, whether a stream was asked for or not.
  private void bothFail(int status, String code, String model) throws IOException {
    for (boolean stream : new boolean[] {true, false}) {
      Answer answer = proxy.ask(model, stream);
      assertEquals(status, answer.status(), answer.text());
      assertEquals(code, answer.error());
      assertEquals("", answer.spoken());
    }
  }

  /// Asks for a stream; the first server goes on behind its first word when the game has that.
  private Answer askPastFirstWord(String model, FakeUpstream.Answer answer) throws IOException {
    Semaphore gate = new Semaphore(1);
    first.answer(answer.gate(gate));
    try (RawClient client = proxy.client()) {
      client.post("/v1/chat/completions", LocalProxy.request(model, true));
      return rest(client, gate, "data: ");
    }
  }

  /// The answer from the line on that starts so, behind which the upstream may go on.
  private static Answer rest(RawClient client, Semaphore gate, String start) throws IOException {
    StringBuilder text = new StringBuilder(client.lineStarting(start)).append('\n');
    gate.release(2 * TOKENS);
    for (String line; !(line = client.line()).equals("0"); ) {
      if (line.startsWith("data: ")) text.append(line).append('\n');
    }
    return LocalProxy.read(new RawClient.Answer(200, List.of("Content-Type: text/event-stream"),
        text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /// Some of the answer, then an error, and nothing that looks like an end.
  private static void broken(String code, Answer answer) {
    assertEquals(200, answer.status());
    assertEquals(code, answer.error(), answer.text());
    assertFalse(answer.done());
    assertNull(answer.finishReason());
    assertTrue(spoken("first").startsWith(answer.spoken()) && !answer.spoken().isEmpty(),
        answer.spoken());
  }

  @Test
  void rate_limited_once_for_two_seconds() throws Exception {
    FakeUpstream.Answer limited = error(429, "rate_limited").header("Retry-After", "2");
    faultOnce(limited);
    bothComplete("second", "a:m > b:m");
    assertEquals(1, first.requests().size());
    proxy.wait(Duration.ofMillis(2_100));
    complete("first", proxy.ask("a:m > b:m", true));
    for (boolean stream : new boolean[] {true, false}) {
      faultOnce(limited);
      int before = first.requests().size();
      complete("first", proxy.ask("a:m", stream));
      assertEquals(2, first.requests().size() - before);
    }
    faultOnce(error(429, "rate_limited").header("Retry-After", "4"));
    Answer alone = proxy.ask("a:m", true);
    assertEquals("429 4 rate_limit_exceeded",
        alone.status() + " " + alone.retryAfter() + " " + alone.error());
    complete("first", proxy.ask("a:m", true));
  }

  @Test
  void rate_limited_for_good() throws Exception {
    fault(error(429, "rate_limited"));
    for (int i = 0; i < 5; i++) bothComplete("second", "a:m, b:m");
    assertEquals(1, first.requests().size());
    bothFail(429, "rate_limit_exceeded", "a:m");
  }

  @Test
  void a_server_error_once() throws Exception {
    for (String model : List.of("a:m > b:m", "a:m")) {
      for (boolean stream : new boolean[] {true, false}) {
        faultOnce(error(500, "oops"));
        int before = first.requests().size();
        complete("first", proxy.ask(model, stream));
        assertEquals(2, first.requests().size() - before);
      }
    }
    fault(error(500, "oops"));
    bothComplete("second", "a:m > b:m");
    Answer alone = proxy.ask("a:m", false);
    assertEquals("502 upstream_error", alone.status() + " " + alone.error());
  }

  @Test
  void unavailable_for_good() throws Exception {
    fault(error(503, "down"));
    for (int i = 0; i < 10; i++) bothComplete("second", "a:m, b:m");
    assertEquals(2, first.requests().size());
    bothFail(502, "upstream_error", "a:m");
  }

  @Test
  void reset_before_the_headers() throws Exception {
    for (String model : List.of("a:m > b:m", "a:m")) {
      for (boolean stream : new boolean[] {true, false}) {
        faultOnce(FakeUpstream.hangUp());
        complete("first", proxy.ask(model, stream));
      }
    }
    assertEquals(8, first.requests().size());
    fault(FakeUpstream.hangUp());
    bothComplete("second", "a:m > b:m");
    assertEquals(12, first.requests().size(), "twice at most for a request");
    bothFail(502, "upstream_unreachable", "a:m");
  }

  @Test
  void no_response_at_all() throws Exception {
    fault(FakeUpstream.silence());
    complete("second", askDialogue("a:m > b:m", true, 9));
    complete("second", askDialogue("a:m > b:m", false, 61));
    Answer alone = proxy.ask("hasty:m", true);
    assertEquals("504 upstream_timeout", alone.status() + " " + alone.error());
    first.cuts().acquire(3);
  }

  @Test
  void a_first_token_that_takes_long_is_waited_for_when_nobody_else_could_speak() throws Exception {
    Semaphore gate = new Semaphore(0);
    fault(FakeUpstream.events(tokens("first")).gate(gate));
    complete("second", askDialogue("a:m > b:m", true, 9));
    first.answer(received -> {
      proxy.wait(Duration.ofSeconds(20));
      gate.release(TOKENS + 3);
      return FakeUpstream.events(tokens("first")).gate(gate);
    });
    complete("first", proxy.post(LINE.formatted("a:m", true)));
    fault(FakeUpstream.silence());
    complete("second", proxy.ask("hasty:m > b:m", true));
  }

  @Test
  void a_stream_cut_after_forty_of_sixty_tokens() throws Exception {
    broken("upstream_error", askPastFirstWord("a:m > b:m",
        FakeUpstream.events(tokens("first")).dropAfter(40)));
    broken("upstream_error", askPastFirstWord("a:m > b:m", FakeUpstream.events(
        List.of(tokens("first")).subList(0, 40).toArray(String[]::new))));
    assertEquals(0, second.requests().size());
    complete("second", proxy.ask("a:m > b:m", false));
  }

  @Test
  void a_stall_in_the_middle() throws Exception {
    broken("upstream_timeout", askPastFirstWord("hasty:m > b:m",
        FakeUpstream.events(tokens("first")).stallAfter(20)));
    assertEquals(0, second.requests().size());
    fault(FakeUpstream.events(tokens("first")).pause(Duration.ofMillis(8)));
    complete("first", proxy.ask("hasty:m > b:m", true));
  }

  @Test
  void a_malformed_chunk_in_the_middle() throws Exception {
    List<String> data = new ArrayList<>(List.of(tokens("first")));
    String malformed = """
        {"choices":[{"delta":{"cont""";
    data.add(20, malformed);
    complete("first", askPastFirstWord("a:m > b:m",
        FakeUpstream.events(data.toArray(String[]::new))));
    fault(FakeUpstream.events(data.toArray(String[]::new)));
    complete("first", proxy.ask("a:m > b:m", false));
    List<String> last = new ArrayList<>(List.of(tokens("first")));
    last.add(TOKENS, malformed);
    broken("upstream_error", askPastFirstWord("a:m > b:m",
        FakeUpstream.events(last.toArray(String[]::new))));
    data.add(22, malformed);
    broken("upstream_error", askPastFirstWord("a:m > b:m",
        FakeUpstream.events(data.toArray(String[]::new))));
    assertEquals(0, second.requests().size());
    complete("second", proxy.ask("a:m > b:m", false));
  }

  @Test
  void an_end_without_done() throws Exception {
    fault(FakeUpstream.events(List.of(tokens("first")).subList(0, TOKENS + 2)
        .toArray(String[]::new)));
    bothComplete("first", "a:m > b:m");
    assertEquals(0, second.requests().size());
  }

  @Test
  void a_prompt_that_is_too_long() throws Exception {
    fault(error(400, "context_length_exceeded"));
    for (int i = 0; i < 3; i++) bothComplete("second", "a:m > b:m");
    assertEquals(6, first.requests().size());
    bothFail(400, "context_length_exceeded", "a:m");
  }

  @Test
  void a_content_filter() throws Exception {
    fault(error(400, "content_filter"));
    bothFail(400, "content_filter", "a:m > b:m");
    fault(FakeUpstream.events("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
        + "\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}", "[DONE]"));
    bothFail(502, "empty_reply", "a:m > b:m");
    assertEquals("4 0", first.requests().size() + " " + second.requests().size());
  }

  @Test
  void a_cut_stream_whose_second_model_refuses_prefill() throws Exception {
    second.answer(received -> Cursor.of(received.json()).at("messages").array().getLast()
        .at("role").string().equals("assistant") ? error(400, "prefill")
        : healthy("second", received));
    broken("upstream_error", askPastFirstWord("a:m > b:m",
        FakeUpstream.events(tokens("first")).dropAfter(40)));
    complete("second", proxy.ask("a:m > b:m", false));
  }

  @Test
  void down_for_a_minute_then_healthy_with_a_request_every_four_seconds() throws Exception {
    AtomicInteger second = new AtomicInteger();
    Function<Received, FakeUpstream.Answer> script = received ->
        second.get() < 60 ? error(503, "down") : healthy("first", received);
    first.answer(script);
    int back = 0;
    for (int i = 0; i < 24; i++) {
      Answer answer = proxy.ask("a:m > b:m", i % 2 == 0);
      complete(answer.model(), answer);
      boolean byFirst = answer.model().equals("first");
      if (byFirst && back == 0) back = second.get();
      assertEquals(back > 0, byFirst, "once it is back it stays");
      if (second.addAndGet(4) == 60) {
        int calls = first.requests().size();
        assertTrue(calls >= 3 && calls <= 6, calls + " calls of a server that is down");
      }
      proxy.wait(Duration.ofSeconds(4));
    }
    assertTrue(back >= 60 && back <= 92, "back after " + back + " s");
  }

  @Test
  void a_server_error_once_is_accounted_for_with_both_calls() throws Exception {
    faultOnce(error(500, "oops"));
    complete("first", proxy.ask("a:m", true));
    Cursor stats = Cursor.of(proxy.stats());
    while (stats.at("recent").array().isEmpty()) stats = Cursor.of(proxy.stats());
    Cursor attempts = stats.at("recent").at(0).at("attempts");
    assertEquals(2, attempts.array().size());
    assertEquals("broken", attempts.at(0).at("failure").string());
    assertTrue(attempts.at(1).at("failure").isMissing());
    assertEquals("answered", stats.at("recent").at(0).at("outcome").string());
  }

  @Test
  void unavailable_and_the_second_answers() throws Exception {
    fault(error(503, "down"));
    bothComplete("second", "a:m > b:m");
    proxy.wait(Duration.ofMinutes(1));
    second.answer(error(503, "down"));
    Answer both = proxy.ask("a:m > b:m", true);
    assertEquals("502 upstream_error", both.status() + " " + both.error());
    assertTrue(both.text().contains("made up. Before that: a:m: a failed"), both.text());
  }

}
