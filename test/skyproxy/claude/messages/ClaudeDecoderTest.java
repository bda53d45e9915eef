package skyproxy.claude.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.sse.SseReader;
import skyproxy.testing.Fixtures;

/// Every kind of event that the Messages API and the CLI send, cut into any pieces.
final class ClaudeDecoderTest {

  @Test
  void streams_become_the_events_of_their_golden_files_in_any_pieces() {
    for (String name : new String[] {"text", "thinking", "tools", "refusal", "unknown"}) {
      byte[] stream = Fixtures.text("claude/" + name + ".sse").getBytes(UTF_8);
      String expected = Fixtures.text("claude/" + name + ".events");
      for (int size : new int[] {1, 2, 3, 200, stream.length}) {
        assertEquals(expected, lines(decode(stream, size)), name + " in pieces of " + size);
      }
    }
  }

  @Test
  void every_stop_reason_has_its_finish_reason() {
    assertEquals(FinishReason.STOP, finish("end_turn"));
    assertEquals(FinishReason.STOP, finish("stop_sequence"));
    assertEquals(FinishReason.STOP, finish("pause_turn"));
    assertEquals(FinishReason.STOP, finish("something_new"));
    assertEquals(FinishReason.LENGTH, finish("max_tokens"));
    assertEquals(FinishReason.LENGTH, finish("model_context_window_exceeded"));
    assertEquals(FinishReason.TOOL_CALLS, finish("tool_use"));
    assertEquals(FinishReason.CONTENT_FILTER, finish("refusal"));
  }

  @Test
  void a_stream_without_an_end_is_garbled() {
    String stream = event("{'type':'message_start','message':{'usage':{'input_tokens':3}}}")
        + event("{'type':'content_block_start','index':0,'content_block':{'type':'text',"
            + "'text':''}}")
        + event("{'type':'content_block_delta','index':0,'delta':{'type':'text_delta',"
            + "'text':'Halt'}}");
    assertInstanceOf(Failure.Garbled.class, failure(stream));
  }

  @Test
  void a_stream_that_lacks_its_last_event_only_is_whole() {
    List<Event> events = decode(event("{'type':'message_delta','delta':{'stop_reason':"
        + "'end_turn'},'usage':{'output_tokens':2}}").getBytes(UTF_8), 200);
    assertEquals(List.of(new Event.Finish(FinishReason.STOP, new Usage(0, 2, 0, 0))), events);
  }

  @Test
  void a_malformed_event_is_garbled() {
    assertInstanceOf(Failure.Garbled.class, failure("data: {\"type\":\n\n"));
    assertInstanceOf(Failure.Garbled.class, failure("data: [1]\n\n"));
    assertInstanceOf(Failure.Garbled.class, failure("data: {\"kind\":\"ping\"}\n\n"));
    assertInstanceOf(Failure.Garbled.class, failure(event(
        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':7}}")));
  }

  @Test
  void an_error_event_means_what_its_status_would_have_meant() {
    assertInstanceOf(Failure.Overloaded.class, failure(error("overloaded_error")));
    assertInstanceOf(Failure.RateLimited.class, failure(error("rate_limit_error")));
    assertInstanceOf(Failure.Unauthorized.class, failure(error("authentication_error")));
    assertInstanceOf(Failure.Broken.class, failure(error("api_error")));
    assertInstanceOf(Failure.Rejected.class, failure(error("invalid_request_error")));
  }

  @Test
  void a_whole_message_gives_the_same_events_as_a_stream() {
    List<Event> events = new ArrayList<>();
    decoder().decodeWhole(json("{'type':'message','role':'assistant','content':["
        + "{'type':'thinking','thinking':'hm','signature':'x'},"
        + "{'type':'text','text':'Halt!'},"
        + "{'type':'tool_use','id':'t1','name':'draw','input':{'weapon':'axe'}}],"
        + "'stop_reason':'tool_use','usage':{'input_tokens':5,'cache_read_input_tokens':7,"
        + "'output_tokens':9}}").getBytes(UTF_8), events::add);
    assertEquals(List.of(new Event.Reasoning("hm"), new Event.Text("Halt!"),
        new Event.ToolCall(0, "t1", "draw"), new Event.ToolArguments(0, "{\"weapon\":\"axe\"}"),
        new Event.Finish(FinishReason.TOOL_CALLS, new Usage(12, 9, 7, 0))), events);
  }

  @Test
  void a_whole_body_that_is_no_message_is_garbled() {
    assertInstanceOf(Failure.Garbled.class, assertThrows(ChatException.class,
        () -> decoder().decodeWhole("<html>".getBytes(UTF_8), _ -> { })).failure());
    assertInstanceOf(Failure.Garbled.class, assertThrows(ChatException.class,
        () -> decoder().decodeWhole("{}".getBytes(UTF_8), _ -> { })).failure());
  }

  @Test
  void the_events_inside_the_stream_of_the_cli_are_the_same_events() {
    List<Event> events = new ArrayList<>();
    ClaudeDecoder decoder = new ClaudeDecoder(ClaudeMode.CLI, "claude-sonnet-5-5");
    for (String line : Fixtures.text("claude/cli.jsonl").split("\n")) {
      Json.Obj message = (Json.Obj) Json.parse(line);
      if (message.get("event") instanceof Json.Obj event) decoder.decode(event, events::add);
    }
    assertEquals(List.of(new Event.Text("w0 "), new Event.Text("w1 "),
        new Event.Finish(FinishReason.STOP, new Usage(10, 5, 0, 0))), events);
  }

  private static FinishReason finish(String stopReason) {
    List<Event> events = decode((event("{'type':'message_delta','delta':{'stop_reason':'"
        + stopReason + "'}}") + event("{'type':'message_stop'}")).getBytes(UTF_8), 200);
    return assertInstanceOf(Event.Finish.class, events.getLast()).reason();
  }

  private static Failure failure(String stream) {
    return assertThrows(ChatException.class, () -> decode(stream.getBytes(UTF_8), 3)).failure();
  }

  private static String error(String type) {
    return event("{'type':'error','error':{'type':'" + type + "','message':'Sorry'}}");
  }

  private static String event(String data) {
    return "data: " + json(data) + "\n\n";
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static ClaudeDecoder decoder() {
    return new ClaudeDecoder(ClaudeMode.API_KEY, "claude-sonnet-5-5");
  }

  private static List<Event> decode(byte[] stream, int size) {
    List<Event> events = new ArrayList<>();
    ClaudeDecoder decoder = decoder();
    SseReader reader = new SseReader();
    for (int at = 0; at < stream.length; at += size) {
      reader.feed(stream, at, Math.min(size, stream.length - at),
          event -> decoder.decode(event, events::add));
    }
    decoder.end(events::add);
    return events;
  }

  private static String lines(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) text.append(event).append('\n');
    return text.toString();
  }
}
