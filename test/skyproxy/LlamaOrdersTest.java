package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Json;
import skyproxy.testing.Gguf;
import skyproxy.testing.LlamaServer;

/// The game's orders of messages and real models' chat templates, in a real server: every line is
/// answered, letter by letter, and a changed order has lost nothing of what the game said.
@Tag("llama")
final class LlamaOrdersTest {
  private static final String LINE = "By Ysmir, was für ein Tag! „Nuż“, 是的 🐉 — *nods* I'll wait.";

  /// Roles by their initials: what the game sends, and what players' presets make of it.
  private static final List<String> ORDERS = List.of("su", "u", "s", "ssu", "sus", "us", "suauuu",
      "sauau", "au", "a", "sa", "sua", "suaa", "suuu", "susus", "sssuuu", "suauas", "uua", "ssss");

  @TempDir
  private Path folder;
  private LlamaServer server;
  private LocalProxy proxy;

  static Stream<Arguments> templates() {
    return Stream.of("Qwen3.5-4B", "google-gemma-2-2b-it", "google-gemma-4-31B-it",
        "mistralai-Mistral-Nemo-Instruct-2407", "mistralai-Ministral-3-14B-Reasoning-2512",
        "deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "openai-gpt-oss-120b",
        "meta-llama-Llama-3.1-8B-Instruct", "Apertus-8B-Instruct")
        .map(Arguments::of);
  }

  @BeforeEach
  void there() {
    LlamaServer.assumeThere();
  }

  @AfterEach
  void stop() {
    if (proxy != null) proxy.close();
    if (server != null) server.close();
  }

  /// Harmony's models say where their words belong, and are not understood without; the template
  /// of R1 begins its thoughts, whatever is asked for.
  private static String text(String template) {
    return template.contains("gpt-oss") ? "\u2016<|channel|>final<|message|>\u2016" + LINE
        : template.contains("R1") ? "The player asks.\u2016</think>\u2016" + LINE : LINE;
  }

  private void start(String template) throws Exception {
    server = LlamaServer.ready(Gguf.saying(text(template), folder.resolve("talk.gguf")), template,
        "--reasoning", "off");
    proxy = new LocalProxy(folder, """
        "providers":{"l":{"base_url":"%s/v1"}}""".formatted(server.url()));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void every_order_is_answered_letter_by_letter_streamed_or_not(String template) throws Exception {
    start(template);
    StringBuilder wrong = new StringBuilder();
    for (String order : ORDERS) {
      for (boolean stream : new boolean[] {true, false}) {
        Answer answer = proxy.post(GameRequest.of("l:talk", order, stream).toString());
        String problem = problem(order, stream, answer);
        if (problem != null) {
          wrong.append('\n').append(order).append(stream ? " streamed: " : ": ").append(problem);
        }
      }
    }
    assertEquals("", wrong.toString());
  }

  private String problem(String order, boolean stream, Answer answer) throws Exception {
    if (answer.status() != 200) return answer.status() + " " + answer.text();
    // What the assistant has begun to say is said once more by this server.
    String spoken = answer.spoken();
    boolean right = order.endsWith("a") ? spoken.endsWith(LINE) : spoken.equals(LINE);
    if (!right) return "it said " + spoken;
    if (!"stop".equals(answer.finishReason())) return "it ended by " + answer.finishReason();
    if (answer.done() != stream) return "[DONE] is " + answer.done();
    // Some templates leave out what they can't place and say nothing of it: not ours to mend.
    String prompt = server.prompt();
    if (server.post(GameRequest.of("talk", order, false).toString()) == 200) return null;
    String lost = GameRequest.lost(order, prompt);
    return lost == null ? null : "the model has not heard " + lost + " in " + prompt;
  }

  @ParameterizedTest
  @MethodSource("templates")
  void what_was_learned_costs_no_second_call(String template) throws Exception {
    start(template);
    String request = GameRequest.of("l:talk", "suauus", true).toString();
    assertEquals(LINE, proxy.post(request).spoken());
    int refusals = server.refusals();
    for (int i = 0; i < 3; i++) assertEquals(LINE, proxy.post(request).spoken());
    assertEquals(refusals, server.refusals());
    assertTrue(refusals <= 8);
    Json.Obj other = GameRequest.of("l:talk", "su", false);
    assertEquals(LINE, proxy.post(other.toString()).spoken());
  }
}
