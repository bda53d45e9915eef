package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.testing.Gguf;
import skyproxy.testing.LlamaServer;

/// Models that think, in a real server that tells of it in each of its ways: no thought is spoken,
/// and the line comes letter by letter.
@Tag("llama")
final class LlamaThoughtsTest {
  private static final String LINE = "Aye, my Thane — *nods* 'tis done.";
  private static final String THOUGHT = "The player asks for help.";

  @TempDir
  private Path folder;

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of("Qwen3.5-4B", THOUGHT + "\u2016\n</think>\n\n\u2016" + LINE),
        Arguments.of("Qwen-Qwen3-0.6B",
            "\u2016<think>\n\u2016" + THOUGHT + "\u2016\n</think>\n\n\u2016" + LINE),
        Arguments.of("deepseek-ai-DeepSeek-R1-Distill-Llama-8B",
            THOUGHT + "\u2016\n</think>\n\n\u2016" + LINE),
        Arguments.of("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B",
            THOUGHT + "\u2016\n</think>\n\n\u2016" + LINE),
        Arguments.of("mistralai-Ministral-3-14B-Reasoning-2512",
            "\u2016[THINK]\u2016" + THOUGHT + "\u2016[/THINK]\u2016" + LINE),
        Arguments.of("openai-gpt-oss-120b", "\u2016<|channel|>analysis<|message|>\u2016" + THOUGHT
            + "\u2016<|end|><|start|>assistant<|channel|>final<|message|>\u2016" + LINE),
        Arguments.of("meta-llama-Llama-3.1-8B-Instruct",
            "\u2016<think>\u2016" + THOUGHT + "\u2016</think>\u2016" + LINE))
        .flatMap(model -> Stream.of("auto", "deepseek", "deepseek-legacy", "none")
            .map(format -> Arguments.of(model.get()[0], model.get()[1], format)));
  }

  @BeforeEach
  void there() {
    LlamaServer.assumeThere();
  }

  private LocalProxy proxy(LlamaServer server) throws Exception {
    return new LocalProxy(folder, """
        "providers":{"l":{"base_url":"%s/v1"}}""".formatted(server.url()));
  }

  /// Twice each: what a model does once is known the second time.
  @ParameterizedTest
  @MethodSource("models")
  void no_thought_is_spoken(String template, String text, String format) throws Exception {
    StringBuilder wrong = new StringBuilder();
    try (LlamaServer server = LlamaServer.ready(Gguf.saying(text, folder.resolve("talk.gguf")),
            template, "--reasoning-format", format);
        LocalProxy proxy = proxy(server)) {
      for (boolean stream : List.of(true, false, true, false)) {
        Answer answer = proxy.post(GameRequest.of("l:talk", "su", stream).toString());
        boolean right = answer.spoken().strip().equals(LINE)
            && "stop".equals(answer.finishReason());
        if (!right) {
          wrong.append('\n').append(stream ? "streamed: " : "whole: ").append(answer.status())
              .append(' ').append(answer.spoken()).append(answer.said());
        }
      }
    }
    assertEquals("", wrong.toString());
  }

  /// Its template opens the thoughts itself, and the server does not heed the game's wish.
  @Test
  void a_model_that_uses_its_tokens_up_by_thinking_is_told_not_to() throws Exception {
    try (LlamaServer server = LlamaServer.ready(
            Gguf.saying(LINE, folder.resolve("talk.gguf")), "Qwen3.5-4B");
        LocalProxy proxy = proxy(server)) {
      for (boolean stream : List.of(true, false, true)) {
        Answer answer = proxy.post(GameRequest.of("l:talk", "su", stream).toString());
        assertEquals(LINE, answer.spoken(), answer.text());
      }
    }
  }
}
