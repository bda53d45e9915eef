package skyproxy.openai;

import java.util.List;
import java.util.function.Consumer;
import skyproxy.fuzz.Decoding;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Replies of servers that speak OpenAI's language: streams, bodies and refusals.
public final class OpenAiFuzz {
  private static final Json.Obj SENT = (Json.Obj) Json.parse("""
      {"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],\
      "stream":true,"max_tokens":9000,"temperature":1.5,"top_p":1.0,"top_k":5,"n":2,\
      "presence_penalty":0,"frequency_penalty":0,"provider":{"sort":"latency"},\
      "reasoning":{"enabled":false},"reasoning_effort":"low","user":"x","repeat_penalty":0,\
      "response_format":{"type":"json_object"},"stop":["a"]}""");

  private OpenAiFuzz() {}

  public static List<Target> targets() {
    List<byte[]> streams = Samples.all(Samples.files("field", ".sse", ".txt"), Samples.of("""
        data: {"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":\
        {"role":"assistant","content":""},"finish_reason":null}]}

        data: {"id":"1","choices":[{"index":0,"delta":{"content":"Well \\u00e9<think>a</think>"}}]}

        data: {"choices":[{"index":1,"delta":{"reasoning":"r","tool_calls":[{"index":0,"id":"c",\
        "type":"function","function":{"name":"f","arguments":"{\\"a\\""}}]}}]}

        data: {"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"x"},\
        {"type":"thinking","thinking":[{"type":"text","text":"y"}]}]},"finish_reason":\
        "eos_token"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{}}}

        data: [DONE]

        """, """
        {"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
        "message":{"role":"assistant","content":"Aye.","tool_calls":[{"id":"c","type":"function",\
        "function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{}}""",
        "event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"429\"}}\n\n"));
    return List.of(
        new Target("openai", Samples.all(streams, Samples.refusals()), OpenAiFuzz::reply, input -> {
          Decoding.once(input, () -> OpenAiDecoderTest.decoder(true));
          Decoding.once(input, () -> OpenAiDecoderTest.decoder(false));
        }),
        new Target("refusal", Samples.refusals(), OpenAiFuzz::refusal));
  }

  private static void reply(Input input) {
    for (boolean streams : new boolean[] {true, false}) {
      Decoding.check(input, () -> OpenAiDecoderTest.decoder(streams));
    }
  }

  /// A refusal is asked for all that can be learned from it, whether its words are in JSON or not.
  private static void refusal(Input input) {
    Consumer<Refusal> learn = refusal -> {
      refusal.kind();
      refusal.room();
      List<Lesson> lessons = refusal.lessons(SENT, List.of());
      Json.Obj changed = Lesson.applied(lessons, SENT);
      refusal.lessons(changed, lessons);
      for (Lesson lesson : lessons) {
        if (lesson.words().isBlank()) throw new AssertionError(lesson + " has no words");
      }
    };
    int status = 400 + input.random().nextInt(3) * 50;
    learn.accept(new Refusal(status, new Json.Str(input.text())));
    try {
      learn.accept(new Refusal(status, Json.parse(input.bytes())));
    } catch (JsonException words) {
      // Looked at as words already.
    }
    OpenAiFailures failures = new OpenAiFailures(OpenAiDecoderTest.SERVER, "a/b", null, learn);
    Decoding.check(failures.status(status, input.bytes(), null));
  }
}
