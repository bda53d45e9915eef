package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
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

/// Bodies of every kind, good and bad, whole and broken off.
final class RequestBodyTest {
  private static final String POST = "POST /v1 HTTP/1.1\r\nHost: localhost\r\n";
  private static final String HI = """
      {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""";

  @TempDir
  private Path folder;
  private TestProxy proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = new TestProxy(folder, "{}", ScriptedProvider.of());
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static void assertError(int status, String code, String param, RawClient.Answer answer) {
    assertEquals(status, answer.status(), answer.text());
    Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
    assertEquals("invalid_request_error", error.at("type").string());
    assertEquals(code, error.at("code").string());
    assertEquals(param, error.at("param").stringOr(null));
  }

  private RawClient.Answer post(byte[] body) throws IOException {
    try (RawClient client = new RawClient(proxy.port())) {
      return client.send(POST + "Content-Length: " + body.length + "\r\n\r\n").send(body).answer();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "hello", "{\"model\":\"demo\",}", "{'a':1}", "{} {}"})
  void what_is_not_json_is_refused(String body) throws Exception {
    assertError(400, "invalid_json", null, proxy.post("/v1", body));
  }

  @Test
  void what_is_not_utf8_is_refused() throws Exception {
    byte[] body = HI.replace("Hi", "H\u00ff").getBytes(StandardCharsets.ISO_8859_1);
    assertError(400, "invalid_json", null, post(body));
  }

