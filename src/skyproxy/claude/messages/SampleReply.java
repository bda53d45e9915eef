package skyproxy.claude.messages;

import java.util.ArrayList;
import java.util.List;

/// An answer as Anthropic streams it, to rehearse with.
/// https://docs.anthropic.com/en/api/messages-streaming
public final class SampleReply {
  /// In the pieces that it comes in.
  public static final List<String> STREAM = stream();

  private SampleReply() {}

  private static List<String> stream() {
    List<String> pieces = new ArrayList<>();
    pieces.add(event("message_start", "\"message\":{\"id\":\"m\",\"type\":\"message\","
        + "\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,"
        + "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}")
        + event("content_block_start",
            "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
    for (String word : "I am sworn to carry your burdens.".splitWithDelimiters(" ", 0)) {
      pieces.add(event("content_block_delta",
          "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + word + "\"}"));
    }
    pieces.add(event("content_block_stop", "\"index\":0")
        + event("message_delta",
            "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}")
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    return pieces;
  }

  private static String event(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
  }
}
