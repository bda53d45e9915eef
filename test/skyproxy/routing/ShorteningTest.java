package skyproxy.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Message;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.testing.Replies;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestRoutes;

/// A prompt that is too long for everybody: what is left out of it, how often, what is said.
final class ShorteningTest {
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);
  private static final Failure.TooLong UNCOUNTED =
      new Failure.TooLong(400, "Too long.", null, "context_length_exceeded", null, null);

  private static String message(String role, String text) {
    return """
        {"role":"%s","content":"%s"}""".formatted(role, text);
  }

  private static ChatRequest request(List<String> messages) {
    return Replies.request("""
        {"model":"a","temperature":1,"messages":[%s]}""".formatted(String.join(",", messages)));
  }

  /// Instructions, then lines 1 to `count` of a hundred characters each.
  private static List<String> lines(int count) {
    List<String> lines = new ArrayList<>(List.of(message("system", "You are a guard.")));
    for (int i = 1; i <= count; i++) {
      lines.add(message(i % 2 == 0 ? "assistant" : "user", "%-100d".formatted(i)));
    }
    return lines;
  }

  private static Failure.TooLong counted(int tokens, int limit) {
    return new Failure.TooLong(400, "Too long.", null, null, tokens, limit);
  }

  private static List<String> texts(ChatRequest request) {
    return request.messages().stream().map(Message::text).map(String::strip).toList();
  }

  @Test
  void a_quarter_goes_when_nobody_counted_the_oldest_first_and_never_the_last_six() {
    Shortening shorter = Shortening.of(request(lines(20)), UNCOUNTED);
    assertEquals(6, shorter.leftOut());
    assertEquals(List.of("You are a guard.", "7", "8"), texts(shorter.request()).subList(0, 3));
    assertEquals(15, shorter.request().messages().size());
    assertEquals("a", shorter.request().model());
    assertEquals(15, Cursor.of(shorter.request().body()).at("messages").array().size());
    assertEquals(1, Cursor.of(shorter.request().body()).at("temperature").integer());
    assertEquals(2, Shortening.of(request(lines(8)), UNCOUNTED).leftOut());
    assertNull(Shortening.of(request(lines(6)), UNCOUNTED));
  }

  @Test
  void the_refusal_s_own_count_says_how_much() {
    assertEquals(2, Shortening.of(request(lines(20)), counted(1_030, 1_000)).leftOut());
    assertEquals(12, Shortening.of(request(lines(20)), counted(2_000, 1_000)).leftOut());
    assertEquals(14, Shortening.of(request(lines(20)), counted(90_000, 1_000)).leftOut());
  }

  @Test
  void instructions_stay_wherever_they_stand() {
    List<String> messages = lines(20);
    messages.add(3, message("system", "It is night."));
    messages.add(1, message("developer", "Be brief."));
    List<String> left = texts(Shortening.of(request(messages), UNCOUNTED).request());
    assertEquals(List.of("You are a guard.", "Be brief.", "It is night."), left.subList(0, 3));
  }

  @Test
  void a_call_of_a_tool_goes_with_its_answers_or_not_at_all() {
    List<String> messages = lines(4);
    messages.add(3, """
        {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"look",
        "arguments":"{}"}}]}""");
    messages.add(4, """
        {"role":"tool","tool_call_id":"c","content":"a door"}""");
    messages.add(5, """
        {"role":"tool","tool_call_id":"c","content":"a wall"}""");
    for (int i = 0; i < 3; i++) messages.add(message("user", "more"));
    for (Failure.TooLong refusal : List.of(counted(1_030, 1_000), counted(9_000, 1_000))) {
      List<Message> left = Shortening.of(request(messages), refusal).request().messages();
      assertEquals(2, left.stream().filter(each -> each.role() == Message.Role.TOOL).count());
      assertTrue(left.stream().anyMatch(each -> !each.toolCalls().isEmpty()));
    }
    messages.add(message("user", "and more"));
    messages.add(message("user", "and more"));
    List<Message> left =
        Shortening.of(request(messages), counted(9_000, 1_000)).request().messages();
    assertTrue(left.stream().allMatch(each ->
        each.role() != Message.Role.TOOL && each.toolCalls().isEmpty()));
  }

  @Test
  void who_is_larger_answers_and_nothing_is_left_out() {
    ScriptedProvider claude = ScriptedProvider.named("claude").on("a", UNCOUNTED);
    ChatRequest asked = request(lines(20)).withModel("a > b");
    try (FailoverReply reply = router(claude).open(asked)) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      assertEquals("b", reply.model());
      assertEquals(0, reply.attempts().getLast().leftOut());
    }
    assertEquals(21, claude.requests().getLast().messages().size());
  }

  private static Router router(ScriptedProvider claude) {
    return new Router(TestRoutes.of("x", Map.of(), Map.of(), claude));
  }

  /// One whose models take that many messages.
  private static ScriptedProvider taking(int messages, String... brokenModels) {
    return new ScriptedProvider("claude", request -> List.of(brokenModels).contains(request.model())
        ? List.of(new Failure.Broken(503, "Down."))
        : request.messages().size() > messages ? List.of(UNCOUNTED)
            : List.of(new Event.Text("aye"), END));
  }

  @Test
  void when_nobody_can_take_it_the_oldest_messages_are_left_out_twice_at_most() {
    for (int takes : new int[] {15, 12}) {
      ScriptedProvider claude = taking(takes);
      try (FailoverReply reply = router(claude).open(request(lines(20)))) {
        while (reply.next(Duration.ofSeconds(5)) != null) { }
        assertEquals(21, claude.requests().getFirst().messages().size());
        int last = claude.requests().getLast().messages().size();
        assertTrue(last <= takes, last + " messages");
        assertEquals(21 - last, reply.attempts().getLast().leftOut());
      }
    }
    ScriptedProvider tiny = taking(3);
    FailoverReply reply = router(tiny).open(request(lines(20)));
    Failure failure = assertThrows(ChatException.class, () -> {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
    }).failure();
    assertEquals(3, tiny.requests().size());
    assertInstanceOf(Failure.TooLong.class, failure);
    assertTrue(failure.message().contains("2016 characters")
        && failure.message().contains("max context length"), failure.message());
  }

  @Test
  void the_one_that_it_was_too_long_for_is_asked_again_when_the_next_is_down() {
    ScriptedProvider claude = taking(15, "b");
    try (FailoverReply reply = router(claude).open(request(lines(20)).withModel("a > b"))) {
      while (reply.next(Duration.ofSeconds(5)) != null) { }
      assertEquals("a", reply.model());
    }
    assertEquals(List.of("a", "b", "a"), claude.asked());
  }

  @Test
  void an_error_says_how_long_the_prompt_was_and_what_to_lower() {
    ScriptedProvider claude = ScriptedProvider.named("claude").on("a", counted(9_000, 4_096));
    Failure failure = assertThrows(ChatException.class,
        () -> router(claude).open(request(lines(2))).next(Duration.ofSeconds(5))).failure();
    assertTrue(failure.message().contains("9000 tokens of at most 4096"), failure.message());
    assertEquals(1, claude.asked().size());
  }
}