  @Test
  void what_is_nested_too_deeply_is_refused() throws Exception {
    byte[] body = new byte[200_000];
    Arrays.fill(body, (byte) '[');
    assertError(400, "invalid_json", null, post(body));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{} | missing_field | messages",
      "[] | invalid_type | ",
      "{\"messages\":\"Hi\"} | invalid_type | messages",
      "{\"messages\":[]} | invalid_value | messages",
      "{\"messages\":[{\"role\":\"user\"}]} | missing_field | messages[0].content",
      "{\"messages\":[{\"role\":\"user\",\"content\":5}]} | invalid_type | messages[0].content",
      "{\"messages\":[{\"role\":\"npc\",\"content\":\"x\"}]} | invalid_value | messages[0].role",
      "{\"model\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | invalid_type | model",
      "{\"stream\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | invalid_type | stream",
      "{\"tool_choice\":\"odd\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} "
          + "| invalid_value | tool_choice"})
  void a_member_that_is_wrong_is_named(String body, String code, String param) throws Exception {
    assertError(400, code, param, proxy.post("/v1", body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type: text/plain", "Content-Type:",
      "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/json"})
  void a_body_is_json_whatever_its_type_says(String header) throws Exception {
    assertEquals(200, proxy.post("/v1", HI, header).status());
  }

  @Test
  void a_body_in_chunks_is_put_together() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i < HI.length(); i += 7) {
        String piece = HI.substring(i, Math.min(i + 7, HI.length()));
        client.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
      }
      assertEquals(200, client.send("0\r\n\r\n").answer().status());
    }
  }

  /// The JDK's server knows no trailers.
  @ParameterizedTest
  @ValueSource(strings = {"0\r\nX-Sum: 1\r\n\r\n", "5\r\n{\"mod", "5\r\n{\"model\"\r\n0\r\n\r\n",
      "ffffffff\r\n{}", "80000000\r\n{}", "g\r\n{}", "fffffffffffffffff\r\n{}", ""})
  void a_body_that_does_not_come_in_chunks_as_it_should_is_refused(String chunks)
      throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks).finish();
      RawClient.Answer answer = client.answer();
      assertError(400, "invalid_json", null, answer);
      assertTrue(answer.text().contains("does not come as its headers say"), answer.text());
      assertEquals("close", answer.header("connection"));
      assertNull(client.line(), "the connection is closed");
    }
  }

  @Test
  void a_body_that_ends_before_its_length_is_refused() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Content-Length: " + (HI.length() + 1) + "\r\n\r\n" + HI).finish();
      assertError(400, "invalid_json", null, client.answer());
      assertNull(client.line());
    }
  }

  @Test
  void what_is_behind_the_length_of_a_body_is_no_request() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Content-Length: " + HI.length() + "\r\n\r\n" + HI + "too long\r\n");
      assertEquals(200, client.answer().status());
      assertEquals(400, client.answer().status(), "the JDK's own");
      assertNull(client.line());
    }
  }

  @Test
  void requests_that_come_at_once_are_answered_one_by_one() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      String body = HI.replace("demo", i % 3 == 2 ? "nix:" + i : "demo");
      all.append(POST).append("Content-Length: ").append(body.length()).append("\r\n\r\n")
          .append(body).append("GET /v1/models/demo HTTP/1.1\r\nHost: localhost\r\n\r\n")
          .append("POST /nix HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    }
    try (RawClient client = new RawClient(proxy.port()).send(all.toString())) {
      for (int i = 0; i < 20; i++) {
        RawClient.Answer chat = client.answer();
        assertTrue(i % 3 == 2 ? chat.status() == 502 : chat.text().contains("chat.completion"),
            chat.text());
        assertTrue(client.answer().text().startsWith("{\"id\":\"demo\""));
        assertEquals(404, client.answer().status());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void a_client_that_ends_its_side_with_the_request_is_answered(String stream) throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.post("/v1", HI.replace("{\"model", "{\"stream\":" + stream + ",\"model")).finish();
      assertEquals(200, client.answer().status());
      assertNull(client.line(), "the connection is closed");
    }
  }

  @Test
  void a_client_that_asks_before_it_sends_is_told_to_go_on_at_once() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Expect: 100-continue\r\nContent-Length: " + HI.length() + "\r\n\r\n");
      assertEquals(100, client.answer().status());
      assertEquals(200, client.send(HI).answer().status());
      assertEquals(200, client.post("/v1", HI).answer().status(), "and the connection is kept");
    }
  }

  @Test
  void the_largest_body_is_taken() throws Exception {
    byte[] body = new byte[RequestBody.LIMIT];
    Arrays.fill(body, (byte) ' ');
    byte[] json = HI.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(json, 0, body, 0, json.length);
    assertEquals(200, post(body).status());
  }

  @Test
  void a_larger_one_is_refused_when_all_of_it_was_sent() throws Exception {
    assertError(413, "payload_too_large", null, post(new byte[RequestBody.LIMIT + 1]));
    assertError(413, "payload_too_large", null, post(new byte[RequestBody.LIMIT + 9_000_000]));
  }

  @Test
  void a_larger_one_is_refused_before_it_was_sent() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Expect: 100-continue\r\nContent-Length: 999999999999\r\n\r\n");
      assertEquals(100, client.answer().status());
      RawClient.Answer answer = client.answer();
      assertError(413, "payload_too_large", null, answer);
      assertEquals("close", answer.header("connection"));
    }
  }

  @Test
  void a_larger_one_in_chunks_is_refused() throws Exception {
    byte[] piece = new byte[1 << 20];
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i <= RequestBody.LIMIT / piece.length; i++) {
        client.send("100000\r\n").send(piece).send("\r\n");
      }
      assertError(413, "payload_too_large", null, client.send("0\r\n\r\n").answer());
    }
  }

  @Test
  void a_large_body_for_a_wrong_path_does_not_keep_the_answer_from_the_client() throws Exception {
    byte[] body = new byte[5_000_000];
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("POST /nix HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length
          + "\r\n\r\n").send(body);
      assertEquals(404, client.answer().status());
      assertEquals(200, client.post("/v1", HI).answer().status(), "the connection is kept");
    }
  }

  @Test
  void a_client_that_hangs_up_in_mid_request_does_no_harm() throws Exception {
    for (String part : new String[] {"POST /v1 HT", POST, POST + "Content-Length: 99\r\n\r\n{\"m",
        POST + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"mod\r\n"}) {
      new RawClient(proxy.port()).send(part).hangUp();
      try (RawClient client = new RawClient(proxy.port())) {
        client.send(part);
      }
    }
    assertEquals(200, proxy.post("/v1", HI).status());
    String stats = proxy.ask("GET /stats").text();
    assertEquals(1, Cursor.of(Json.parse(stats)).at("recent").array().size(), stats);
  }

  @Test
  void an_old_client_gets_its_answer_and_the_end_of_the_connection() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("POST /v1 HTTP/1.0\r\nContent-Length: " + HI.length() + "\r\n\r\n" + HI);
      assertEquals(200, client.answer().status());
      assertNull(client.line());
    }
  }

  @Test
  void what_comes_in_small_pieces_is_read_whole() throws Exception {
    String request = POST + "Content-Length: " + HI.length() + "\r\n\r\n" + HI;
    try (RawClient client = new RawClient(proxy.port())) {
      for (int i = 0; i < request.length(); i++) client.send(request.substring(i, i + 1));
      assertTrue(client.answer().text().contains("demo"));
    }
  }
}
