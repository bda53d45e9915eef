package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.RawClient;

/// Servers as players run them, with the habits that they have, from the game's side.
@Tag("core")
final class LocalServersTest {
  private final FakeUpstream one = new FakeUpstream();
  private final FakeUpstream two = new FakeUpstream();
  @TempDir
  private Path folder;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = new LocalProxy(folder, """
        "aliases":{"lydia":"one:m"},"providers":{\
        "one":{"base_url":"%s/v1/","connect_seconds":60,"first_token_seconds":60},\
        "narrow":{"base_url":"%s/v1","max_concurrent":1},\
        "two":{"base_url":"%s/v1","models":["named"],"connect_seconds":60,\
        "first_token_seconds":60}}"""
        .formatted(one.url(), one.url(), two.url()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    one.close();
    two.close();
  }

  private static String content(String text) {
    return """
        {"choices":[{"index":0,"delta":{"content":%s}}]}""".formatted(new Json.Str(text));
  }

  private static final String STOP = """
      {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

  /// Says what it was asked, a few characters at a time.
  private static FakeUpstream.Answer echo(Received request) {
    String text = Cursor.of(request.json()).at("messages").at(0).at("content").string();
    int pieces = (text.length() + 4) / 5;
    String[] data = new String[pieces + 2];
    for (int i = 0; i < pieces; i++) {
      data[i] = content(text.substring(i * 5, Math.min(text.length(), i * 5 + 5)));
    }
    data[pieces] = STOP;
    data[pieces + 1] = "[DONE]";
    return FakeUpstream.events(data).pause(Duration.ofMillis(1));
  }

  @Test
  void a_hundred_streams_over_two_models_get_their_own_text_and_even_shares() throws Exception {
    Queue<String> asked = new ConcurrentLinkedQueue<>();
    for (FakeUpstream each : List.of(one, two)) {
      each.answer(received -> {
        asked.add(each == one ? "one" : "two");
        return echo(received);
      });
    }
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = IntStream.range(0, 100).mapToObj(i -> pool.submit(() ->
          proxy.post(LocalProxy.request("one:m, two:m", true)
              .replace("Who goes there?", story(i))))).toList();
      for (int i = 0; i < 100; i++) {
        Answer answer = answers.get(i).get();
        assertEquals(story(i), answer.spoken(), answer.text());
        assertEquals("stop", answer.finishReason());
        assertTrue(answer.done());
      }
    }
    Map<String, Integer> shares = new TreeMap<>();
    asked.forEach(who -> shares.merge(who, 1, Integer::sum));
    assertEquals(Map.of("one", 50, "two", 50), shares);
  }

  private static String story(int number) {
    return "Traveller " + number + " walks to Whiterun, and " + "on ".repeat(number % 17) + "he "
        + "sees dragon " + number * 7 + ".";
  }

  @Test
  void a_chunk_goes_on_in_the_text_that_came_unless_the_game_would_show_an_escape()
      throws Exception {
    String odd = """
        { "n":1.50, "choices" : [{"delta":{"role":"assistant","content":""}}]}""";
    String escaped = """
        { "choices":[{"delta":{"content":"don\\u2019t "}}]}""";
    String badUtf8 = content("? ");
    byte[] stream = ("data: " + String.join("\n\ndata: ", odd, escaped, badUtf8, STOP, "[DONE]")
        + "\n\n").getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < stream.length; i++) {
      if (stream[i] == '?') stream[i] = (byte) 0xE9;
    }
    one.answer(FakeUpstream.status(200).header("Content-Type", "text/event-stream")
        .body(stream));
    assertEquals(String.join("\n\n", "data: " + odd, "data: " + content("don’t ")
        .replace("\"index\":0,", ""), "data: " + content("\uFFFD "), "data: " + STOP,
        "data: [DONE]"), proxy.post(LocalProxy.request("one:m", true)).text().strip());
  }

  @Test
  void ollama() throws Exception {
    String start = """
        {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,\
        "model":"qwen3:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,\
        "delta":{"role":"assistant","content":\"""";
    one.answer(received -> received.path().equals("/v1/models")
        ? FakeUpstream.json("""
            {"object":"list","data":[{"id":"qwen3:8b",\
            "object":"model","created":1,"owned_by":"library"}]}""")
        : FakeUpstream.events(start + "Hel\"},\"finish_reason\":null}]}",
            start + "lo, \"},\"finish_reason\":null}]}",
            start + "Thane.\"},\"finish_reason\":null}]}",
            start + "\"},\"finish_reason\":\"stop\"}]}", "[DONE]"));
    Answer answer = proxy.ask("one:qwen3:8b", true);
    assertEquals("Hello, Thane.", answer.spoken());
    assertEquals("stop", answer.finishReason());
    assertTrue(answer.done());
    assertTrue(answer.text().contains("fp_ollama"));
    assertEquals("qwen3:8b", Cursor.of(one.requests().getFirst().json()).at("model").string());
    assertTrue(models().contains("\"id\":\"one:qwen3:8b\""), models());
  }

  private String models() throws Exception {
    try (RawClient client = proxy.client()) {
      return client.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text();
    }
  }

  @Test
  void lm_studio() throws Exception {
    String start = """
        data:{"id":"chatcmpl-2","object":"chat.completion.chunk","model":\
        "m","usage":null,"choices":[{"index":0,"logprobs":null,"delta":""";
    one.answer(FakeUpstream.sse(("""
        : hello

        %s{"role":"assistant"},"finish_reason":null}]}

        %s{"content":"Aye, "},"finish_reason":null}]}

        %s{"content":"Thane."},"finish_reason":null}]}

        %s{},"finish_reason":"stop"}]}

        data:[DONE]

        """.formatted(start, start, start, start)).replace("\n", "\r\n")));
    Answer answer = proxy.ask("lydia", true);
    assertEquals("Aye, Thane.", answer.spoken());
    assertEquals("stop", answer.finishReason());
    assertTrue(answer.done());
    Received received = one.requests().getFirst();
    for (String name : List.of("Upgrade", "HTTP2-Settings", "Authorization")) {
      assertNull(received.header(name), name);
    }
    assertEquals("identity", received.header("Accept-Encoding"));
    assertEquals("/v1/chat/completions", received.path());
  }

  @Test
  void a_server_that_does_what_it_was_not_asked_for() throws Exception {
    one.answer(FakeUpstream.json("""
        {"id":"c","object":"chat.completion","choices":\
        [{"index":0,"message":{"role":"assistant","content":"Aye."},"finish_reason":"stop"}]}"""));
    Answer streamed = proxy.ask("one:m", true);
    assertEquals("Aye.", streamed.spoken());
    assertTrue(streamed.done());
    one.answer(FakeUpstream.events(content("Aye, "), content("Thane."), STOP, "[DONE]"));
    Answer whole = proxy.ask("one:m", false);
    assertEquals("Aye, Thane.", whole.spoken());
    assertEquals("stop", whole.finishReason());
    assertEquals(1, whole.data().size());
  }

  private static String counted(String delta, String figures) {
    return """
        {"id":"c","x":1,"choices":[{"index":0,"delta":%s}],"usage":%s}""".formatted(delta, figures);
  }

  @Test
  void figures_in_each_chunk_come_when_they_are_asked_for_once_and_last() throws Exception {
    one.answer(FakeUpstream.events(counted("{\"content\":\"\"}", "{\"prompt_tokens\":5}"),
        counted("{\"reasoning_content\":\"Hm\"}", "{\"completion_tokens\":1}"),
        counted("{\"content\":\"Aye, \"}", "{\"completion_tokens\":2}"),
        counted("{\"content\":\"Thane.\"}", "{\"completion_tokens\":3}"), STOP, """
            {"id":"c","choices":[],"usage":{"completion_tokens":4,"cost":0.5}}""", "[DONE]"));
    Answer unasked = proxy.ask("one:m", true);
    assertEquals("Aye, Thane.", unasked.spoken());
    assertFalse(unasked.text().contains("usage"), unasked.text());
    assertEquals(4, unasked.data().size(), unasked.text());
    Answer asked = proxy.post(LocalProxy.request("one:m", true).replaceFirst("\\{",
        "{\"stream_options\":{\"include_usage\":true},"));
    assertEquals("Aye, Thane.", asked.spoken());
    assertEquals("[{\"id\":\"c\",\"choices\":[],\"usage\":"
        + "{\"prompt_tokens\":5,\"completion_tokens\":4,\"cost\":0.5}}]",
        asked.data().stream().filter(each -> each.get("usage") != null).toList().toString());
    assertEquals(5, asked.data().size());
    assertTrue(asked.done());
    String closing = "{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":5}}";
    one.answer(FakeUpstream.events(content("Aye."), STOP, closing, "[DONE]"));
    assertEquals(closing, proxy.ask("one:m", true).data().getLast().toString(),
        "a server that tells them as OpenRouter does, asked or not");
  }

  @Test
  void characters_survive_being_cut_anywhere() throws Exception {
    String text = "Здравствуй, путник! Zażółć gęślą jaźń. 山の上に竜がいる。 🐉🗡️ don’t — «да»";
    for (int size : new int[] {1, 2, 3, 5, 200}) {
      one.answer(FakeUpstream.events(content(text), STOP, "[DONE]").inPiecesOf(size));
      Answer answer = proxy.ask("one:m", true);
      assertEquals(text, answer.spoken());
      assertFalse(answer.text().contains("\uFFFD"));
    }
    String[] units = new String[text.length() + 2];
    for (int i = 0; i < text.length(); i++) units[i] = content(text.substring(i, i + 1));
    units[text.length()] = STOP;
    units[text.length() + 1] = "[DONE]";
    one.answer(FakeUpstream.events(units));
    Answer answer = proxy.ask("one:m", true);
    assertEquals(text, answer.spoken());
    assertFalse(answer.text().contains("\\ud8"), "half a character: " + answer.text());
  }

  @Test
  void thoughts_are_not_spoken_and_words_come_whole() throws Exception {
    // In one write, so that no word has to wait for its end.
    one.answer(FakeUpstream.status(200).header("Content-Type", "text/event-stream").body("data: "
        + String.join("\n\ndata: ", "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
        + "\"content\":\"\",\"reasoning\":\"He\"}}]}", content("<thi"), content("nk>lies"),
        content("</think>\n\nWel"), content("l, <internal_"), content("thought>no</internal_"),
        content("thought>. "), content("ACTION: Wa"), content("it"), STOP, "[DONE]") + "\n\n"));
    Answer answer = proxy.ask("one:m", true);
    assertEquals("Well, <internal_thought>no</internal_thought>. ACTION: Wait", answer.spoken());
    assertFalse(answer.text().contains("lies") || answer.text().contains("\"He\""), answer.text());
    assertFalse(answer.text().contains("\"Wel\"") || answer.text().contains("Wa\""), answer.text());
  }

  @Test
  void thoughts_that_were_asked_for_come_apart() throws Exception {
    one.answer(FakeUpstream.events("""
        {"choices":[{"index":0,"delta":{"reasoning":"He"}}]}""",
        content("<think>lies</think>Aye."), STOP, "[DONE]"));
    Answer answer = proxy.post(LocalProxy.request("one:m", true)
        .replaceFirst("\\{", "{\"reasoning\":{\"enabled\":true},"));
    assertEquals("Aye.", answer.spoken());
    assertTrue(answer.text().contains("\"reasoning_content\":\"He\""), answer.text());
    assertTrue(answer.text().contains("\"reasoning_content\":\"lies\""), answer.text());
  }

  @Test
  void who_comes_second_to_a_narrow_server_waits_for_the_first() throws Exception {
    Semaphore gate = new Semaphore(0);
    one.answer(FakeUpstream.events(content("Aye. "), STOP, "[DONE]").gate(gate));
    try (RawClient first = proxy.client(); RawClient second = proxy.client()) {
      first.post("/v1/chat/completions", LocalProxy.request("narrow:m", true));
      gate.release();
      first.lineStarting("data: ");
      second.post("/v1/chat/completions", LocalProxy.request("narrow:m", true));
      second.lineStarting(": waiting");
      assertEquals(1, one.requests().size());
      gate.release(5);
      first.lineStarting("data: [DONE]");
      second.lineStarting("data: [DONE]");
      assertEquals(2, one.requests().size());
    }
  }

  @Test
  void a_game_that_hangs_up_frees_its_place_and_ends_the_call() throws Exception {
    one.answer(FakeUpstream.events(content("Aye. "), STOP).stallAfter(1));
    try (RawClient client = proxy.client()) {
      client.post("/v1/chat/completions", LocalProxy.request("narrow:m", true));
      client.lineStarting("data: ");
      client.hangUp();
    }
    one.cuts().acquire();
    one.answer(FakeUpstream.events(content("Aye. "), STOP, "[DONE]"));
    assertEquals("Aye. ", proxy.ask("narrow:m", true).spoken());
  }

  @Test
  void models_are_listed_when_their_server_can_not_be_reached() throws Exception {
    one.answer(FakeUpstream.json("""
        {"data":[{"id":"a/b"}]}"""));
    two.answer(FakeUpstream.silence());
    String list = models();
    assertTrue(list.contains("\"id\":\"two:named\"") && list.contains("\"id\":\"one:a/b\""), list);
    for (String id : List.of("two:named", "one:a/b", "one:a%2Fb", "lydia")) {
      try (RawClient client = proxy.client()) {
        client.send("GET /v1/models/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertEquals(200, client.answer().status(), id);
      }
    }
  }
}
