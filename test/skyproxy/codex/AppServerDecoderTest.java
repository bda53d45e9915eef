package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;
import skyproxy.testing.Replies;

/// Cases that the transcripts do not show: repeated answers, commentary, limits, oddities.
final class AppServerDecoderTest {
  private final List<Event> events = new ArrayList<>();
  private AppServerDecoder decoder = decoder(List.of(), null);

  private static AppServerDecoder decoder(List<String> stop, Integer maxTokens) {
    return new AppServerDecoder(new OutputLimit(stop, maxTokens), () -> 100,
        new CodexFailures("gpt-5.5", List.of(), () -> null)::of);
  }

  private void hear(String method, String params) {
    decoder.decode((Json.Obj) Json.parse("""
        {"method":"%s","params":%s}""".formatted(method, params)), events::add);
  }

  private void begin(String id, String phase) {
    hear("item/started", "{\"item\":{\"type\":\"agentMessage\",\"id\":\"" + id
        + "\",\"phase\":" + phase + "}}");
  }

  private void delta(String id, String text) {
    hear("item/agentMessage/delta", "{\"itemId\":\"" + id + "\",\"delta\":" + new Json.Str(text)
        + "}");
  }

  private void complete(String id, String text) {
    hear("item/completed", "{\"item\":{\"type\":\"agentMessage\",\"id\":\"" + id
        + "\",\"text\":" + new Json.Str(text) + "}}");
  }

  private void end() {
    hear("turn/completed", "{\"turn\":{\"status\":\"completed\"}}");
  }

  private String text() {
    return new Replies.Heard(events, null).text();
  }

  @Test
  void an_answer_that_is_sent_again_from_its_start_goes_on_where_it_broke_off() {
    begin("a", "null");
    delta("a", "Well met, tra");
    begin("b", "null");
    delta("b", "Well");
    delta("b", " met, traveler");
    delta("b", ".");
    complete("b", "Well met, traveler.");
    end();
    assertEquals("Well met, traveler.", text());
  }

  @Test
  void an_answer_that_is_sent_again_twice_is_said_once() {
    begin("a", "null");
    delta("a", "Well met");
    begin("b", "null");
    delta("b", "We");
    begin("c", "null");
    delta("c", "Well met!");
    complete("c", "Well met!");
    end();
    assertEquals("Well met!", text());
  }

  @Test
  void an_answer_that_comes_out_different_ends_in_an_error() {
    begin("a", "null");
    delta("a", "Well met");
    begin("b", "null");
    var failed = assertThrows(ChatException.class, () -> delta("b", "Hello"));
    assertInstanceOf(Failure.Garbled.class, failed.failure());
    assertEquals("Well met", text());
  }

  @Test
  void an_answer_that_comes_out_shorter_ends_in_an_error() {
    begin("a", "null");
    delta("a", "Well met");
    begin("b", "null");
    delta("b", "Well");
    assertThrows(ChatException.class, () -> complete("b", "Well"));
  }

  @Test
  void a_try_that_said_nothing_leaves_no_trace() {
    begin("a", "null");
    begin("b", "null");
    delta("b", "Hello");
    complete("b", "Hello");
    end();
    assertEquals("Hello", text());
  }

  @Test
  void commentary_is_never_spoken() {
    begin("a", "\"commentary\"");
    delta("a", "Let me think.");
    complete("a", "Let me think.");
    begin("b", "\"final_answer\"");
    delta("b", "Aye.");
    complete("b", "Aye.");
    end();
    assertEquals("Aye.", text());
  }

  @Test
  void two_messages_are_parted_by_a_blank_line() {
    begin("a", "null");
    delta("a", "One.");
    complete("a", "One.");
    begin("b", "null");
    delta("b", "Two.");
    complete("b", "Two.");
    end();
    assertEquals("One.\n\nTwo.", text());
  }

  @Test
  void a_message_without_deltas_is_taken_whole() {
    begin("a", "null");
    complete("a", "Aye.");
    end();
    assertEquals("Aye.", text());
  }

  @Test
  void a_stop_sequence_ends_the_reply_though_codex_goes_on() {
    decoder = decoder(List.of("\nUser:"), null);
    begin("a", "null");
    delta("a", "Aye.\nUs");
    delta("a", "er: And");
    delta("a", " more");
    assertEquals("Aye.", text());
    assertEquals(FinishReason.STOP, new Replies.Heard(events, null).finish().reason());
    assertTrue(decoder.ended());
  }

