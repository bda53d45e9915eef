package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.openai.ServerAddress.Found;
import skyproxy.testing.FakeUpstream;

/// Addresses as players type them, before servers of several habits.
final class ServerAddressTest {
  private static final String LIST = "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}";
  private final FakeUpstream fake = new FakeUpstream();

  @AfterEach
  void close() {
    fake.close();
  }

  /// A server with its endpoints below one path, and nothing elsewhere.
  private void serving(String path) {
    fake.answer(request -> request.path().equals(path + "/models") ? json(LIST)
        : status(404).body("{\"detail\":\"Not Found\"}"));
  }

  private Found find(String typed, String key) {
    return ServerAddress.find(typed.replace("PORT", Integer.toString(fake.port())), key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:PORT/v1", "http://127.0.0.1:PORT",
      "http://127.0.0.1:PORT/", "http://127.0.0.1:PORT/v1/chat/completions",
      "http://127.0.0.1:PORT/chat/completions", "http://127.0.0.1:PORT/v1/models/",
      "http://127.0.0.1:PORT/models", " \"http://127.0.0.1: PORT/v1\" ", "127.0.0.1:PORT",
      "127.0.0.1:PORT/v1", "HTTP://127.0.0.1:PORT/v1/completions", "http://0.0.0.0:PORT",
      "http://127.0.0.1:PORT/api/tags", "http:\\\\127.0.0.1:PORT\\v1"})
  void what_was_meant_is_found(String typed) {
    serving("/v1");
    String base = "http://127.0.0.1:" + fake.port() + "/v1";
    Found found = find(typed, null);
    assertEquals(base, found.base());
    String note = typed.equals("http://127.0.0.1:PORT/v1") ? "" : "Taken for " + base + ".";
    assertEquals(note, found.note().strip());
  }

  @ParameterizedTest
  @CsvSource({"http://localhost:PORT, http://localhost:PORT/v1",
      "LOCALHOST:PORT, http://LOCALHOST:PORT/v1"})
  void a_name_of_this_computer_stays(String typed, String base) {
    serving("/v1");
    assertEquals(base.replace("PORT", Integer.toString(fake.port())), find(typed, null).base());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/api/v1", "/openai/v1"})
  void other_places_are_found_from_the_host_alone(String path) {
    serving(path);
    assertEquals(fake.url() + path, find(fake.url(), null).base());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/paas/v4", "/v1beta/openai", "/inference"})
  void a_path_that_serves_stays(String path) {
    serving(path);
    assertEquals(new Found(fake.url() + path, ""), find(fake.url() + path, null));
  }

  @Test
  void a_key_goes_along_and_one_that_is_lacking_or_wrong_is_told_of() {
    fake.answer(request -> "Bearer sk-right".equals(request.header("authorization"))
        ? json(LIST) : status(401).body("{}"));
    assertEquals("", find(fake.url() + "/v1", "sk-right").note());
    assertTrue(find(fake.url() + "/v1", "sk-wrong").note().contains("does not accept"));
    Found keyless = find(fake.url(), null);
    assertTrue(keyless.note().contains("wants an API key"), keyless.note());
    assertEquals(fake.url() + "/v1", keyless.base());
  }

  @Test
  void a_server_without_a_list_is_found_by_what_it_refuses() {
    fake.answer(request -> request.method().equals("POST")
        && request.path().equals("/chat/completions") ? status(422).body("{}") : status(404));
    Found found = find(fake.url() + "/chat/completions", null);
    assertEquals(fake.url(), found.base());
    assertTrue(found.note().contains("does not list its models"), found.note());
    assertEquals(Set.of("{}"), Set.copyOf(fake.requests().stream()
        .filter(request -> request.method().equals("POST")).map(FakeUpstream.Received::text)
        .toList()), "nothing is asked of it");
  }

  @Test
  void a_page_of_the_web_is_no_server() {
    fake.answer(status(200).header("Content-Type", "text/html").body("<html>Hello</html>"));
    Found found = find(fake.url(), null);
    assertEquals(fake.url() + "/v1", found.base());
    assertTrue(found.note().contains("Check the address"), found.note());
  }

  @Test
  void a_server_that_is_not_running_is_kept_under_its_likeliest_address() throws Exception {
    String url;
    try (ServerSocket closed = new ServerSocket(0)) {
      url = "http://127.0.0.1:" + closed.getLocalPort();
    }
    Found found = find(url, null);
    assertEquals(url + "/v1", found.base());
    assertTrue(found.note().contains("Could not connect to this server at " + url), found.note());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "api.example.test | https://api.example.test/v1",
      "api.example.test:8080/v1 | https://api.example.test:8080/v1",
      "192.168.1.5:1234 | http://192.168.1.5:1234/v1",
      "gaming-pc:5001 | http://gaming-pc:5001/v1",
      "[::1]:8080 | http://[::1]:8080/v1",
      "nas.local:8080 | http://nas.local:8080/v1"})
  void without_a_scheme_the_place_decides(String typed, String first) {
    assertEquals(first, ServerAddress.candidates(typed).getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "", "ftp://127.0.0.1/v1", "http://", "http://[", "::"})
  void what_is_no_address_is_left_to_the_settings_to_refuse(String typed) {
    assertEquals(List.of(), ServerAddress.candidates(typed));
    assertEquals(new Found(typed, ""), ServerAddress.find(typed, null));
  }

  @Test
  void a_key_is_not_sent_in_the_clear_where_nobody_asked_for_that() {
    assertEquals("http://api.example.test:8080/v1",
        ServerAddress.candidates("api.example.test:8080/v1").get(1));
    assertFalse(ServerAddress.mayCarryKey(URI.create("http://api.example.test:8080/v1"), false));
    assertTrue(ServerAddress.mayCarryKey(URI.create("http://api.example.test:8080/v1"), true));
    assertTrue(ServerAddress.mayCarryKey(URI.create("https://api.example.test:8080/v1"), false));
    assertTrue(ServerAddress.mayCarryKey(URI.create("http://192.168.1.5:8080/v1"), false));
  }
}
