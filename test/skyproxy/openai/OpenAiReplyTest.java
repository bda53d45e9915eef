package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.events;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.settings.Settings;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;

/// Replies that are asked for again: after refusals, and where a model did nothing but think.
final class OpenAiReplyTest {
  private static final String ROLE = delta("\"role\":\"assistant\",\"content\":\"\"", "null");
  private static final String SAID = delta("\"content\":\"Aye.\"", "\"stop\"");
  private static final String THOUGHT = delta("\"reasoning_content\":\"He asks.\"", "null");
  private static final String LENGTH = delta("", "\"length\"");

  private final FakeUpstream fake = new FakeUpstream();
  private final Provider server = OpenAiProvider.configured(new Settings.Server("l",
      URI.create(fake.url() + "/v1"), null, List.of(), List.of(), Json.Obj.builder().build(), false,
      Limits.DEFAULT));
  private final Provider openRouter =
      OpenRouter.provider(URI.create(fake.url() + "/v1"), () -> "sk-made-up", Limits.DEFAULT);

  @AfterEach
  void close() {
    server.close();
    openRouter.close();
    fake.close();
  }

  private static String delta(String members, String finishReason) {
    return "{\"choices\":[{\"index\":0,\"delta\":{" + members + "},\"finish_reason\":"
        + finishReason + "}]}";
  }

  private static String whole(String message, String finishReason) {
    return "{\"choices\":[{\"index\":0,\"message\":{" + message + "},\"finish_reason\":\""
        + finishReason + "\"}]}";
  }

  /// What is said in answer.
  private static String ask(Provider provider, String messages, boolean stream, String more) {
    ChatRequest request = ChatRequest.parse((Json.Obj) Json.parse("{\"stream\":" + stream
        + ",\"messages\":[" + messages + "]" + more + "}"), ChatRequest.Caller.UNKNOWN)
        .withModel("m");
    StringBuilder said = new StringBuilder();
    try (Reply reply = provider.open(request)) {
      for (Event event; (event = reply.next(Duration.ofSeconds(20))) != null; ) {
        if (event instanceof Chunk chunk) said.append(chunk.text());
      }
    }
    return said.toString();
  }

  private static String ask(Provider provider, boolean stream) {
    return ask(provider, message("user"), stream, ",\"reasoning\":{\"enabled\":false}");
  }

  private static String message(String role) {
    return "{\"role\":\"" + role + "\",\"content\":\"a\"}";
  }

  private List<Json> efforts() {
    return fake.requests().stream()
        .map(each -> each.json().members().getOrDefault("reasoning_effort", Json.NULL)).toList();
  }

  private void thinksUnlessTold(boolean speaks, String tags) {
    fake.answer(request -> {
      boolean told = request.text().contains("\"reasoning_effort\":\"none\"");
      boolean stream = request.text().contains("\"stream\":true");
      String thought = tags == null ? THOUGHT : delta("\"content\":\"" + tags + "\"", "null");
      if (stream) {
        return told ? events(ROLE, SAID, "[DONE]")
            : speaks ? events(ROLE, thought, SAID, "[DONE]")
            : events(ROLE, thought, LENGTH, "[DONE]");
      }
      String inside = tags == null ? "\"reasoning_content\":\"He asks.\",\"content\":\"\""
          : "\"content\":\"" + tags + "\"";
      return json(told ? whole("\"content\":\"Aye.\"", "stop") : whole(inside, "length"));
    });
  }

  @Test
  void a_reply_of_thoughts_alone_is_asked_for_again_without_and_that_is_remembered() {
    for (String tags : new String[] {null, "<think>He asks, and I must think.</think>"}) {
      for (boolean stream : new boolean[] {true, false}) {
        thinksUnlessTold(false, tags);
        try (Provider fresh = OpenAiProvider.configured(new Settings.Server("l",
            URI.create(fake.url() + "/v1"), null, List.of(), List.of(),
            Json.Obj.builder().build(), false, Limits.DEFAULT))) {
          int before = fake.requests().size();
          assertEquals("Aye.", ask(fresh, stream));
          assertEquals(before + 2, fake.requests().size());
          assertEquals("Aye.", ask(fresh, stream));
          assertEquals(before + 3, fake.requests().size());
        }
      }
    }
  }

  @Test
  void a_model_that_thinks_before_it_speaks_is_told_not_to_the_next_time() {
    thinksUnlessTold(true, null);
    assertEquals("Aye.", ask(server, true));
    assertEquals("Aye.", ask(server, true));
    assertEquals(List.of(Json.NULL, new Json.Str("none")), efforts());
  }

  @Test
  void who_asks_for_thoughts_gets_them_and_others_know_what_the_game_says() {
    thinksUnlessTold(true, null);
    ask(server, message("user"), true, ",\"reasoning\":{\"enabled\":true}");
    ask(openRouter, true);
    ask(openRouter, true);
    for (Json effort : efforts()) assertEquals(Json.NULL, effort);
  }

  @Test
  void a_model_that_can_not_be_told_is_not_told_for_ever() {
    fake.answer(request -> request.text().contains("reasoning_effort")
        ? status(400).body("{\"error\":\"property 'reasoning_effort' is unsupported\"}")
        : events(ROLE, THOUGHT, LENGTH, "[DONE]"));
    assertEquals("", ask(server, true));
    assertEquals(3, fake.requests().size());
    assertEquals("", ask(server, true));
    assertEquals(4, fake.requests().size());
  }

  @Test
  void an_order_that_did_not_help_is_not_remembered() {
    Answer refusal = status(500).body("{\"error\":\"Jinja Exception: the moons are wrong\"}");
    fake.answer(refusal);
    String messages = message("system") + "," + message("system") + "," + message("user");
    ChatException failed =
        assertThrows(ChatException.class, () -> ask(server, messages, true, ""));
    assertTrue(failed.failure().message().contains("the moons are wrong"));
    assertTrue(fake.requests().size() > 1);
    fake.answer(events(ROLE, SAID, "[DONE]"));
    assertEquals("Aye.", ask(server, messages, true, ""));
    assertTrue(fake.requests().getLast().text().contains(messages));
  }

  @Test
  void a_refusal_behind_the_beginning_of_a_stream_counts_as_long_as_nothing_was_said() {
    String refusal = "{\"error\":{\"message\":\"Unsupported parameter: 'top_k'\"}}";
    fake.answer(request -> request.text().contains("top_k") ? events(ROLE, refusal)
        : events(ROLE, SAID, "[DONE]"));
    assertEquals("Aye.", ask(server, message("user"), true, ",\"top_k\":1"));
    fake.answer(events(ROLE, SAID.replace("\"stop\"", "null"), refusal.replace("top_k", "top_p"))
        .pause(Duration.ofMillis(300)));
    assertThrows(ChatException.class,
        () -> ask(server, message("user"), true, ",\"top_p\":1"));
    assertEquals(3, fake.requests().size());
    assertNull(fake.requests().getLast().json().get("top_k"));
  }
}
