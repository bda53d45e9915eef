package skyproxy.fuzz;

import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.claude.ClaudeFuzz;
import skyproxy.codex.CodexFuzz;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.routing.RoutingFuzz;

/// Requests of the game, from their bytes to what each vendor would be sent.
final class RequestFuzz {
  private RequestFuzz() {}

  static Target target() {
    List<byte[]> samples = Samples.all(Samples.files("claude/encode", "request.json"),
        Samples.lines("codex/samples.jsonl"), Samples.of("""
            {"model":"a, b > c","messages":[{"role":"user","content":[{"type":"text","text":"x"},\
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},\
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function",\
            "function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1",\
            "content":"y"},{"role":"function","name":"f","content":"z"}],"stop":["a"],"top_k":1,\
            "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],\
            "tool_choice":{"type":"function","function":{"name":"f"}},"reasoning":{"effort":"low",\
            "max_tokens":5},"response_format":{"type":"json_schema","json_schema":{"name":"s",\
            "schema":{"type":"object","properties":{"a":{"type":"string"}}}}}}"""));
    return new Target("request", samples, RequestFuzz::read);
  }

  private static void read(Input input) {
    Json body;
    try {
      body = Json.parse(input.bytes());
    } catch (JsonException refused) {
      return;
    }
    if (!(body instanceof Json.Obj object)) return;
    try {
      ChatRequest request = ChatRequest.parse(object, ChatRequest.Caller.UNKNOWN);
      RoutingFuzz.shorten(request);
      ClaudeFuzz.encode(request.withModel("claude-sonnet-5-5"));
      ClaudeFuzz.encode(request.withModel("claude-haiku-4-5"));
      CodexFuzz.encode(request.withModel("gpt-5.5"));
    } catch (ChatException refused) {
      Decoding.check(refused.failure());
    }
  }
}
