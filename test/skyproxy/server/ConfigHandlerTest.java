package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// Saving and clearing the OpenRouter key over HTTP.
final class ConfigHandlerTest {
  private static final String JSON = "Content-Type: application/json";

  @TempDir
  private Path folder;
  private TestProxy proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = new TestProxy(folder, """
        {"mine": 1.0, "default_model": "demo"}""",
        ScriptedProvider.of());
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient.Answer save(String json, String... headers) throws IOException {
    return proxy.post("/config/openrouter-key", json, headers);
  }

  private static String code(RawClient.Answer answer) {
    return Cursor.of(Json.parse(answer.body())).at("error").at("code").string();
  }

  @Test
  void a_key_is_saved_used_from_then_on_and_cleared_by_an_empty_one() throws Exception {
    RawClient.Answer saved = save("{\"key\":\"  sk-or-1\\n\"}", JSON + "; charset=utf-8");
    assertEquals("{\"status\":\"saved\"}", saved.text());
    assertEquals("sk-or-1", proxy.settings().now().openRouter().apiKey());
    assertEquals("""
        {
          "mine": 1.0,
          "default_model": "demo",
          "openrouter_api_key": "sk-or-1"
        }
        """, Files.readString(proxy.file()));
    assertTrue(proxy.ask("GET /health").text().contains("\"openrouter_configured\":true"));
    assertFalse(proxy.ask("GET /health").text().contains("sk-or-1"));
    assertEquals("{\"status\":\"cleared\"}", save("{\"key\":\"\"}", JSON).text());
    assertNull(proxy.settings().now().openRouter().apiKey());
    assertFalse(Files.readString(proxy.file()).contains("openrouter"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type: text/plain", "X-Other: x",
      "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data"})
  void any_other_type_is_refused(String header) throws Exception {
    RawClient.Answer answer = save("{\"key\":\"sk-or-1\"}", header);
    assertEquals(415, answer.status());
    assertEquals("unsupported_media_type", code(answer));
    assertNull(proxy.settings().now().openRouter().apiKey());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{ | invalid_json",
      "{} | missing_field",
      "{\"key\":null} | missing_field",
      "{\"key\":5} | invalid_type",
      "[] | invalid_type",
      "{\"key\":\"sk or\"} | invalid_value",
      "{\"key\":\"sk\\r\\nX: y\"} | invalid_value",
      "{\"key\":\"schlüssel\"} | invalid_value"})
  void what_is_no_key_is_refused(String json, String code) throws Exception {
    RawClient.Answer answer = save(json, JSON);
    assertEquals(400, answer.status(), answer.text());
    assertEquals(code, code(answer));
  }

  @Test
  void a_file_that_was_broken_meanwhile_is_left_alone_and_named() throws Exception {
    Files.writeString(proxy.file(), "{broken");
    RawClient.Answer answer = save("{\"key\":\"sk-or-secret\"}", JSON);
    assertEquals(500, answer.status());
    assertEquals("not_saved", code(answer));
    assertTrue(answer.text().contains("config.json"));
    assertFalse(answer.text().contains("sk-or-secret"));
    assertEquals("{broken", Files.readString(proxy.file()));
  }

  @Test
  void a_value_that_was_wrong_in_the_file_before_is_no_fault_of_the_request() throws Exception {
    Files.writeString(proxy.file(), "{\"claude_processes\":0}");
    for (String key : new String[] {"sk-or-1", ""}) {
      RawClient.Answer answer = save("{\"key\":\"" + key + "\"}", JSON);
      assertEquals(500, answer.status());
      assertEquals("not_saved", code(answer));
      assertEquals("This was not saved: claude_processes must be a whole number from 1 to 64 in "
          + proxy.file() + ". Correct that first.",
          Cursor.of(Json.parse(answer.body())).at("error").at("message").string());
    }
    assertEquals("{\"claude_processes\":0}", Files.readString(proxy.file()));
    assertNull(proxy.settings().now().openRouter().apiKey());
  }

  @Test
  void a_key_that_can_not_be_written_counts_and_the_answer_says_so() throws Exception {
    Path place = proxy.file().getParent();
    try (Stream<Path> all = Files.list(place)) {
      for (Path each : all.toList()) Files.delete(each);
    }
    Files.delete(place);
    Files.writeString(place, "a file in the place of the folder");
    RawClient.Answer answer = save("{\"key\":\"sk-or-secret\"}", JSON);
    assertEquals(500, answer.status());
    assertEquals("not_saved", code(answer));
    Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
    assertTrue(error.at("in_effect").bool());
    assertTrue(error.at("message").string().contains(place.toString()), answer.text());
    assertFalse(answer.text().contains("sk-or-secret"));
    assertEquals("sk-or-secret", proxy.settings().now().openRouter().apiKey());
  }
}
