package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Limits;
import skyproxy.json.Json;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseReader;
import skyproxy.testing.Leaks;

/// The replies of OpenAI-compatible servers, in all the shapes that are around.
final class OpenAiDecoderTest {
  private static final String KEY = "sk-made-up-0123456789";
  static final ServerProfile SERVER = new ServerProfile("openrouter", "OpenRouter",
      URI.create("https://or.invalid/v1"), () -> KEY, true, "Enter a key.", "", List.of(),
      Set.of(), Json.Obj.builder().build(), ServerProfile.Prices.NONE, false, true,
      ChatRequest.Caller.UNKNOWN, Limits.DEFAULT);

  static OpenAiDecoder decoder(boolean streams) {
    return new OpenAiDecoder(new OpenAiFailures(SERVER, "a/b", KEY, _ -> { }), streams);
  }

  static List<Json> stream(boolean streams, String text) {
    OpenAiDecoder decoder = decoder(streams);
    List<Event> out = new ArrayList<>();
    SseReader reader = new SseReader();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    reader.feed(bytes, 0, bytes.length, event -> decoder.decode(event, out::add));
    decoder.end(out::add);
    return bodies(out);
  }

  static List<Json> whole(boolean streams, String text) {
    List<Event> out = new ArrayList<>();
    decoder(streams).decodeWhole(text.getBytes(StandardCharsets.UTF_8), out::add);
    return bodies(out);
  }

  static List<Json> bodies(List<Event> events) {
    return events.stream().<Json>map(event -> ((Chunk) event).body()).toList();
  }

  static List<Json> json(String... texts) {
    return List.of(texts).stream().map(Json::parse).toList();
  }

  static String data(String... texts) {
    return "data: " + String.join("\n\ndata: ", texts) + "\n\n";
  }

  static String chunk(String delta, String finish) {
    return """
        {"id":"c","object":"chat.completion.chunk","model":"m","choices":\
        [{"index":0,"delta":%s,"finish_reason":%s}]}""".formatted(delta, finish);
  }

  static final String WHO = chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null");
  static final String AYE = chunk("{\"role\":\"assistant\",\"content\":\"Aye\"}", "null");
  static final String STOP = chunk("{}", "\"stop\"");

  static Failure fails(Runnable run) {
    return assertThrows(ChatException.class, run::run).failure();
  }

  private static Failure status(int status, String body) {
    return decoder(true).failure(status, HttpHeaders.of(
        Map.of("Retry-After", List.of("7")), (_, _) -> true),
        body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void chunks_go_on_as_they_came_with_members_nobody_has_heard_of() {
    String odd = """
        {"odd":[1.50,1e400],"provider":"X","choices":[{"native":{"a":null},\
        "delta":{"role":"assistant","content":"","annotations":[]}}]}""";
    String said = odd.replace("\"content\":\"\"", "\"content\":\"Aye\"");
    assertEquals(json(odd, said, STOP), stream(true, data(odd, said, STOP, "[DONE]")));
    Chunk same = Chunk.of((Json.Obj) Json.parse(odd), odd);
    assertSame(same, OpenAiDecoder.piece(same));
  }

  @Test
  void the_end_may_lack_done_or_the_reason_but_not_both() {
    assertEquals(json(WHO, AYE, STOP), stream(true, data(AYE, STOP)));
    assertEquals(json(WHO, AYE, STOP), stream(true, data(AYE, "[DONE]")));
    assertInstanceOf(Failure.Garbled.class, fails(() -> stream(true, data(AYE))));
    assertInstanceOf(Failure.Garbled.class, fails(() -> stream(true, "")));
    assertInstanceOf(Failure.Garbled.class, fails(() -> stream(false, data(AYE))));
  }

  @Test
  void a_stream_whose_first_chunk_does_not_just_say_who_speaks_gets_one_that_does() {
    for (String delta : List.of("{\"content\":\"Aye\"}", "{\"role\":\"assistant\"}",
        "{\"role\":\"assistant\",\"content\":\"Aye\"}")) {
      String first = chunk(delta, "null");
      assertEquals(json(WHO, first, STOP), stream(true, data(first, STOP, "[DONE]")));
    }
    String calls = chunk("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0}]}",
        "null");
    assertEquals(json(calls, STOP), stream(true, data(calls, STOP, "[DONE]")));
  }

  @Test
  void a_reply_of_tool_calls_whose_end_is_missing_ends_in_tool_calls() {
    String call = chunk("{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"1\"}]}",
        "null");
    assertEquals(json(call, chunk("{}", "\"tool_calls\"")), stream(true, data(call, "[DONE]")));
  }

  @Test
  void what_follows_done_is_not_looked_at() {
    assertEquals(json(WHO, AYE, STOP),
        stream(true, data(AYE, STOP, "[DONE]", "garbage", "[DONE]")));
  }

  @Test
  void local_servers_habits_are_understood() {
    String nullUsage = AYE.replaceFirst("\\}$", ",\"usage\":null}");
    assertEquals(json(WHO, nullUsage, STOP), stream(true,
        (": hello\n\ndata:" + nullUsage + "\n\ndata:\n\ndata:" + STOP + "\n\ndata: [DONE] \n\n")
            .replace("\n", "\r\n")));
    String blank = chunk("{\"content\":\"Aye\"}", "\"\"");
    assertInstanceOf(Failure.Garbled.class, fails(() -> stream(true, data(blank))));
  }

  @Test
  void an_answer_in_one_piece_to_a_streamed_request_becomes_a_chunk() {
    String completion = "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":"
        + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Aye\","
        + "\"tool_calls\":[{\"id\":\"1\"},{\"id\":\"2\"}]},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":3}}";
    String chunk = """
        {"id":"c","object":"chat.completion.chunk","model":"m","choices":\
        [{"index":0,"delta":{"role":"assistant","content":"Aye","tool_calls":\
        [{"index":0,"id":"1"},{"index":1,"id":"2"}]},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":3}}""";
    assertEquals(json(chunk).toString(), whole(true, completion).toString());
    assertEquals(json(chunk).toString(), stream(true, data(completion, "[DONE]")).toString());
    assertEquals(json(completion).toString(), whole(false, completion).toString());
  }

