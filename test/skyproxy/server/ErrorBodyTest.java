package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// The table of errors: what each failure of an upstream is for the client.
final class ErrorBodyTest {
  private static final Duration SEVEN = Duration.ofSeconds(7);

  /// Status, type, code, param and `Retry-After`, `-` where there is none.
  private static final Map<Failure, String> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put(new Failure.BadRequest("words", "tools", "unsupported_in_cli_mode"),
        "400 invalid_request_error unsupported_in_cli_mode tools -");
    TABLE.put(new Failure.UnknownModel("words"),
        "404 invalid_request_error model_not_found model -");
    TABLE.put(new Failure.NotReady("words", SEVEN), "503 api_error provider_not_ready null 7");
    TABLE.put(new Failure.NotReady("words", null), "503 api_error provider_not_ready null 5");
    TABLE.put(new Failure.Unauthorized("words", SEVEN), "503 api_error upstream_auth null 7");
    TABLE.put(new Failure.Unauthorized("words", null), "503 api_error upstream_auth null 30");
    TABLE.put(new Failure.RateLimited("words", SEVEN),
        "429 rate_limit_error rate_limit_exceeded null 7");
    TABLE.put(new Failure.RateLimited("words", null),
        "429 rate_limit_error rate_limit_exceeded null 30");
    TABLE.put(new Failure.RateLimited("words", Duration.ZERO),
        "429 rate_limit_error rate_limit_exceeded null 1");
    TABLE.put(new Failure.Overloaded("words", SEVEN), "503 api_error upstream_overloaded null 7");
    TABLE.put(new Failure.Overloaded("words", null), "503 api_error upstream_overloaded null 5");
    TABLE.put(new Failure.Rejected(400, "words", "top_k", "bad_top_k"),
        "400 invalid_request_error bad_top_k top_k -");
    TABLE.put(new Failure.Rejected(402, "words", null, null),
        "402 billing_error upstream_error null -");
    TABLE.put(new Failure.Rejected(404, "words", null, null),
        "404 invalid_request_error upstream_error null -");
    TABLE.put(new Failure.TooLong(413, "words", null, null, null, null),
        "413 invalid_request_error upstream_error null -");
    TABLE.put(new Failure.TooLong(400, "words", "messages", null, 9, 8),
        "400 invalid_request_error context_length_exceeded messages -");
    TABLE.put(new Failure.NotLoaded("words", false), "503 api_error provider_not_ready null 5");
    TABLE.put(new Failure.Unsuited(400, "words", "messages", "blind", true),
        "400 invalid_request_error blind messages -");
    TABLE.put(new Failure.Unsuited(502, "words", null, null, false),
        "502 api_error upstream_error null -");
    TABLE.put(new Failure.Rejected(422, "words", null, null),
        "422 invalid_request_error upstream_error null -");
    TABLE.put(new Failure.Broken(500, "words"), "502 api_error upstream_error null -");
    TABLE.put(new Failure.Garbled("words"), "502 api_error upstream_error null -");
    TABLE.put(new Failure.Unreachable("words"), "502 api_error upstream_unreachable null -");
    TABLE.put(new Failure.TimedOut("words"), "504 api_error upstream_timeout null -");
    TABLE.put(new Failure.Empty("words", false), "502 api_error empty_reply null -");
    TABLE.put(new Failure.Empty("words", true), "502 api_error empty_reply null -");
    TABLE.put(new Failure.Stopping("words"), "503 api_error provider_not_ready null 5");
  }

  @TempDir
  private Path folder;

  @Test
  void every_failure_has_its_row_streamed_or_not() throws Exception {
    ScriptedProvider upstream = ScriptedProvider.named("claude");
    List<Entry<Failure, String>> rows = new ArrayList<>(TABLE.entrySet());
    for (int i = 0; i < rows.size(); i++) upstream.on("m" + i, rows.get(i).getKey());
    try (TestProxy proxy = new TestProxy(folder, "{}", upstream)) {
      for (int i = 0; i < rows.size(); i++) {
        for (boolean stream : new boolean[] {false, true}) {
          RawClient.Answer answer = proxy.post("/v1", "{\"model\":\"m" + i + "\",\"stream\":"
              + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
          assertEquals(rows.get(i).getValue(), told(answer), rows.get(i).getKey().toString());
        }
      }
    }
  }

  private static String told(RawClient.Answer answer) {
    Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
    assertTrue(error.at("message").string().startsWith("words"), error.toString());
    String wait = answer.header("retry-after");
    return answer.status() + " " + error.at("type").string() + " " + error.at("code").string()
        + " " + error.at("param").stringOr("null") + " " + (wait == null ? "-" : wait);
  }

  @Test
  void an_error_behind_the_first_word_has_the_same_type_and_code() throws Exception {
    ScriptedProvider upstream = ScriptedProvider.named("claude");
    List<Entry<Failure, String>> rows = new ArrayList<>(TABLE.entrySet());
    for (int i = 0; i < rows.size(); i++) {
      upstream.on("m" + i, new Event.Text("Well met. "), rows.get(i).getKey());
    }
    try (TestProxy proxy = new TestProxy(folder, "{}", upstream)) {
      for (int i = 0; i < rows.size(); i++) {
        String text = proxy.post("/v1", "{\"model\":\"m" + i + "\",\"stream\":true,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}").text();
        String last = text.strip().lines().toList().getLast();
        Cursor error = Cursor.of(Json.parse(last.substring("data: ".length()))).at("error");
        String[] row = rows.get(i).getValue().split(" ");
        assertEquals(row[1] + " " + row[2],
            error.at("type").string() + " " + error.at("code").string());
        assertTrue(text.contains("Well met. "), text);
        assertFalse(text.contains("[DONE]"), text);
      }
    }
  }
}
