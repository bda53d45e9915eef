package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Program;
import skyproxy.testing.RealCli;

/// OpenAI's own SDK speaks to the packed jar unchanged, with a loopback Messages API behind it.
@Tag("cli")
final class OpenAiSdkTest {
  private static final String START = """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","model":"claude-sonnet-5-5",\
      "usage":{"input_tokens":10,"cache_read_input_tokens":64,"output_tokens":1}}}

      """;
  private static final String END = """
      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"%s"},"usage":{"output_tokens":5}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  @TempDir Path folder;
  private final FakeUpstream upstream = new FakeUpstream();
  private Program proxy;

  @AfterEach
  void close() throws Exception {
    if (proxy != null) proxy.close();
    upstream.close();
  }

  private Cursor run(String task) throws Exception {
    ProcessBuilder sdk = RealCli.openAiSdk(Fixtures.path("openai-sdk/client.cjs"));
    proxy = Program.start(folder, Map.of("ANTHROPIC_API_KEY", "sk-ant-made-up"), "--port", "0",
        "--claude", "off", "--codex", "off", "--anthropic-url", upstream.url());
    proxy.awaitListening();
    sdk.command().add("http://127.0.0.1:" + proxy.port() + "/v1");
    sdk.command().add(task);
    return Cursor.of(Json.parse(RealCli.output(sdk)));
  }

  private static String block(int index, String start, String... deltas) {
    StringBuilder text = new StringBuilder("""
        event: content_block_start
        data: {"type":"content_block_start","index":%s,"content_block":%s}

        """.formatted(index, start));
    for (String delta : deltas) {
      text.append("""
          event: content_block_delta
          data: {"type":"content_block_delta","index":""")
          .append(index).append(",\"delta\":").append(delta).append("}\n\n");
    }
    return text.append("""
        event: content_block_stop
        data: {"type":"content_block_stop","index":""").append(index).append("}\n\n").toString();
  }

  private static String speech(String... words) {
    String[] deltas = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      deltas[i] = """
          {"type":"text_delta","text":%s}""".formatted(new Json.Str(words[i]));
    }
    return block(0, """
        {"type":"text","text":""}""", deltas);
  }

  @Test
  void a_whole_completion() throws Exception {
    upstream.answer(sse(START + speech("I am sworn ", "to carry your burdens. 🐉")
        + END.formatted("end_turn")));
    Cursor seen = run("whole");
    Cursor choice = seen.at("choices").at(0);
    assertEquals("I am sworn to carry your burdens. 🐉",
        choice.at("message").at("content").string());
    assertEquals("stop", choice.at("finish_reason").string());
    assertEquals("claude-sonnet-5-5", seen.at("model").string());
    assertEquals(79, seen.at("usage").at("total_tokens").integer());
    assertEquals(64, seen.at("usage").at("prompt_tokens_details").at("cached_tokens").integer());
  }

  @Test
  void a_stream() throws Exception {
    upstream.answer(sse(START + speech("I am sworn ", "to carry ", "your burdens.")
        + END.formatted("max_tokens")).inPiecesOf(3));
    Cursor seen = run("stream");
    assertEquals("I am sworn to carry your burdens.", seen.at("text").string());
    assertEquals(3, seen.at("deltas").integer());
    assertEquals(1, seen.at("roles").integer());
    assertEquals("length", seen.at("finish").string());
    assertEquals(74, seen.at("usage").at("prompt_tokens").integer());
  }

  @Test
  void the_streaming_helper_puts_a_message_together() throws Exception {
    upstream.answer(sse(START + speech("Aye, ", "my Thane.") + END.formatted("end_turn")));
    assertEquals("Aye, my Thane.", run("runner").at("text").string());
  }

  @Test
  void parallel_tool_calls_in_a_stream() throws Exception {
    upstream.answer(sse(START
        + block(0, "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"go\",\"input\":{}}",
            "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"to\\\":\"}",
            "{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Riften\\\"}\"}")
        + block(1, "{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"go\",\"input\":{}}",
            "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
        + END.formatted("tool_use")));
    Cursor seen = run("tools");
    assertEquals("{\"to\":\"Riften\"}", seen.at("calls").at(0).at("arguments").string());
    assertEquals("t2", seen.at("calls").at(1).at("id").string());
    assertEquals("tool_calls", seen.at("finish").string());
  }

  @Test
  void the_models() throws Exception {
    Cursor seen = run("models");
    assertEquals("demo", seen.at("demo").at("id").string());
    assertTrue(seen.at("ids").array().stream().anyMatch(id -> id.string().startsWith("claude-")));
  }

  @Test
  void a_rate_limit_is_the_sdk_s_own_error() throws Exception {
    upstream.answer(status(429).header("Retry-After", "7").body("""
        {"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"""));
    Cursor seen = run("failure");
    assertEquals("RateLimitError", seen.at("name").string());
    assertEquals("rate_limit_exceeded", seen.at("code").string());
    assertEquals("7", seen.at("retryAfter").string());
  }

  @Test
  void a_refused_key_of_ours_is_no_authentication_error() throws Exception {
    upstream.answer(status(401).body("""
        {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"""));
    Cursor seen = run("failure");
    assertEquals(503, seen.at("status").integer());
    assertEquals("upstream_auth", seen.at("code").string());
  }

  @Test
  void a_reply_that_breaks_off_is_an_error_after_its_words() throws Exception {
    upstream.answer(sse(START + speech("Ten ", "septims "))
        .pause(Duration.ofMillis(50)).dropAfter(4));
    Cursor seen = run("broken");
    assertTrue(seen.at("failed").bool(), seen.toString());
    assertEquals("Ten septims ", seen.at("text").string(), seen.toString());
  }

  @Test
  void an_abort_ends_the_upstream_call() throws Exception {
    upstream.answer(sse(START + speech("Ten ", "septims ")).stallAfter(4));
    assertTrue(run("abort").at("aborted").bool());
    assertTrue(upstream.cuts().tryAcquire(30, TimeUnit.SECONDS), "the call was cut off");
    assertFalse(proxy.stderr().contains("sk-ant-made-up"));
  }
}
