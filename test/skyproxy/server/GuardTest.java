package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// Requests that are let in and others that are not, on real sockets.
final class GuardTest {
  private static final String HI = """
      {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""";

  @TempDir
  private Path folder;
  private TestProxy proxy;

  @AfterEach
  void stop() {
    proxy.close();
  }

  private void start(String config) throws IOException {
    proxy = new TestProxy(folder, config, ScriptedProvider.of());
  }

  private static void assertRefused(int status, String type, String code, RawClient.Answer answer) {
    assertEquals(status, answer.status(), answer.text());
    Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
    assertEquals(code, error.at("code").string());
    assertEquals(type, error.at("type").string());
    assertFalse(error.at("message").string().isBlank());
  }

  private static void assertWrongKey(RawClient.Answer answer) {
    assertRefused(401, "authentication_error", "invalid_api_key", answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]:9",
      "192.168.1.20:8000", "[fe80::1]", "npc.localhost:80", "localhost."})
  void loopback_names_and_addresses_are_ours(String host) throws Exception {
    start("{}");
    assertEquals(200, proxy.ask("GET /health", "Host: " + host).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example:8000", "127.0.0.1.evil.example",
      "evil.example@localhost", "[::1", "", "1.2.3.4.5", "localhost:80:80"})
  void any_other_name_is_refused(String host) throws Exception {
    start("{}");
    assertRefused(421, "permission_error", "misdirected_host",
        proxy.ask("GET /health", "Host: " + host));
    assertEquals(421, proxy.post("/v1/chat/completions", HI, "Host: evil.example").status());
  }

  @Test
  void two_names_are_refused_and_none_is_no_browser() throws Exception {
    start("{}");
    assertEquals(421, proxy.ask("GET /health", "Host: localhost", "Host: localhost").status());
    try (RawClient client = new RawClient(proxy.port())) {
      assertEquals(200, client.send("GET /health HTTP/1.0\r\n\r\n").answer().status());
    }
  }

  @Test
  void with_a_key_any_name_will_do() throws Exception {
    start("{\"api_key\":\"k\"}");
    assertEquals(200, proxy.ask("GET /health", "Host: skyrim-pc.lan:8000").status());
  }

  @Test
  void a_page_of_another_origin_is_refused() throws Exception {
    start("{}");
    for (String origin : new String[] {"https://evil.example", "null", "http://localhost",
        "http://localhost:1", "https://localhost:" + proxy.port(), "file://"}) {
      RawClient.Answer answer =
          proxy.post("/v1/chat/completions", HI, "Host: localhost:" + proxy.port(),
              "Origin: " + origin, "Content-Type: text/plain");
      assertRefused(403, "permission_error", "forbidden_origin", answer);
      assertNull(answer.header("access-control-allow-origin"));
    }
  }

  @Test
  void the_proxys_own_page_is_let_in_by_every_name() throws Exception {
    start("{}");
    for (String name : new String[] {"localhost", "127.0.0.1", "[::1]"}) {
      assertEquals(200, proxy.post("/v1/chat/completions", HI,
          "Origin: http://" + name + ":" + proxy.port()).status());
    }
    assertEquals(200, proxy.ask("GET /health", "Host: 192.168.1.20:8000",
        "Origin: http://192.168.1.20:8000").status());
  }

  @Test
  void an_allowed_origin_is_let_in_and_may_read_answers_and_errors() throws Exception {
    start("{\"allowed_origins\":[\"http://localhost:8080\"]}");
    for (String path : new String[] {"GET /health", "GET /nix"}) {
      RawClient.Answer answer = proxy.ask(path, "Origin: http://localhost:8080");
      assertEquals("http://localhost:8080", answer.header("access-control-allow-origin"));
      assertEquals("Origin", answer.header("vary"));
    }
    assertEquals(403, proxy.ask("GET /health", "Origin: http://localhost:8081").status());
  }

  @Test
  void a_preflight_of_an_allowed_origin_is_answered_without_a_key() throws Exception {
    start("""
        {"api_key":"k","allowed_origins":["http://localhost:8080"]}""");
    RawClient.Answer answer = proxy.ask("OPTIONS /v1/chat/completions",
        "Origin: http://localhost:8080", "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization,x-stainless-os");
    assertEquals(204, answer.status());
    assertEquals("http://localhost:8080", answer.header("access-control-allow-origin"));
    assertEquals("POST, OPTIONS", answer.header("access-control-allow-methods"));
    assertEquals("authorization,x-stainless-os", answer.header("access-control-allow-headers"));
    assertEquals(403, proxy.ask("OPTIONS /v1/chat/completions", "Origin: http://evil.example",
        "Access-Control-Request-Method: POST").status());
  }

  @Test
  void options_without_an_origin_tells_the_methods() throws Exception {
    start("{}");
    RawClient.Answer answer = proxy.ask("OPTIONS /v1/models");
    assertEquals(204, answer.status());
    assertEquals("GET, HEAD, OPTIONS", answer.header("allow"));
    assertNull(answer.header("access-control-allow-methods"));
    assertEquals(404, proxy.ask("OPTIONS /nix").status());
  }

  @Test
  void with_a_key_the_endpoints_need_it() throws Exception {
    start("{\"api_key\":\"open sesame é\"}");
    for (String path : new String[] {"GET /v1/models", "GET /models", "GET /stats",
        "GET /v1/models/demo", "GET /v1/nix", "HEAD /stats"}) {
      assertEquals(401, proxy.ask(path).status(), path);
    }
    assertWrongKey(proxy.post("/v1/chat/completions", HI));
    assertWrongKey(proxy.post("/v1", HI));
    assertWrongKey(proxy.post("/config/openrouter-key", "{\"key\":\"\"}",
        "Content-Type: application/json"));
    assertWrongKey(proxy.post("/v1/chat/completions", HI, "Authorization: Bearer open sesame"));
    assertWrongKey(proxy.post("/v1/chat/completions", HI, "Authorization: open sesame é"));
    assertWrongKey(proxy.post("/v1/chat/completions", HI, "Authorization:"));
    assertEquals(200, proxy.post("/v1/chat/completions", HI,
        "authorization: bearer  open sesame é ").status());
    assertEquals(200, proxy.ask("GET /health").status(), "health is for everybody");
    assertEquals(404, proxy.ask("GET /nix").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization: Bearer ", "Authorization:", "Authorization: Basic x",
      "Authorization: Bearer sk-whatever", "X-Nothing: x"})
  void without_a_key_any_authorization_will_do(String header) throws Exception {
    start("{}");
    assertEquals(200, proxy.post("/v1/chat/completions", HI, header).status());
  }

  @Test
  void the_key_is_repeated_nowhere() throws Exception {
    start("{\"api_key\":\"open-sesame\"}");
    String all = proxy.ask("GET /health").text() + proxy.post("/v1", HI).text()
        + proxy.ask("GET /stats", "Authorization: Bearer open-sesame").text();
    assertFalse(all.contains("open-sesame"));
    assertTrue(all.contains("invalid_api_key"));
  }
}
