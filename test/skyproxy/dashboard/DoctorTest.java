package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// Findings of the check-up about models that work, half work and do not.
final class DoctorTest {
  private static final String ANSWER = """
      {"choices":[{"index":0,"message":{"role":\
      "assistant","content":"Aye."},"finish_reason":"stop"}]}""";

  /// A proxy of the system's, as a VPN program sets it, also for this computer; nobody is there.
  private static final String VPN =
      "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9 -Dhttp.nonProxyHosts=";

  @TempDir
  static Path folder;
  private static Program proxy;
  private static FakeUpstream upstream;

  @BeforeAll
  static void start() throws Exception {
    upstream = new FakeUpstream();
    proxy = Program.start(folder, Map.of("JDK_JAVA_OPTIONS", VPN), "--port", "0", "--claude", "off",
        "--codex", "off", "--config", "config.json");
    proxy.awaitListening();
    proxy.post("/config/server", "{\"name\":\"local\",\"base_url\":\"" + upstream.url() + "/v1\"}");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
  }

  @Test
  void the_demo_passes() throws Exception {
    assertEquals(10, ask("{\"model\":\"demo\"}").at("checks").array().size());
    for (String check : new String[] {"DIALOGUE", "JSON_ANSWER", "PICTURE", "TRUNCATED"}) {
      Cursor found = check("demo", check);
      assertEquals("works", found.at("result").string(), found.json().toString());
    }
  }

  @Test
  void a_model_that_can_not_see_says_so() throws Exception {
    upstream.answer(FakeUpstream.status(400).header("Content-Type", "application/json").body("""
        {"error":{"message":"This model takes no images."}}"""));
    Cursor found = check("local:blind", "PICTURE");
    assertEquals("fails", found.at("result").string());
    assertTrue(found.at("words").string().contains("takes no images"), found.json().toString());
    assertTrue(found.at("advice").string().contains("sees pictures"));
  }

  @Test
  void prose_instead_of_json_works_in_part() throws Exception {
    upstream.answer(FakeUpstream.json(ANSWER));
    assertEquals("partly", check("local:bard", "JSON_ANSWER").at("result").string());
    assertEquals("works", check("local:bard", "HELLO").at("result").string());
  }

  @Test
  void a_stream_that_breaks_off_fails() throws Exception {
    upstream.answer(FakeUpstream.events("{\"choices\":[{\"index\":0,\"delta\":{\"role\":"
        + "\"assistant\",\"content\":\"I am sworn to \"}}]}", "{}").dropAfter(1));
    Cursor found = check("local:shaky", "DIALOGUE");
    assertEquals("fails", found.at("result").string(), found.json().toString());
    assertTrue(found.at("words").string().contains("I am sworn to"), found.json().toString());
  }

  @Test
  void a_limit_on_requests_at_once_is_found() throws Exception {
    upstream.answer(FakeUpstream.json(ANSWER), FakeUpstream.json(ANSWER),
        FakeUpstream.status(429).body("""
            {"error":{"message":"Two at a time."}}"""));
    Cursor found = check("local:narrow", "ELEVEN");
    assertEquals("partly", found.at("result").string(), found.json().toString());
    assertTrue(found.at("advice").string().contains("max_concurrent"));
  }

  @Test
  void what_is_no_check_is_refused() throws Exception {
    assertEquals(400, proxy.post("/config/doctor",
        "{\"model\":\"demo\",\"check\":\"NOSE\"}").statusCode());
    assertEquals(400, proxy.post("/config/doctor", "{}").statusCode());
  }

  private static Cursor check(String model, String check) throws Exception {
    return ask("""
        {"model":"%s","check":"%s"}""".formatted(model, check));
  }

  private static Cursor ask(String body) throws Exception {
    return Cursor.of(Json.parse(proxy.post("/config/doctor", body).body()));
  }
}
