package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Gguf;
import skyproxy.testing.LlamaServer;
import skyproxy.testing.RawClient;

/// A real server is added on the page by what a player types, and passes the check-up.
@Tag("llama")
final class LlamaSetupTest {
  /// An object, since the check-up asks for one as well.
  private static final String LINE = "{\"content\": \"Aye, my Thane.\"}";

  @TempDir
  private Path folder;
  private LlamaServer server;
  private LocalProxy proxy;

  static Stream<String> typed() {
    return Stream.of("http://HOST:PORT/v1", "http://HOST:PORT", "http://HOST:PORT/",
        "http://HOST:PORT/v1/", "http://HOST:PORT/v1/chat/completions",
        "http://HOST:PORT/chat/completions", "  http://HOST:PORT/v1 ", "HOST:PORT", "HOST:PORT/v1",
        "http://HOST:PORT/v1/models")
        .flatMap(address -> Stream.of("127.0.0.1", "localhost")
            .map(host -> address.replace("HOST", host)));
  }

  @BeforeEach
  void start() throws Exception {
    LlamaServer.assumeThere();
    proxy = new LocalProxy(folder, "");
  }

  private void server(Collection<String> phrases) throws Exception {
    server = LlamaServer.ready(Gguf.knowing(phrases, LINE, folder.resolve("talk.gguf")),
        "meta-llama-Llama-3.1-8B-Instruct", "-t", "2");
  }

  @AfterEach
  void stop() {
    if (proxy != null) proxy.close();
    if (server != null) server.close();
  }

  private RawClient.Answer config(String path, String body) throws Exception {
    try (RawClient client = proxy.client()) {
      return client.post("/config/" + path, body, "Content-Type: application/json").answer();
    }
  }

  private void add(String name, String address) throws Exception {
    RawClient.Answer added = config("server", "{\"name\":\"" + name + "\",\"base_url\":"
        + new Json.Str(address) + "}");
    assertEquals(200, added.status(), added.text());
  }

  private static String check(String model, String name) {
    return """
        {"model":"%s","check":"%s"}""".formatted(model, name);
  }

  @ParameterizedTest
  @MethodSource("typed")
  void an_address_is_understood_as_it_was_meant(String address) throws Exception {
    server(List.of());
    add("l", address.replace("PORT", Integer.toString(server.port())));
    for (boolean stream : new boolean[] {true, false}) {
      Answer answer = proxy.post(GameRequest.of("l:talk", "su", stream).toString());
      assertEquals(LINE, answer.spoken(), answer.text());
    }
  }

  /// The sentences of the long dialogue; letter by letter it would fill any context.
  private Set<String> sentences() throws Exception {
    try (FakeUpstream ear = new FakeUpstream()) {
      ear.answer(request -> request.method().equals("POST")
          ? FakeUpstream.status(400).body("{}") : FakeUpstream.json("{\"data\":[]}"));
      add("ear", ear.url() + "/v1");
      config("doctor", check("ear:m", "DIALOGUE"));
      return ear.requests().stream().filter(request -> request.method().equals("POST"))
          .flatMap(request -> Cursor.of(request.json()).at("messages").arrayOrEmpty().stream())
          .flatMap(message -> Stream.of(message.at("content").string().split("(?<=[.?!,:\n])")))
          .filter(sentence -> sentence.length() > 2).collect(Collectors.toSet());
    }
  }

  /// But for the picture, since this model has no eyes, and how long a long dialogue takes.
  @Test
  void the_check_up_is_all_green() throws Exception {
    server(sentences());
    add("l", server.url() + "/v1");
    Cursor list = Cursor.of(Json.parse(config("doctor", "{\"model\":\"l:talk\"}").body()));
    StringBuilder wrong = new StringBuilder();
    for (Cursor check : list.at("checks").arrayOrEmpty()) {
      String name = check.at("check").string();
      RawClient.Answer answer = config("doctor", check("l:talk", name));
      Cursor found = Cursor.of(Json.parse(answer.body()));
      String result = found.at("result").stringOr("");
      boolean right = switch (name) {
        case "PICTURE" -> found.at("words").stringOr("").contains("image")
            || found.at("words").stringOr("").contains("can't see");
        case "DIALOGUE" -> found.at("words").stringOr("").contains(LINE);
        default -> result.equals("works");
      };
      if (!right) wrong.append('\n').append(answer.text());
    }
    assertTrue(list.at("checks").arrayOrEmpty().size() >= 10);
    assertEquals("", wrong.toString());
  }
}
