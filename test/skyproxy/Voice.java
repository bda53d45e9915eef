package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;

/// The words of one of several servers, which tell who answers, and its errors.
final class Voice {
  static final int TOKENS = 60;

  /// A request for a line of dialogue: of a model, streamed or not.
  static final String LINE = """
      {"model":"%s","stream":%s,"max_tokens":4096,"messages":[
        {"role":"system","content":"You are a guard."},{"role":"user","content":"Hail."},
        {"role":"assistant","content":"Halt!"},
        {"role":"user","content":"It's me. Respond in character now."}]}""";

  private Voice() {}

  /// Sixty tokens, an end and figures; the words tell who answers.
  static String[] tokens(String who) {
    String start = """
        {"id":"c","object":"chat.completion.chunk","model":"%s",""".formatted(who);
    String[] data = new String[TOKENS + 3];
    for (int i = 0; i < TOKENS; i++) {
      data[i] = start + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + who + i
          + " \"},\"finish_reason\":null}]}";
    }
    data[TOKENS] = start + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
    data[TOKENS + 1] = start + "\"choices\":[],\"usage\":{\"prompt_tokens\":" + who.length()
        + ",\"completion_tokens\":60}}";
    data[TOKENS + 2] = "[DONE]";
    return data;
  }

  static String spoken(String who) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < TOKENS; i++) text.append(who).append(i).append(' ');
    return text.toString();
  }

  static FakeUpstream.Answer healthy(String who, Received request) {
    if (request.method().equals("GET")) return FakeUpstream.status(404);
    if (Cursor.of(request.json()).at("stream").boolOr(false)) {
      return FakeUpstream.events(tokens(who));
    }
    return FakeUpstream.json("{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"" + who
        + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + spoken(who) + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":"
        + who.length() + ",\"completion_tokens\":60}}");
  }

  static FakeUpstream.Answer error(int status, String code) {
    return FakeUpstream.status(status).header("Content-Type", "application/json")
        .body("""
            {"error":{"message":"made up","code":"%s"}}""".formatted(code));
  }

  /// The whole answer of one of the two, with its own model and figures.
  static void complete(String who, Answer answer) {
    assertEquals(200, answer.status(), answer.text());
    assertEquals(spoken(who), answer.spoken());
    assertEquals("stop", answer.finishReason());
    assertEquals(who, answer.model());
    assertNull(answer.error());
    Cursor usage = Cursor.of(answer.data().getLast()).at("usage");
    assertEquals(who.length(), usage.at("prompt_tokens").integer());
  }
}
