package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.chat.ChatRequest.Caller;
import skyproxy.json.Json;

/// The shapes that a request may have, and the member that a refusal names.
final class ChatRequestTest {
  private static final String HI = """
      "messages":[{"role":"user","content":"Hi"}]""";

  private static ChatRequest parse(String json) {
    return ChatRequest.parse((Json.Obj) Json.parse(json), Caller.UNKNOWN);
  }

  private static ChatRequest with(String members) {
    return parse("{" + HI + "," + members + "}");
  }

  private static Failure.BadRequest refusal(String json) {
    ChatException refused = assertThrows(ChatException.class, () -> parse(json));
    return (Failure.BadRequest) refused.failure();
  }

  @Test
  void what_is_absent_or_null_is_left_to_the_model() {
    for (ChatRequest request : List.of(parse("{" + HI + "}"), with("""
        "model":null,"stream":null,"stream_options":null,"max_tokens":null,"temperature":null,
        "top_p":null,"top_k":null,"stop":null,"tools":null,"tool_choice":null,
        "parallel_tool_calls":null,"response_format":null,"reasoning":null,
        "reasoning_effort":null,"user":null"""))) {
      assertEquals("", request.model());
      assertFalse(request.stream());
      assertFalse(request.includeUsage());
      assertNull(request.maxTokens());
      assertEquals(new ChatRequest.Sampling(null, null, null), request.sampling());
      assertEquals(List.of(), request.stop());
      assertEquals(List.of(), request.tools());
      assertEquals(ToolChoice.Mode.AUTO, request.toolChoice().mode());
      assertTrue(request.parallelToolCalls());
      assertEquals(ResponseFormat.Kind.TEXT, request.responseFormat().kind());
      assertEquals(Reasoning.OFF, request.reasoning());
    }
  }

