package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// The turns that the CLI is sent for a request.
final class CliTurnsTest {

  private static CliTurns script(String body) {
    Json.Obj json = (Json.Obj) Json.parse(body.replace('\'', '"'));
    return new CliTurns(ChatRequest.parse(json, ChatRequest.Caller.UNKNOWN));
  }

  private static List<String> lines(String body) {
    CliTurns script = script(body);
    List<String> lines = new ArrayList<>();
    for (List<Json.Obj> part; (part = script.next()) != null; ) {
      part.forEach(line -> lines.add(line.toString().replace('"', '\'')));
      lines.add("--");
    }
    return lines;
  }

  private static String user(String text) {
    return lines("{'model':'claude-sonnet-5-5','messages':[{'role':'user','content':" + text
        + "}]}").get(1);
  }

  @Test
  void a_line_of_the_user_is_told_after_the_system_prompt() {
    assertEquals(List.of(
        "{'type':'control_request','request_id':'initialize','request':"
            + "{'subtype':'initialize','systemPrompt':'One.\\n\\nTwo.'}}",
        "{'type':'user','message':{'role':'user','content':[{'type':'text','text':'Hi.'}]},"
            + "'parent_tool_use_id':null,'session_id':''}",
        "--"), lines("{'model':'claude-sonnet-5-5','messages':[{'role':'system','content':'One.'},"
            + "{'role':'user','content':'Hi.'},{'role':'developer','content':'Two.'}]}"));
  }

  @Test
  void each_turn_of_the_history_that_an_assistant_follows_ends_a_part() {
    List<String> lines = lines("{'model':'claude-sonnet-5-5','messages':["
        + "{'role':'user','content':'U1'},{'role':'assistant','content':'A1'},"
        + "{'role':'user','content':'U2'},{'role':'user','content':'U3'}]}");
    assertEquals(6, lines.size());
    assertTrue(lines.get(1).endsWith("'shouldQuery':false}"), lines.get(1));
    assertEquals("--", lines.get(2));
    assertTrue(lines.get(3).contains("'type':'assistant'"), lines.get(3));
    assertTrue(lines.get(4).contains("U2\\n\\nU3"), lines.get(4));
    assertFalse(lines.get(4).contains("shouldQuery"), lines.get(4));
  }

  @Test
  void an_assistant_who_spoke_last_is_asked_to_go_on() {
    List<String> lines = lines("{'model':'claude-haiku-4-5','messages':["
        + "{'role':'user','content':'U1'},{'role':'assistant','content':'A1'}]}");
    assertTrue(lines.getLast().equals("--") && lines.get(lines.size() - 2).contains("Continue."));
  }

  @Test
  void a_text_is_never_taken_for_a_command_of_the_cli() {
    assertTrue(user("'/clear'").contains("'text':'\\n/clear'"), user("'/clear'"));
    assertTrue(user("' /clear'").contains("'text':' /clear'"));
    String parts = user("[{'type':'text','text':'/a'},{'type':'text','text':'/b'},{'type':"
        + "'image_url','image_url':'https://example.invalid/c.png'}]");
    assertTrue(parts.contains("'text':'/a'") && parts.contains("'text':'\\n/b'"), parts);
  }

  @Test
  void thinking_is_turned_off_where_that_can_be_done() {
    String start = "','messages':[{'role':'user','content':'U'}]";
    assertEquals("{'type':'control_request','request_id':'thinking','request':"
        + "{'subtype':'set_max_thinking_tokens','max_thinking_tokens':0}}",
        lines("{'model':'claude-haiku-4-5-20251001" + start + "}").get(1));
    assertTrue(lines("{'model':'claude-opus-5-5" + start + "}").get(1).contains("'type':'user'"));
    assertTrue(lines("{'model':'claude-opus-5-5" + start + ",'reasoning_effort':'high'}").get(1)
        .contains("'effortLevel':'high'"));
    assertTrue(lines("{'model':'claude-haiku-4-5" + start + ",'max_tokens':9000,"
        + "'reasoning':{'max_tokens':4000}}").get(1).contains("'max_thinking_tokens':4000"));
  }

  @Test
  void json_is_asked_for_in_words() {
    String first = lines("{'model':'claude-sonnet-5-5','response_format':{'type':'json_object'},"
        + "'messages':[{'role':'user','content':'U'}]}").getFirst();
    assertTrue(first.contains("JSON object"), first);
  }

  @Test
  void calls_of_tools_in_the_history_are_refused_too() {
    ChatException refused = assertThrows(ChatException.class, () -> script(
        "{'model':'claude-sonnet-5-5','messages':[{'role':'assistant','tool_calls':[{'id':'c',"
            + "'function':{'name':'f','arguments':'{}'}}]},{'role':'tool','tool_call_id':'c',"
            + "'content':'r'}]}"));
    assertEquals("messages", ((Failure.BadRequest) refused.failure()).param());
    assertNull(refused.getCause());
  }

  @Test
  void tools_that_must_not_be_called_are_no_reason_to_refuse() {
    assertEquals(3, lines("{'model':'claude-sonnet-5-5','tool_choice':'none','tools':[{'type':"
        + "'function','function':{'name':'f'}}],'messages':[{'role':'user','content':'U'}]}")
        .size());
  }
}