  @Test
  void max_tokens_ends_the_reply_and_its_usage_is_an_estimate() {
    decoder = decoder(List.of(), 2);
    begin("a", "null");
    delta("a", "12345678 and much more");
    assertEquals("12345678 a", text());
    Event.Finish finish = new Replies.Heard(events, null).finish();
    assertEquals(FinishReason.LENGTH, finish.reason());
    assertEquals(100, finish.usage().prompt());
    assertEquals(2, finish.usage().completion());
  }

  @Test
  void the_usage_of_several_calls_is_summed_up() {
    String usage = """
        {"tokenUsage":{"last":{"inputTokens":10,"outputTokens":2}}}""";
    begin("a", "null");
    delta("a", "x");
    hear("thread/tokenUsage/updated", usage);
    hear("thread/tokenUsage/updated", usage);
    end();
    assertEquals(20, new Replies.Heard(events, null).finish().usage().prompt());
    assertEquals(4, new Replies.Heard(events, null).finish().usage().completion());
  }

  private void retry(int number, String status) {
    hear("error", """
        {"willRetry":true,"error":{"message":"Reconnecting... %d/5","codexErrorInfo":
        {"responseStreamDisconnected":{"httpStatusCode":%s}}}}""".formatted(number, status));
  }

  @Test
  void a_broken_connection_is_tried_once_more_and_a_refusal_is_not() {
    retry(1, "null");
    assertEquals(List.of(), events);
    var failed = assertThrows(ChatException.class, () -> retry(2, "null"));
    assertInstanceOf(Failure.Unreachable.class, failed.failure());
    for (String status : List.of("401", "403", "429", "500", "502")) {
      assertThrows(ChatException.class, () -> retry(1, status));
    }
  }

  @Test
  void a_fact_that_no_retry_changes_ends_the_reply_whatever_codex_will_do() {
    for (boolean again : new boolean[] {true, false}) {
      for (boolean said : new boolean[] {true, false}) {
        for (String fact : List.of("usageLimitExceeded|RateLimited|Try again at 6:17 PM.",
            "unauthorized|Unauthorized|no", "contextWindowExceeded|TooLong|no room",
            "modelNotFound|UnknownModel|no such model", "other|RateLimited|rate limit reached",
            "other|Rejected|You exceeded your current quota, check your billing details.")) {
          String[] parts = fact.split("\\|");
          decoder = decoder(List.of(), null);
          if (said) {
            begin("a", "null");
            delta("a", "Well");
          }
          var failed = assertThrows(ChatException.class, () -> hear("error", """
              {"willRetry":%s,"error":{"message":"%s","codexErrorInfo":"%s"}}"""
              .formatted(again, parts[2], parts[0])), fact);
          assertEquals(parts[1], failed.failure().getClass().getSimpleName());
          assertTrue(failed.failure().message().contains(parts[2]), failed.getMessage());
        }
      }
    }
  }

  @Test
  void a_websocket_that_never_opens_is_no_reason_to_give_up_but_no_network_is() {
    for (int i = 2; i <= 5; i++) retry(i, "null");
    hear("warning", "{\"message\":\"Falling back from WebSockets to HTTPS transport.\"}");
    assertEquals(List.of(), events);
    retry(1, "null");
    assertThrows(ChatException.class, () -> retry(2, "null"));
    decoder = decoder(List.of(), null);
    var failed = assertThrows(ChatException.class, () -> hear("error", """
        {"willRetry":true,"error":{"message":"Reconnecting... 2/5","codexErrorInfo":
        {"responseStreamDisconnected":{"httpStatusCode":null}},"additionalDetails":
        "stream disconnected before completion: failed to lookup address information"}}"""));
    assertInstanceOf(Failure.Unreachable.class, failed.failure());
  }

  @Test
  void an_answer_that_has_begun_is_given_more_time_but_not_for_a_refused_login() {
    begin("a", "null");
    delta("a", "Well");
    for (int i = 1; i <= 5; i++) retry(i, "502");
    assertThrows(ChatException.class, () -> retry(1, "401"));
  }

  @Test
  void a_turn_that_codex_ended_by_itself_is_an_error() {
    assertThrows(ChatException.class,
        () -> hear("turn/completed", "{\"turn\":{\"status\":\"interrupted\"}}"));
  }

  @Test
  void a_notification_of_the_wrong_form_is_an_error_and_an_unknown_one_a_sign_of_life() {
    hear("item/something/new", "{}");
    assertEquals(List.of(Event.PULSE), events);
    begin("a", "null");
    var failed = assertThrows(ChatException.class,
        () -> hear("item/agentMessage/delta", "{\"itemId\":\"a\",\"delta\":5}"));
    assertInstanceOf(Failure.Garbled.class, failed.failure());
  }
}