  @Test
  void what_the_game_sends_is_read() {
    ChatRequest request = with("""
        "model":" claude-sonnet-4-6 ","temperature":0.7,"max_tokens":4096,"top_p":1.0,"top_k":5,
        "frequency_penalty":0.0,"presence_penalty":0.0,"stream":true,"provider":{"sort":"latency"},
        "reasoning":{"enabled":false},"cache":true,"route":"fallback","stop":[]""");
    assertEquals("claude-sonnet-4-6", request.model());
    assertEquals(new ChatRequest.Sampling(0.7, 1.0, 5L), request.sampling());
    assertEquals(4096, request.maxTokens());
    assertTrue(request.stream());
    assertEquals(Reasoning.OFF, request.reasoning());
    assertTrue(request.body().members().containsKey("provider"), "kept for who relays it");
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "{} ; messages ; missing_field",
      "{\"messages\":null} ; messages ; missing_field",
      "{\"messages\":\"Hi\"} ; messages ; invalid_type",
      "{\"messages\":[]} ; messages ; invalid_value",
      "{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]} ; messages ; invalid_value",
      "{\"messages\":[\"Hi\"]} ; messages[0] ; invalid_type",
      "{\"messages\":[{\"content\":\"Hi\"}]} ; messages[0].role ; missing_field",
      "{\"messages\":[{\"role\":\"bard\",\"content\":\"Hi\"}]} ; messages[0].role ; invalid_value",
      "{\"messages\":[{\"role\":7,\"content\":\"Hi\"}]} ; messages[0].role ; invalid_type",
      "{\"messages\":[{\"role\":\"user\"}]} ; messages[0].content ; missing_field",
      "{\"messages\":[{\"role\":\"user\",\"content\":5}]} ; messages[0].content ; invalid_type",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]} ; "
          + "messages[0].content[0].text ; missing_field",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]} ; "
          + "messages[0].content[0].type ; missing_field", """
      {"messages":[{"role":"user","content":[{"type":"image_url",\
      "image_url":{"url":"file:///x.png"}}]}]} ; \
      messages[0].content[0].image_url.url ; invalid_value""", """
      {"messages":[{"role":"user","content":[{"type":"image_url",\
      "image_url":{"url":"data:image/png,abc"}}]}]} ; \
      messages[0].content[0].image_url.url ; invalid_value""",
      "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]} ; "
          + "messages[0].tool_call_id ; missing_field",
  })
  void a_wrong_message_is_refused_by_name(String json, String param, String code) {
    Failure.BadRequest refusal = refusal(json);
    assertEquals(param, refusal.param());
    assertEquals(code, refusal.code());
    assertTrue(refusal.message().contains(param), refusal.message());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "\"model\":5 ; model ; invalid_type",
      "\"stream\":\"true\" ; stream ; invalid_type",
      "\"stream_options\":{\"include_usage\":1} ; stream_options.include_usage ; invalid_type",
      "\"max_tokens\":1.5 ; max_tokens ; invalid_type",
      "\"max_tokens\":\"100\" ; max_tokens ; invalid_type",
      "\"temperature\":\"hot\" ; temperature ; invalid_type",
      "\"top_k\":\"5\" ; top_k ; invalid_type",
      "\"stop\":5 ; stop ; invalid_type",
      "\"stop\":[\"a\",5] ; stop[1] ; invalid_type",
      "\"tools\":{} ; tools ; invalid_type",
      "\"tools\":[{\"type\":\"function\"}] ; tools[0].function ; missing_field",
      "\"tools\":[{\"type\":\"web\"}] ; tools[0].type ; invalid_value",
      "\"tool_choice\":\"maybe\" ; tool_choice ; invalid_value",
      "\"tool_choice\":5 ; tool_choice ; invalid_type",
      "\"tool_choice\":{\"type\":\"function\"} ; tool_choice.function ; missing_field",
      "\"parallel_tool_calls\":1 ; parallel_tool_calls ; invalid_type",
      "\"response_format\":\"json\" ; response_format ; invalid_type",
      "\"response_format\":{\"type\":\"json_schema\"} ; "
          + "response_format.json_schema ; missing_field",
      "\"reasoning_effort\":\"extreme\" ; reasoning_effort ; invalid_value",
      "\"reasoning\":{\"effort\":\"extreme\"} ; reasoning.effort ; invalid_value",
  })
  void a_wrong_member_is_refused_by_name(String member, String param, String code) {
    Failure.BadRequest refusal = refusal("{" + HI + "," + member + "}");
    assertEquals(param, refusal.param());
    assertEquals(code, refusal.code(), refusal.message());
  }

  @Test
  void numbers_out_of_range_are_brought_into_it_and_no_limit_is_meant_by_one_below_one() {
    for (int limit : List.of(0, -1, -5)) {
      assertNull(with("\"max_tokens\":" + limit).maxTokens());
      assertNull(with("\"max_completion_tokens\":" + limit).maxTokens());
    }
    assertEquals(2.0, with("\"temperature\":2.5").sampling().temperature());
    assertEquals(0.0, with("\"temperature\":-0.1").sampling().temperature());
    assertEquals(1.0, with("\"top_p\":1.1").sampling().topP());
    assertEquals(0.0, with("\"top_p\":-1").sampling().topP());
    assertNull(with("\"top_k\":-1").sampling().topK());
    for (String huge : List.of("99999999999999999999", "1e19", "1e999")) {
      assertEquals(Integer.MAX_VALUE, with("\"max_tokens\":" + huge).maxTokens());
      assertNull(with("\"max_tokens\":-" + huge).maxTokens());
      assertEquals(Long.MAX_VALUE, with("\"top_k\":" + huge).sampling().topK());
      assertEquals(2.0, with("\"temperature\":" + huge).sampling().temperature());
      assertEquals(0.0, with("\"top_p\":-" + huge).sampling().topP());
      assertEquals(Integer.MAX_VALUE,
          with("\"reasoning\":{\"max_tokens\":" + huge + "}").reasoning().budget());
    }
  }

  @Test
  void the_newer_limit_of_tokens_wins() {
    assertEquals(7, with("\"max_tokens\":9,\"max_completion_tokens\":7").maxTokens());
    assertEquals(9, with("\"max_tokens\":9,\"max_completion_tokens\":null").maxTokens());
    assertEquals(Integer.MAX_VALUE, with("\"max_tokens\":99999999999").maxTokens());
  }

  @Test
  void stop_is_a_string_or_a_list_and_blank_ones_are_dropped() {
    assertEquals(List.of("END"), with("\"stop\":\"END\"").stop());
    assertEquals(List.of("a", " b"), with("""
        "stop":["a","","  "," b"]""").stop());
  }

  @Test
  void a_top_k_of_zero_or_less_means_none() {
    assertNull(with("\"top_k\":0").sampling().topK());
    assertNull(with("\"top_k\":-1").sampling().topK());
  }

  @Test
  void empty_messages_are_left_out_and_the_others_keep_their_order() {
    ChatRequest request = parse("""
        {"messages":[{"role":"system","content":"A"},{"role":"user","content":""},
          {"role":"user","content":null},{"role":"assistant"},{"role":"user","content":[]},
          {"role":"user","content":[{"type":"text","text":" \\n"}]},
          {"role":"developer","content":"B"},{"role":"user","content":"C"}]}""");
    assertEquals(List.of("A", "B", "C"), request.messages().stream().map(Message::text).toList());
  }

  @Test
  void half_a_character_is_replaced_for_all_who_do_not_get_the_body_as_it_came() {
    ChatRequest request = parse("""
        {"messages":[{"role":"user","content":"\\ud83d\\ude00 \\ud83d"},
          {"role":"user","content":[{"type":"text","text":"\\ude00x"}]}]}""");
    assertEquals("\ud83d\ude00 \ufffd", request.messages().get(0).text());
    assertEquals("\ufffdx", request.messages().get(1).text());
    assertTrue(request.body().toString().contains("\\ud83d\""), "passed through as it came");
  }

  @Test
  void pictures_are_kept_in_their_place() {
    ChatRequest request = parse("""
        {"messages":[{"role":"user","content":[{"type":"text","text":"See"},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
          {"type":"image_url","image_url":"https://example.invalid/x.jpg"},
          {"type":"input_audio","input_audio":{}}]}]}""");
    List<Message.Part> parts = request.messages().getFirst().parts();
    Message.Part.Image data = (Message.Part.Image) parts.get(1);
    assertEquals("image/png", data.mediaType());
    assertEquals("AAAA", data.base64());
    Message.Part.Image link = (Message.Part.Image) parts.get(2);
    assertNull(link.mediaType());
    assertEquals("https://example.invalid/x.jpg", link.url());
    assertEquals(new Message.Part.Unknown("input_audio", "messages[0].content[3]"), parts.get(3));
  }

  @Test
  void tool_calls_and_their_results_are_read() {
    ChatRequest request = parse("""
        {"messages":[{"role":"user","content":"Go"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
            "function":{"name":"go","arguments":"{\\"to\\":\\"Riften\\"}"}}]},
          {"role":"tool","tool_call_id":"c1","content":""},
          {"role":"function","name":"look","content":"rain"}],
         "tools":[{"type":"function","function":{"name":"go","description":"d",
            "parameters":{"type":"object"}}},{"type":"function","function":{"name":"wait"}}],
         "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required",
            "tools":[{"type":"function","function":{"name":"go"}}]}}}""");
    assertEquals(List.of(new Message.ToolUse("c1", "go", "{\"to\":\"Riften\"}")),
        request.messages().get(1).toolCalls());
    assertEquals("c1", request.messages().get(2).toolCallId());
    assertEquals("look", request.messages().get(3).name());
    assertEquals(2, request.tools().size());
    assertEquals(new ToolChoice(ToolChoice.Mode.REQUIRED, List.of("go")), request.toolChoice());
    assertEquals(new ToolChoice(ToolChoice.Mode.FUNCTION, List.of("go")), with("""
        "tool_choice":{"type":"function","function":{"name":"go"}}""").toolChoice());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', nullValues = "-", value = {
      "\"reasoning_effort\":\"none\" ; NONE ; -",
      "\"reasoning_effort\":\"high\" ; HIGH ; -",
      "\"reasoning\":{} ; NONE ; -",
      "\"reasoning\":{\"enabled\":false,\"effort\":\"high\"} ; NONE ; -",
      "\"reasoning\":{\"enabled\":true} ; MEDIUM ; -",
      "\"reasoning\":{\"enabled\":true,\"effort\":\"low\"} ; LOW ; -",
      "\"reasoning\":{\"effort\":\"none\"} ; NONE ; -",
      "\"reasoning\":{\"max_tokens\":2000} ; MEDIUM ; 2000",
  })
  void reasoning_is_off_unless_it_is_asked_for(String member, Reasoning.Effort effort,
      Integer budget) {
    Reasoning reasoning = with(member).reasoning();
    assertEquals(effort, reasoning.effort());
    assertEquals(budget, reasoning.budget());
    assertEquals(effort != Reasoning.Effort.NONE, reasoning.shown());
  }

  @Test
  void thoughts_that_are_excluded_are_not_shown() {
    Reasoning reasoning = with("""
        "reasoning":{"effort":"low","exclude":true}""").reasoning();
    assertTrue(reasoning.wanted());
    assertFalse(reasoning.shown());
  }

  @Test
  void a_format_that_nobody_knows_is_no_error() {
    assertEquals(ResponseFormat.Kind.TEXT,
        with("""
            "response_format":{"type":"poem"}""").responseFormat().kind());
    assertEquals("bio", with("""
        "response_format":{"type":"json_schema","json_schema":{"name":"bio","schema":{}}}""")
        .responseFormat().name());
  }
}
