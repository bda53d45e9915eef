package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// The requests that the game sends, one of each job.
final class Samples {
  private static final List<String> NAMES = List.of("a-dialogue", "b-action", "c-vision",
      "d-agent", "e-mood", "f-memory", "g-test");

  private Samples() {}

  /// All of them, as the game wrote them.
  static List<Json.Obj> all() {
    return NAMES.stream().map(name -> (Json.Obj) Json.parse(
        Fixtures.text("claude/encode/" + name + ".request.json"))).toList();
  }

  /// Asks each one streamed and not; the upstream must answer with `text.sse`.
  static void askAll(Program program) throws IOException {
    for (Json.Obj sample : all()) {
      assertEquals(said(), whole(post(program, sample.with("stream", new Json.Bool(false)))));
      assertEquals(said(), streamed(post(program, sample.with("stream", new Json.Bool(true)))));
    }
  }

  private static String said() {
    return "Ten septims für die Nacht. Ночь\u2014夜 🐉\nACTION: RentRoom";
  }

  private static RawClient.Answer post(Program program, Json.Obj body) throws IOException {
    try (RawClient game = program.client()) {
      RawClient.Answer answer = game.post("/v1/chat/completions", body.toString()).answer();
      assertEquals(200, answer.status(), answer.text());
      return answer;
    }
  }

  private static String whole(RawClient.Answer answer) {
    Cursor body = Cursor.of(Json.parse(answer.body()));
    assertEquals(2125, body.at("usage").at("prompt_tokens").integer());
    assertEquals(2000, body.at("usage").at("prompt_tokens_details").at("cached_tokens").integer());
    return body.at("choices").at(0).at("message").at("content").string();
  }

  private static String streamed(RawClient.Answer answer) {
    StringBuilder text = new StringBuilder();
    assertTrue(answer.text().endsWith("data: [DONE]\n\n"), answer.text());
    answer.text().lines().filter(line -> line.startsWith("data: {")).forEach(line -> {
      Cursor chunk = Cursor.of(Json.parse(line.substring(6)));
      text.append(chunk.at("choices").at(0).at("delta").at("content").stringOr(""));
    });
    return text.toString();
  }
}
