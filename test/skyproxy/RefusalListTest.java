package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.testing.Fixtures;
import skyproxy.testing.RuledUpstream;

/// Real refusals of real servers, each a file in `test/fixtures/refusals`; adding a case is adding
/// a file.
///
/// `refuses` says which requests the server refuses so (the `if` of a rule, see [RuledUpstream];
/// all when it is missing), `status` and `body` how; `roles` and `request` what the game asks
/// besides the usual. `outcome`: `answer`, a changed request leads to one; `reason`, the game gets
/// the server's own words (`said`); `either` of them; `next`, that and the next of a list answers.
/// `sent` says what the request that was answered must have, lack, or hold; `expect` is the status
/// of the reason.
@Tag("field")
final class RefusalListTest {
  private static final Path LIST = Fixtures.path("refusals");
  private static final String LINE = "Aye, my Thane.";
  private static final String GOOD = "{\"good\":\"" + LINE + "\"}";

  private static final String ONE_AT_A_TIME = """
      {"if":{"unknown":["model","messages","stream"]},"status":400,
      "text":"{\\"error\\":{\\"message\\":\\"property '{{name}}' is unsupported\\"}}"},""";

  @TempDir
  private Path folder;

  /// Ways in which the same error is told.
  private enum Told {
    STATUS, NUMBER, WORD, NO_CODE, ERROR_EVENT
  }

