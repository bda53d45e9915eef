package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Reasoning.Effort;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Replies;

/// Every shape of the game's requests, as Codex gets it.
final class CodexEncoderTest {

  private static ChatRequest request(String messages, String more) {
    return Replies.request("""
        {"model":"gpt-5.5","messages":[%s]%s}""".formatted(messages, more));
  }

  private static String message(String role, String text) {
    return """
        {"role":"%s","content":%s}""".formatted(role, new Json.Str(text));
  }

  /// Roles and texts of the items, then the input of the turn.
  private static String told(CodexEncoder encoder) {
    StringBuilder told = new StringBuilder();
    for (Json item : encoder.items()) {
      Cursor at = Cursor.of(item);
      told.append(at.at("role").stringOr(at.at("type").string()));
      for (Cursor part : at.at("content").arrayOrEmpty()) {
        told.append(' ').append(part.at("type").string()).append('=')
            .append(part.at("text").stringOr(part.at("image_url").stringOr("")));
      }
      told.append(" | ");
    }
    for (Cursor part : Cursor.of(encoder.turn(List.of())).at("input").array()) {
      told.append('>').append(part.at("text").stringOr(part.at("url").stringOr("")));
    }
    return told.toString().replace("\n", "/");
  }

  private static String told(String messages) {
    return told(new CodexEncoder(request(messages, ""), false));
  }

  @Test
  void instructions_become_developer_items_and_the_last_user_turn_the_input() {
    assertEquals("developer input_text=You are Hroki. | user input_text=Hello. | "
            + "assistant output_text=What'll it be? | >A room.",
        told(message("system", "You are Hroki.") + "," + message("user", "Hello.") + ","
            + message("assistant", "What'll it be?") + "," + message("user", "A room.")));
  }

  @Test
  void runs_of_one_role_are_joined_by_a_blank_line() {
    assertEquals("developer input_text=a//b | user input_text=c//d | "
            + "assistant output_text=e//f | >g//h",
        told(message("system", "a") + "," + message("developer", "b") + "," + message("user", "c")
            + "," + message("user", "d") + "," + message("assistant", "e") + ","
            + message("assistant", "f") + "," + message("user", "g") + ","
            + message("user", "h")));
  }

  @Test
  void a_request_of_instructions_alone_becomes_the_user_turn() {
    assertEquals(">Write a memory.", told(message("system", "Write a memory.")));
    assertEquals("developer input_text=Rules. | >Write.",
        told(message("system", "Rules.") + "," + message("system", "Write.")));
  }

  @Test
  void a_conversation_that_begins_or_ends_with_the_assistant_gets_a_user_turn_there() {
    assertEquals("developer input_text=s | user input_text=Continue. | assistant output_text=a | "
            + ">Continue.",
        told(message("system", "s") + "," + message("assistant", "a")));
    assertEquals("developer input_text=Be brief. | >Hello.",
        told(message("user", "Hello.") + "," + message("system", "Be brief.")));
  }

  @Test
  void pictures_go_along_where_they_stand() {
    String data = "data:image/png;base64,aGk=";
    assertEquals("user input_text=look input_image=" + data + " | assistant output_text=Hm. | "
            + ">what>" + data,
        told("""
            {"role":"user","content":[{"type":"text","text":"look"},
            {"type":"image_url","image_url":{"url":"%s"}}]},
            {"role":"assistant","content":"Hm."},
            {"role":"user","content":[{"type":"text","text":"what"},
            {"type":"image_url","image_url":{"url":"%s"}}]}""".formatted(data, data)));
  }

  @Test
  void a_picture_by_its_address_is_refused_plainly() {
    var refused = assertThrows(ChatException.class, () -> told("""
        {"role":"user","content":[{"type":"text","text":"what is it"},
        {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}"""));
    assertEquals("messages[0].content[1].image_url.url",
        assertInstanceOf(Failure.BadRequest.class, refused.failure()).param());
  }

  @Test
  void earlier_tool_calls_become_items_of_their_own() {
    assertEquals("user input_text=hi | function_call | function_call_output | >thanks",
        told(message("user", "hi") + """
            ,{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
            "function":{"name":"get","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"42"},""" + message("user", "thanks")));
  }