  @Test
  void an_answer_in_one_piece_without_a_reason_gets_one() {
    List<Json> out = whole(true, """
        {"choices":[{"message":{"content":"Aye"}}]}""");
    assertEquals(3, out.size());
    assertTrue(out.getLast().toString().contains("\"finish_reason\":\"stop\""));
  }

  @Test
  void a_stream_to_a_request_that_does_not_stream_is_put_together() {
    String usage = """
        {"id":"c","choices":[],"usage":{"prompt_tokens":3}}""";
    List<Json> out = stream(false, data(AYE.replace("\"id\"", "\"odd\":1.50,\"id\""),
        chunk("{\"content\":\", my \",\"reasoning\":\"h\"}", "null"),
        chunk("{\"content\":\"Thane.\",\"reasoning\":\"m\"}", "null"),
        chunk("{\"tool_calls\":[{\"index\":1,\"id\":\"2\",\"function\":{\"name\":\"g\"}}]}",
            "null"),
        chunk("{\"tool_calls\":[{\"index\":0,\"id\":\"1\",\"type\":\"function\",\"function\":"
            + "{\"name\":\"f\",\"arguments\":\"{\\\"a\"}}]}", "null")
            .replace("\"index\":0,\"id\"", "\"index\":1,\"type\""),
        chunk("{}", "\"tool_calls\""), usage, "[DONE]"));
    assertEquals(1, out.size());
    assertEquals("{\"odd\":1.50,\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
        + "\"content\":\"Aye, my Thane.\",\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"2\","
        + "\"function\":{\"name\":\"g\"}},{\"type\":\"function\",\"function\":{\"name\":\"f\","
        + "\"arguments\":\"{\\\"a\"}}]},\"finish_reason\":\"tool_calls\"}],"
        + "\"usage\":{\"prompt_tokens\":3}}", out.getFirst().toString());
  }

  @Test
  void arguments_in_pieces_are_joined_call_by_call() {
    String first = """
        {"tool_calls":[{"index":0,"id":"1","function":{"name":"f",\
        "arguments":"{"}},{"index":1,"id":"2","function":{"name":"g","arguments":""}}]}""";
    String second = """
        {"tool_calls":[{"index":1,"function":{"arguments":"{}"}},\
        {"index":0,"function":{"arguments":"}"}}]}""";
    String out = stream(false, data(chunk(first, "null"), chunk(second, "\"tool_calls\"")))
        .getFirst().toString();
    assertTrue(out.contains("""
        "tool_calls":[{"id":"1","function":{"name":"f",\
        "arguments":"{}"}},{"id":"2","function":{"name":"g","arguments":"{}"}}]"""), out);
  }

  @Test
  void errors_inside_a_success_are_failures_by_their_code() {
    String error = """
        {"error":{"message":"Provider returned error","code":%s,"metadata":{"raw":"too hot"}}}""";
    for (boolean streams : new boolean[] {true, false}) {
      Failure failure = fails(() -> whole(streams, error.formatted("429")));
      assertInstanceOf(Failure.RateLimited.class, failure);
      assertTrue(failure.message().contains("too hot"), failure.message());
    }
    assertInstanceOf(Failure.Broken.class, fails(() -> stream(true, data(error.formatted(502)))));
    assertInstanceOf(Failure.RateLimited.class,
        fails(() -> stream(true, data(AYE, error.formatted("\"429\"")))));
    assertInstanceOf(Failure.Unauthorized.class,
        fails(() -> stream(true, data(error.formatted("401")))));
    assertInstanceOf(Failure.TooLong.class, fails(() -> stream(true,
        data(error.formatted("\"context_length_exceeded\"")))));
    assertInstanceOf(Failure.Broken.class,
        fails(() -> stream(true, data("{\"error\":\"out of memory\"}"))));
    assertInstanceOf(Failure.Broken.class,
        fails(() -> stream(true, "event: error\n" + data("{\"message\":\"no\"}"))));
    assertInstanceOf(Failure.Broken.class,
        fails(() -> stream(true, data(AYE, chunk("{\"content\":\"\"}", "\"error\"")))));
    assertInstanceOf(Failure.Broken.class, fails(() -> whole(false, """
        {"choices":[{"message":{"content":"A"},"finish_reason":"error"}]}""")));
    assertInstanceOf(Failure.RateLimited.class, fails(() -> stream(true, data("""
        {"choices":[{"delta":{},"error":{"code":429,"message":"slow down"}}]}"""))));
  }

