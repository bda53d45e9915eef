package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.stats.Stats;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestRoutes;

/// Replies as a client sees them, on a real socket, byte for byte where it matters.
@Tag("core")
final class ChatHandlerTest {
  private static final Event END =
      new Event.Finish(FinishReason.STOP, new Usage(120, 17, 64, 3));
  private static final String HI = """
      "messages":[{"role":"user","content":"Hi"}]""";

  @TempDir
  private Path folder;
  private Stats stats;
  private ScriptedProvider provider;
  private HttpServer server;

  @AfterEach
  void stop() {
    server.stop(0);
    stats.close();
  }

  private RawClient ask(String members, Object... steps) throws IOException {
    provider = ScriptedProvider.of(steps);
    stats = new Stats(folder.resolve("stats.json"), _ -> { });
    Routes routes = TestRoutes.of("m", Map.of("nothing", ","), Map.of(), provider);
    ChatHandler handler =
        new ChatHandler(new Router(routes), () -> true, () -> false, stats, true);
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> {
      try (exchange) {
        handler.handle(exchange, exchange.getRequestBody().readAllBytes());
      }
    });
    server.start();
    return new RawClient(server.getAddress().getPort())
        .post("/v1/chat/completions", "{" + HI + members + "}");
  }

  private static Event text(String delta) {
    return new Event.Text(delta);
  }

  /// All data lines of a stream.
  private static List<String> data(RawClient.Answer answer) {
    return answer.text().lines().filter(line -> line.startsWith("data: "))
        .map(line -> line.substring(6)).toList();
  }

  private static List<String> contents(List<String> data) {
    List<String> contents = new ArrayList<>();
    for (String line : data) {
      if (line.equals("[DONE]")) continue;
      Cursor content = Cursor.of(Json.parse(line)).at("choices").at(0).at("delta").at("content");
      if (!content.isMissing()) contents.add(content.string());
    }
    return contents;
  }

  @Test
  void a_stream_begins_with_the_role_and_ends_with_done() throws Exception {
    try (RawClient client = ask("""
        ,"stream":true,"stream_options":{"include_usage":true}""",
        text("Well met. "), text("Привет, 龍 🐉."), END)) {
      RawClient.Answer answer = client.answer();
      assertEquals(200, answer.status());
      assertEquals("text/event-stream; charset=utf-8", answer.header("content-type"));
      assertTrue(answer.text().contains("龍 🐉"), "as UTF-8, not escaped");
      List<String> data = data(answer);
      assertEquals("[DONE]", data.getLast());
      assertEquals(1, data.stream().filter("[DONE]"::equals).count());
      Cursor first = Cursor.of(Json.parse(data.getFirst()));
      assertEquals("""
          {"role":"assistant","content":""}""",
          first.at("choices").at(0).at("delta").json().toString());
      assertEquals("chat.completion.chunk", first.at("object").string());
      assertEquals("m", first.at("model").string());
      assertTrue(first.at("choices").at(0).at("finish_reason").json() == Json.NULL);
      assertEquals(List.of("", "Well met. ", "Привет, 龍 🐉."), contents(data));
      Cursor last = Cursor.of(Json.parse(data.get(data.size() - 3)));
      assertEquals("stop", last.at("choices").at(0).at("finish_reason").string());
      Cursor usage = Cursor.of(Json.parse(data.get(data.size() - 2)));
      assertEquals(0, usage.at("choices").array().size());
      assertEquals(137, usage.at("usage").at("total_tokens").integer());
      assertEquals(64,
          usage.at("usage").at("prompt_tokens_details").at("cached_tokens").integer());
    }
  }

  @Test
  void without_a_stream_the_same_events_are_one_completion() throws Exception {
    try (RawClient client = ask("", text("Well "), text("met."),
        new Event.ToolCall(0, "c1", "go"), new Event.ToolArguments(0, "{\"to\""),
        new Event.ToolCall(1, "c2", "wait"), new Event.ToolArguments(0, ":1}"),
        new Event.Finish(FinishReason.TOOL_CALLS, new Usage(120, 17, 64, 3)))) {
      RawClient.Answer answer = client.answer();
      assertEquals(200, answer.status());
      Cursor root = Cursor.of(Json.parse(answer.body()));
      assertEquals("chat.completion", root.at("object").string());
      Cursor choice = root.at("choices").at(0);
      assertEquals("Well met.", choice.at("message").at("content").string());
      Cursor calls = choice.at("message").at("tool_calls");
      assertEquals("{\"to\":1}", calls.at(0).at("function").at("arguments").string());
      assertEquals("wait", calls.at(1).at("function").at("name").string());
      assertEquals("tool_calls", choice.at("finish_reason").string());
      assertEquals(137, root.at("usage").at("total_tokens").integer());
    }
  }

  @Test
  void tool_calls_are_streamed_with_their_indices() throws Exception {
    try (RawClient client = ask(",\"stream\":true", new Event.ToolCall(0, "c1", "go"),
        new Event.ToolArguments(0, "{}"), new Event.ToolCall(1, "c2", "wait"), END)) {
      List<String> data = data(client.answer());
      Cursor call = Cursor.of(Json.parse(data.get(1))).at("choices").at(0).at("delta")
          .at("tool_calls").at(0);
      assertEquals("go", call.at("function").at("name").string());
      assertEquals("function", call.at("type").string());
      assertEquals(1, Cursor.of(Json.parse(data.get(3))).at("choices").at(0).at("delta")
          .at("tool_calls").at(0).at("index").integer());
    }
  }

  @Test
  void a_delta_never_ends_inside_a_word() throws Exception {
    Semaphore gate = new Semaphore(0);
    try (RawClient client = ask(",\"stream\":true", text("Ten sep"), text("tims for"),
        text(" the ni"), text("ght."), gate, END)) {
      gate.release();
      assertEquals(List.of("", "Ten ", "septims ", "for the ", "night."),
          contents(data(client.answer())));
    }
  }

  @Test
  void a_word_that_is_not_finished_in_time_goes_on_all_the_same() throws Exception {
    Semaphore gate = new Semaphore(0);
    try (RawClient client = ask(",\"stream\":true", text("Hel"), gate, text("lo"), END)) {
      assertTrue(client.lineStarting("data: {").contains("role"));
      assertTrue(client.lineStarting("data: {").contains("\"Hel\""), "while upstream is silent");
      gate.release();
      assertTrue(client.lineStarting("data: {").contains("\"lo\""));
    }
  }

  @Test
  void a_failure_before_the_first_word_has_its_own_status() throws Exception {
    try (RawClient client = ask(",\"stream\":true",
        new Failure.RateLimited("Slow down.", Duration.ofMillis(6_200)))) {
      RawClient.Answer answer = client.answer();
      assertEquals(429, answer.status());
      assertEquals("7", answer.header("retry-after"));
      assertEquals("""
          {"error":{"message":"Slow down.","type":"rate_limit_error",\
          "param":null,"code":"rate_limit_exceeded"}}""", answer.text());
    }
  }

  @Test
  void a_failure_after_the_first_word_is_an_event_and_there_is_no_done() throws Exception {
    try (RawClient client = ask(",\"stream\":true", text("Ten sep"),
        new Failure.Garbled("Broke off."))) {
      RawClient.Answer answer = client.answer();
      List<String> data = data(answer);
      assertEquals(200, answer.status());
      assertEquals(List.of("", "Ten ", "sep"), contents(data.subList(0, data.size() - 1)));
      assertEquals("upstream_error",
          Cursor.of(Json.parse(data.getLast())).at("error").at("code").string());
      assertFalse(answer.text().contains("[DONE]"));
    }
  }

  @Test
  void a_failure_after_the_first_word_is_an_error_when_nothing_was_sent() throws Exception {
    try (RawClient client = ask("", text("Ten "), new Failure.Garbled("Broke off."))) {
      assertEquals(502, client.answer().status());
    }
  }

  @Test
  void a_silent_stream_is_opened_and_kept_alive_until_the_reply_or_its_failure() throws Exception {
    Semaphore gate = new Semaphore(0);
    try (RawClient client = ask(",\"stream\":true", gate,
        new Failure.TimedOut("Too slow."))) {
      assertEquals(": waiting", client.lineStarting(":"));
      assertEquals(": waiting", client.lineStarting(":"));
      gate.release();
      assertTrue(client.lineStarting("data: ").contains("upstream_timeout"));
    }
  }

  @Test
  void hidden_thoughts_do_not_keep_a_stream_from_being_kept_alive() throws Exception {
    AtomicBoolean thinks = new AtomicBoolean(true);
    ScriptedProvider.Step thought = () -> thinks.get() ? new Event.Reasoning("hm") : null;
    try (RawClient client = ask(",\"stream\":true", thought, text("Aye."), END)) {
      assertEquals(": waiting", client.lineStarting(":"));
      thinks.set(false);
      assertTrue(client.lineStarting("data: {").contains("role"));
    }
  }

  @Test
  void a_client_that_hangs_up_ends_the_reply_and_is_no_failure() throws Exception {
    try (RawClient client = ask(",\"stream\":true", text("Ten "), new Semaphore(0))) {
      client.lineStarting("data: ");
      client.hangUp();
      assertTrue(provider.closed().tryAcquire(20, TimeUnit.SECONDS), "reply closed");
    }
  }

  @Test
  void a_model_that_stands_for_nothing_is_a_failure_and_not_a_hang_up() throws Exception {
    try (RawClient client = ask(",\"model\":\"nothing\"", END)) {
      assertEquals(404, client.answer().status());
    }
    server.stop(1);
    assertEquals("failed",
        Cursor.of(stats.json(-1)).at("recent").at(0).at("outcome").string());
  }

  @Test
  void a_bug_is_an_error_with_an_envelope() throws Exception {
    try (RawClient client = ask("", new IllegalStateException("a made-up bug"))) {
      RawClient.Answer answer = client.answer();
      assertEquals(500, answer.status());
      assertFalse(answer.text().contains("made-up"));
      assertEquals("internal_error",
          Cursor.of(Json.parse(answer.body())).at("error").at("code").string());
    }
  }

  @Test
  void thoughts_are_not_spoken_and_are_shown_only_when_asked_for() throws Exception {
    Object[] steps = {new Event.Reasoning("hm"), text("<thi"), text("nk>loud</think>\n\nAye."),
        text(" <internal_thought>kept</internal_thought>"), END};
    try (RawClient client = ask("", steps)) {
      Cursor message = Cursor.of(Json.parse(client.answer().body())).at("choices").at(0)
          .at("message");
      assertEquals("Aye. <internal_thought>kept</internal_thought>",
          message.at("content").string());
      assertNull(message.at("reasoning_content").json());
    }
    server.stop(0);
    stats.close();
    try (RawClient client = ask(",\"reasoning_effort\":\"low\"", steps)) {
      assertEquals("hmloud", Cursor.of(Json.parse(client.answer().body())).at("choices").at(0)
          .at("message").at("reasoning_content").string());
    }
  }

  @Test
  void a_reply_that_only_thinks_is_empty() throws Exception {
    try (RawClient client = ask("", text("<think>all of it"), END)) {
      RawClient.Answer answer = client.answer();
      assertEquals(502, answer.status());
      assertTrue(answer.text().contains("empty_reply"), answer.text());
    }
  }
}