  @Test
  void a_request_with_tools_is_refused_plainly() {
    String tools = """
        ,"tools":[{"type":"function","function":{"name":"f"}}]""";
    var refused = assertThrows(ChatException.class,
        () -> new CodexEncoder(request(message("user", "x"), tools), false));
    var failure = assertInstanceOf(Failure.BadRequest.class, refused.failure());
    assertEquals("unsupported_in_cli_mode", failure.code());
    assertEquals(">x", told(new CodexEncoder(
        request(message("user", "x"), tools + ",\"tool_choice\":\"none\""), false)));
  }

  @Test
  void a_schema_that_strict_mode_takes_is_passed_on_closed() {
    String format = """
        ,"response_format":{"type":"json_schema","json_schema":{"name":"m","schema":
        {"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}}""";
    ChatRequest request = request(message("user", "x"), format);
    Json.Obj schema = (Json.Obj) new CodexEncoder(request, false).turn(List.of())
        .get("outputSchema");
    assertEquals(new Json.Bool(false), schema.get("additionalProperties"));
    CodexEncoder inWords = new CodexEncoder(request, true);
    assertNull(inWords.turn(List.of()).get("outputSchema"));
    assertTrue(told(inWords).startsWith("developer input_text=Answer with one JSON object"));
  }

  @Test
  void a_schema_with_optional_members_or_a_wish_for_json_is_told_in_words() {
    String optional = """
        ,"response_format":{"type":"json_schema","json_schema":{"name":"m","schema":
        {"type":"object","properties":{"a":{"type":"string"}},"required":[]}}}""";
    CodexEncoder encoder = new CodexEncoder(request(message("user", "x"), optional), false);
    assertNull(encoder.turn(List.of()).get("outputSchema"));
    assertTrue(told(encoder).contains("\"required\":[]"));
    assertTrue(told(new CodexEncoder(request(message("user", "x"), """
        ,"response_format":{"type":"json_object"}"""), false)).contains("one JSON object"));
  }

  @Test
  void sampling_that_codex_does_not_know_is_left_out() {
    Json.Obj turn = new CodexEncoder(request(message("user", "x"), """
        ,"temperature":0.7,"top_p":1,"top_k":5,"frequency_penalty":0,"max_tokens":9"""),
        false).turn(List.of());
    assertEquals(List.of("input", "model", "effort", "summary"),
        List.copyOf(turn.members().keySet()));
  }

  @Test
  void the_effort_is_the_nearest_that_the_model_takes() {
    List<String> usual = List.of("low", "medium", "high", "xhigh");
    assertEquals("low", CodexEncoder.effort(Effort.NONE, usual));
    assertEquals("low", CodexEncoder.effort(Effort.MINIMAL, usual));
    assertEquals("high", CodexEncoder.effort(Effort.HIGH, usual));
    assertEquals("minimal", CodexEncoder.effort(Effort.NONE, List.of("minimal", "low")));
    assertEquals("none", CodexEncoder.effort(Effort.NONE, List.of("none", "low")));
    assertEquals("medium", CodexEncoder.effort(Effort.XHIGH, List.of("low", "medium")));
    assertEquals("low", CodexEncoder.effort(Effort.NONE, List.of()));
    assertEquals("xhigh", CodexEncoder.effort(Effort.XHIGH, List.of()));
  }

  @Test
  void thoughts_are_summed_up_only_for_those_who_asked_to_see_them() {
    assertEquals(new Json.Str("none"), new CodexEncoder(request(message("user", "x"),
        ",\"reasoning\":{\"enabled\":false}"), false).turn(List.of()).get("summary"));
    assertEquals(new Json.Str("auto"), new CodexEncoder(request(message("user", "x"),
        ",\"reasoning_effort\":\"high\""), false).turn(List.of()).get("summary"));
  }

  @Test
  void the_transcript_for_exec_holds_everything_in_order() {
    String text = new ExecEncoder(request(message("system", "You are Hroki.") + ","
        + message("user", "Hello.") + "," + message("assistant", "Yes?") + ","
        + message("user", "A room."), ""), "").transcript();
    assertEquals("You are Hroki.\n\nUser: Hello.\n\nAssistant: Yes?\n\nUser: A room.\n\n"
        + "Write the Assistant's next turn, and nothing but its text.", text);
    assertEquals("Hi\n", new ExecEncoder(request(message("user", "Hi"), ""), "").transcript());
  }
}