  @Test
  void an_error_member_that_holds_none_is_no_failure() {
    for (String none : List.of("null", "{}", "\"\"", "[]", "false")) {
      String chunk = STOP.replaceFirst("\\{", "{\"error\":" + none + ",");
      assertEquals(json(WHO, AYE, chunk), stream(true, data(AYE, chunk)));
    }
  }

  @Test
  void what_makes_no_sense_is_garbled() {
    for (String nonsense : List.of("{\"choices\":[{\"delta\":{\"cont", "[]", "7", "<html>")) {
      assertInstanceOf(Failure.Garbled.class, fails(() -> stream(true, data(AYE, nonsense))));
      assertInstanceOf(Failure.Garbled.class, fails(() -> whole(false, nonsense)));
    }
    assertInstanceOf(Failure.Garbled.class, fails(() -> whole(true, "")));
  }

  @Test
  void each_status_is_the_failure_that_it_means() {
    String body = """
        {"error":{"message":"m","param":"p","code":"c"}}""";
    Duration seven = Duration.ofSeconds(7);
    assertEquals(seven, ((Failure.Unauthorized) status(401, body)).retryAfter());
    assertInstanceOf(Failure.Unauthorized.class, status(403, body));
    assertEquals(seven, ((Failure.RateLimited) status(429, body)).retryAfter());
    assertEquals(seven, ((Failure.Overloaded) status(529, body)).retryAfter());
    assertInstanceOf(Failure.TimedOut.class, status(408, body));
    assertEquals(413, ((Failure.TooLong) status(413, body)).status());
    for (int same : new int[] {400, 402, 404, 422}) {
      Failure.Rejected rejected = (Failure.Rejected) status(same, body);
      assertEquals(List.of(same, "p", "c"),
          List.of(rejected.status(), rejected.param(), rejected.code()));
      assertTrue(rejected.message().contains("OpenRouter says: m"), rejected.message());
    }
    for (int broken : new int[] {301, 418, 500, 502, 503, 504, 599}) {
      assertEquals(broken, ((Failure.Broken) status(broken, body)).status());
    }
  }

  @Test
  void every_shape_of_error_is_read() {
    for (String body : List.of("{\"error\":\"words\"}", "{\"message\":\"words\"}",
        "{\"detail\":\"words\"}", "[{\"error\":{\"message\":\"words\"}}]", "\"words\"",
        "{\"object\":\"error\",\"message\":\"words\",\"code\":40301}",
        "{\"detail\":[7,{\"loc\":[\"body\",\"top_k\"],\"msg\":\"words\"}]}")) {
      String message = status(400, body).message();
      assertTrue(message.endsWith("words"), message);
    }
    assertEquals("top_k", ((Failure.Rejected) status(422, """
        {"detail":[{"loc":["body","top_k"],"msg":"words"}]}""")).param());
    for (String page : List.of("<html>nginx</html>", "", "{", "null", "[]", "{\"error\":null}")) {
      assertEquals(-1, status(500, page).message().indexOf("says"), page);
    }
  }

  @Test
  void a_refusal_of_content_is_never_taken_for_a_refused_key() {
    for (Failure failure : List.of(status(403, """
        {"error":{"code":403,"message":"m",\
        "metadata":{"reasons":["violence"],"flagged_input":"x"}}}"""),
        status(400, """
            {"error":{"code":"content_filter","message":"m"}}"""),
        status(400, """
            {"error":{"code":"content_policy_violation"}}"""))) {
      assertEquals(400, ((Failure.Rejected) failure).status());
      assertEquals(false, failure.letsNextTry());
    }
  }

  @Test
  void no_credential_shows_in_a_message() {
    for (int status : new int[] {400, 401, 500}) {
      String message = status(status, """
          {"error":"Key %s or Bearer abcdef or sk-proj-abcdefgh is wrong"}"""
          .formatted(KEY)).message();
      assertTrue(message.endsWith("Key *** or *** or *** is wrong"), message);
    }
  }

  @Test
  void no_error_shows_a_credential_or_a_mail_address() {
    String body = """
        {"error":{"message":"%s"}}""".formatted(Leaks.WORDS);
    for (int status : new int[] {302, 400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 529}) {
      Leaks.assertNone(status(status, body).message());
    }
    Leaks.assertNone(fails(() -> stream(true, data(body))).message());
    Leaks.assertNone(fails(() -> whole(false, body)).message());
  }

  @Test
  void an_event_without_data_for_us_is_nothing() {
    OpenAiDecoder decoder = decoder(true);
    List<Event> out = new ArrayList<>();
    decoder.decode(new SseEvent("message", " "), out::add);
    assertEquals(List.of(), out);
  }
}
