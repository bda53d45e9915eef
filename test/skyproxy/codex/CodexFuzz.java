package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.UsageWindow;
import skyproxy.fuzz.Decoding;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;
import skyproxy.testing.Fixtures;

/// Lines of the Codex CLI, as app-server and as exec, and requests that are written for it.
public final class CodexFuzz {
  private CodexFuzz() {}

  public static List<Target> targets() {
    return List.of(
        new Target("codex-app-server", turns(), CodexFuzz::appServer,
            input -> appServer(input, new Random(2), Decoding::once)),
        new Target("codex-exec", Samples.all(Samples.files("codex", "exec.jsonl"), Samples.of("""
            {"type":"item.completed","item":{"type":"agent_message","text":"Well met."}}
            {"type":"error","message":"Reconnecting... 1/5 (stream disconnected, status 429)"}
            {"type":"turn.failed","error":{"message":"{\\"error\\":{\\"message\\":\\"no\\"}}"}}
            """)), CodexFuzz::exec));
  }

  /// Each turn of the transcript, as the server wrote it.
  private static List<byte[]> turns() {
    StringBuilder text = new StringBuilder();
    Fixtures.text("codex/app-server.jsonl").lines().forEach(line -> {
      Cursor at = Cursor.of(Json.parse(line));
      if (at.at("dir").stringOr("").equals("<")) text.append(at.at("msg").json()).append('\n');
    });
    return Samples.all(Samples.of(text.toString().split("(?<=\"turn/completed\".{0,4000}\n)")),
        Samples.of("""
            {"method":"item/started","params":{"item":{"type":"agentMessage","id":"a"}}}
            {"method":"item/agentMessage/delta","params":{"itemId":"a","delta":"Well "}}
            {"method":"item/agentMessage/delta","params":{"itemId":"a","delta":"met."}}
            {"method":"item/completed","params":{"item":{"type":"agentMessage","id":"a",\
            "text":"Well met."}}}
            {"method":"error","params":{"willRetry":true,"error":{"message":"Reconnecting... 2/5",\
            "codexErrorInfo":{"responseStreamDisconnected":{"httpStatusCode":502}}}}}
            {"method":"account/rateLimits/updated","params":{"rateLimits":{"primary":\
            {"usedPercent":100,"resetsAt":1900000000,"windowDurationMins":300}}}}
            {"method":"turn/completed","params":{"turn":{"status":"completed"}}}
            """));
  }

  private static void appServer(Input input) {
    long seed = input.random().nextLong();
    String heard = appServer(input, new Random(seed), Decoding::of);
    assertEquals(heard, appServer(input, new Random(seed), Decoding::of));
  }

  private static OutputLimit limit(Random random) {
    return random.nextBoolean() ? new OutputLimit(List.of(), null)
        : new OutputLimit(List.of("met", "\n\n\n"), 1 + random.nextInt(50));
  }

  private static <T> T appServer(Input input, Random random,
      Function<Decoding.Reading, T> decoding) {
    CodexFailures failures = new CodexFailures("gpt-5.5", List.of("gpt-5.5"), () -> null);
    return decoding.apply(out -> {
      var decoder = new AppServerDecoder(limit(random), () -> 100, failures::of);
      CodexPlan plan = new CodexPlan();
      for (Json.Obj message : input.objects()) {
        notice(plan, message);
        decoder.decode(message, out::heard);
      }
    });
  }

  private static void notice(CodexPlan plan, Json.Obj message) {
    try {
      plan.heard(message);
      plan.untilFree(Instant.EPOCH);
      UsageWindow.json(plan.windows()).toString();
    } catch (Cursor.Mismatch odd) {
      // Declared: who hands it on passes over the line.
    }
  }

  private static void exec(Input input) {
    CodexFailures failures = new CodexFailures("gpt-5.5", List.of(), () -> null);
    Decoding.of(out -> {
      var decoder = new ExecDecoder(limit(input.random()), failures);
      for (Json.Obj message : input.objects()) decoder.decode(message, out::heard);
    });
    Decoding.check(failures.ofWords(input.text()));
  }

  /// A request as it would go to Codex, in both ways.
  public static void encode(ChatRequest request) {
    try {
      CodexEncoder encoder = new CodexEncoder(request, true);
      encoder.items().forEach(Json::toString);
      new ExecEncoder(request, "it is old").transcript();
    } catch (ChatException refused) {
      Decoding.check(refused.failure());
    }
  }
}