  static Stream<String> all() {
    try (Stream<Path> files = Files.list(LIST)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Arguments> avoidable() {
    return all().filter(name -> outcome(name).equals("answer"))
        .flatMap(name -> Stream.of(true, false).flatMap(stream -> Stream.of(Told.values())
            .filter(told -> stream || told != Told.ERROR_EVENT)
            .map(told -> Arguments.of(name, stream, told))));
  }

  static Stream<String> unavoidable() {
    return all().filter(name -> !outcome(name).equals("answer"));
  }

  private static Cursor read(String name) {
    return Cursor.of(Json.parse(Fixtures.text("refusals/" + name)));
  }

  private static String outcome(String name) {
    return read(name).at("outcome").string();
  }

  @ParameterizedTest
  @MethodSource("avoidable")
  void the_second_request_is_right_however_the_refusal_is_told(String name, boolean stream,
      Told told) throws Exception {
    Cursor each = read(name);
    try (RuledUpstream server = new RuledUpstream(rules(each, stream, told), LIST);
        LocalProxy proxy = new LocalProxy(folder, settings(server, server))) {
      Answer answer = proxy.post(request(each, "l:m", stream).toString());
      assertEquals(LINE, answer.spoken(), answer.status() + " " + answer.text());
      assertEquals("stop", answer.finishReason(), answer.text());
      assertEquals("", answer.said());
      List<Json.Obj> bodies = server.bodies();
      assertEquals(2, bodies.size(), bodies.toString());
      sent(each.at("sent"), bodies.getLast());
      Answer again = proxy.post(request(each, "l:m", stream).toString());
      assertEquals(LINE, again.spoken(), again.text());
      assertEquals(3, server.bodies().size(), "it was refused once more");
    }
  }

  @ParameterizedTest
  @MethodSource("unavoidable")
  void what_no_change_avoids_ends_in_the_servers_own_reason(String name) throws Exception {
    Cursor each = read(name);
    try (RuledUpstream server = new RuledUpstream(rules(each, false, Told.STATUS), LIST);
        RuledUpstream other = new RuledUpstream(list("[{\"good\":\"B answers.\"}]"), LIST);
        LocalProxy proxy = new LocalProxy(folder, settings(server, other))) {
      String list = outcome(name).equals("next") ? "l:m > b:m" : "l:m";
      Answer alone = proxy.post(request(each, "l:m", false).toString());
      boolean answered = alone.status() == 200;
      assertFalse(answered && !outcome(name).equals("either"), alone.text());
      if (!answered) {
        assertTrue(Pattern.compile(each.at("said").string(), Pattern.CASE_INSENSITIVE)
            .matcher(alone.said()).find(), alone.status() + " " + alone.text());
        if (!each.at("expect").isMissing()) {
          assertEquals(each.at("expect").integer(), alone.status(), alone.text());
        }
        if (!each.at("code").isMissing()) {
          assertEquals(each.at("code").string(), alone.error(), alone.text());
        }
      }
      assertTrue(server.bodies().size() <= 9, server.bodies().size() + " requests");
      if (list.contains(">")) {
        assertEquals("B answers.", proxy.post(request(each, list, false).toString()).spoken());
      } else if (!each.at("refuses").isMissing()) {
        // It was about that request: the model is well.
        proxy.post(request(each, "l:m", false).toString());
        assertEquals(LINE, proxy.post(GameRequest.of("l:m > b:m", "su", false).toString())
            .spoken());
      }
    }
  }

  @Test
  void eight_objections_one_at_a_time_cost_no_line() throws Exception {
    String rules = "[" + ONE_AT_A_TIME + GOOD + "]";
    for (boolean stream : new boolean[] {true, false}) {
      try (RuledUpstream server = new RuledUpstream(list(rules), LIST);
          LocalProxy proxy = new LocalProxy(folder, settings(server, server))) {
        Json.Obj request = GameRequest.of("l:m", "su", stream).without("model_index");
        assertEquals(8, request.members().size() - 3, request.toString());
        Answer answer = proxy.post(request.toString());
        assertEquals(LINE, answer.spoken(), answer.text());
        assertEquals(9, server.bodies().size());
      }
    }
  }

  @Test
  void a_server_that_always_objects_costs_nine_requests_and_ends_in_its_own_words()
      throws Exception {
    String members = """
        [%s{"status":400,"json":{"error":{"message":"the moons are wrong"}}}]"""
        .formatted(ONE_AT_A_TIME);
    String order = """
        [{"status":500,"json":{"error":{"code":500,"message":\
        "Error: Jinja Exception: the moons are wrong"}}}]""";
    for (String rules : List.of(members, order)) {
      for (boolean stream : new boolean[] {true, false}) {
        try (RuledUpstream server = new RuledUpstream(list(rules), LIST);
            LocalProxy proxy = new LocalProxy(folder, settings(server, server))) {
          Json.Obj request = GameRequest.with(GameRequest.of("l:m", "ssuua", stream),
              (Json.Obj) Json.parse("""
                  {"seed":1,"min_p":0.1,"logit_bias":{}}"""));
          Answer answer = proxy.post(request.toString());
          assertTrue(answer.said().contains("the moons are wrong")
              || answer.said().contains("is unsupported"), answer.text());
          assertTrue(server.bodies().size() <= 9, server.bodies().size() + " requests");
          assertTrue(server.bodies().size() > 1, "nothing was learned");
        }
      }
    }
  }

  private static List<Cursor> list(String rules) {
    return Cursor.of(Json.parse(rules)).arrayOrEmpty();
  }

  private static String settings(RuledUpstream first, RuledUpstream second) {
    return """
        "providers":{"l":{"base_url":"%s/v1","first_token_seconds":3},"b":{"base_url":"%s/v1"}}"""
        .formatted(first.url(), second.url());
  }

  private static Json.Obj request(Cursor each, String model, boolean stream) {
    Json.Obj body = GameRequest.of(model, each.at("roles").stringOr("su"), stream);
    return each.at("request").isMissing() ? body
        : GameRequest.with(body, (Json.Obj) each.at("request").json());
  }

  private static List<Cursor> rules(Cursor each, boolean stream, Told told) {
    String body = told == Told.STATUS ? each.at("body").string() : coded(each, told);
    boolean inside = told != Told.STATUS;
    Json.Obj.Builder rule = Json.Obj.builder();
    if (!each.at("refuses").isMissing()) rule.put("if", each.at("refuses").json());
    rule.put("status", inside ? 200 : each.at("status").integer());
    if (inside && stream) {
      rule.put("sse", true);
      body = (told == Told.ERROR_EVENT ? "event: error\n" : "") + "data: " + body + "\n\n";
    }
    return List.of(Cursor.of(rule.put("text", body).build()), Cursor.of(Json.parse(GOOD)));
  }

  /// The same error with the status in its code, with a word there, or without a code.
  private static String coded(Cursor each, Told told) {
    try {
      return coded(Json.parse(each.at("body").string()), each, told).toString();
    } catch (JsonException noJson) {
      throw new AssertionError(noJson);
    }
  }

  private static Json coded(Json body, Cursor each, Told told) {
    return switch (body) {
      case Json.Arr(var items) -> Json.Arr.of(coded(items.getFirst(), each, told));
      case Json.Obj object when object.get("error") instanceof Json.Obj inner ->
          object.with("error", coded(inner, each, told));
      case Json.Obj object -> switch (told) {
        case NUMBER -> object.with("code", Json.Num.of(each.at("status").integer()));
        case WORD -> object.with("code", new Json.Str("invalid_request_error"));
        case NO_CODE -> object.without("code");
        case STATUS, ERROR_EVENT -> object;
      };
      case Json other -> other;
    };
  }

  private static void sent(Cursor sent, Json.Obj body) {
    for (Cursor name : sent.at("has").arrayOrEmpty()) {
      assertTrue(body.members().containsKey(name.string()), name.string() + " in " + body);
    }
    for (Cursor name : sent.at("lacks").arrayOrEmpty()) {
      assertFalse(body.members().containsKey(name.string()), name.string() + " in " + body);
    }
    if (sent.at("equals").isMissing()) return;
    sent.at("equals").members().forEach((name, value) ->
        assertEquals(value.json(), body.get(name), name + " in " + body));
  }
}
