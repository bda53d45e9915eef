package skyproxy.claude;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.claude.messages.ClaudeDecoder;
import skyproxy.claude.messages.ClaudeEncoder;
import skyproxy.fuzz.Decoding;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.upstream.Decoder;

/// Events and bodies of the Messages API, and requests that are written for it.
public final class ClaudeFuzz {
  private ClaudeFuzz() {}

  public static List<Target> targets() {
    List<byte[]> samples = Samples.all(Samples.files("claude", ".sse"), Samples.of("""
        {"type":"message","content":[{"type":"text","text":"Aye."},{"type":"tool_use","id":"t",\
        "name":"f","input":{"a":1}}],"stop_reason":"end_turn","usage":{"input_tokens":1}}""", """
        {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", """
        {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: \
        210000 tokens > 200000 maximum"}}"""));
    Supplier<Decoder> decoder = () -> new ClaudeDecoder(ClaudeMode.DIRECT, "claude-sonnet-5-5");
    return List.of(new Target("claude", samples, input -> Decoding.check(input, decoder),
        input -> Decoding.once(input, decoder)));
  }

  /// A request as it would go to the Messages API.
  public static void encode(ChatRequest request) {
    try {
      ClaudeEncoder.encode(request, Set.of()).toString();
      ClaudeEncoder.encode(request, Set.of("thinking", "prefill", "cache_control")).toString();
    } catch (ChatException refused) {
      Decoding.check(refused.failure());
    }
  }
}
