package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;

/// An answer as such servers send it, to rehearse with.
/// https://platform.openai.com/docs/api-reference/chat/streaming
final class SampleReply {
  static final List<String> STREAM = stream();
  static final String WHOLE = """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
      "message":{"role":"assistant","content":"I am sworn to carry your burdens."},\
      "finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":7,\
      "total_tokens":16}}""";

  private SampleReply() {}

  private static List<String> stream() {
    List<String> pieces = new ArrayList<>();
    for (String word : "I am sworn to carry your burdens.".splitWithDelimiters(" ", 0)) {
      pieces.add(chunk("{\"content\":\"" + word + "\"}", "null"));
    }
    pieces.add(chunk("{}", "\"stop\""));
    pieces.add("data: [DONE]\n\n");
    return pieces;
  }

  private static String chunk(String delta, String finish) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta
        + ",\"finish_reason\":" + finish + "}]}\n\n";
  }
}
