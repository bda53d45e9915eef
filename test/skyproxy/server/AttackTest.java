package skyproxy.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// Attacks from a web page in the player's browser, from a program of another user, and from
/// another computer, byte for byte as they come over the socket.
///
/// Let in is who gets a 2xx, has a model asked or a setting changed, may read an answer by CORS, or
/// puts a header of its own into one. The doors are tried by their owners too.
final class AttackTest {
  private static final String OPEN = "{\"allowed_origins\":[\"http://localhost:8080\"]}";
  private static final String LOCKED = """
      {"api_key":"open sesame","allowed_origins":["http://localhost:8080"]}""";
  private static final String CHAT = """
      {"model":"local:x","messages":[{"role":"user","content":"Hi"}]}""";
  private static final String KEY = "{\"key\":\"sk-or-planted-by-an-attacker\"}";
  private static final String EVIL = "Origin: http://evil.example";
  private static final String JSON = "Content-Type: application/json";
  private static final String TEXT = "Content-Type: text/plain";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  private static final AtomicInteger TRIED = new AtomicInteger();
  private static final AtomicInteger LET_IN = new AtomicInteger();

  private static ScriptedProvider upstream;
  private static TestProxy open;
  private static TestProxy locked;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    upstream = ScriptedProvider.named("claude");
    open = new TestProxy(Files.createDirectory(folder.resolve("open")), OPEN, upstream);
    locked = new TestProxy(Files.createDirectory(folder.resolve("locked")), LOCKED, upstream);
  }

  @AfterAll
  static void stop() {
    open.close();
    locked.close();
    System.out.println("attacks tried " + TRIED + ", let in " + LET_IN);
  }

  /// @param locked whether the proxy that is attacked has a key
  /// @param bytes of the whole connection; PORT is the proxy's
  private record Attack(String name, boolean locked, String bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String request(String line, String body, String... headers) {
    String all = String.join("\r\n", headers);
    String host = all.contains("Host:") ? "" : "Host: 127.0.0.1:PORT\r\n";
    String length = all.contains("Length:") || all.contains("Transfer-Encoding:") ? ""
        : "Content-Length: " + body.getBytes(UTF_8).length + "\r\n";
    return line + " HTTP/1.1\r\n" + host + (all.isEmpty() ? "" : all + "\r\n") + length + "\r\n"
        + body;
  }

  private static String chat(String... headers) {
    return request("POST /v1/chat/completions", CHAT, headers);
  }

  private static String key(String... headers) {
    return request("POST /config/openrouter-key", KEY, headers);
  }

  private static List<Attack> names() {
    List<Attack> all = new ArrayList<>();
    for (String host : List.of("evil.example", "evil.example:PORT", "EVIL.EXAMPLE", "evil.example.",
        "localhost.evil.example", "127.0.0.1.evil.example:PORT", "127.0.0.1.nip.io", "localhost..",
        "localhost@evil.example", "evil.example@localhost", "user:pass@127.0.0.1:PORT",
        "evil.example#@127.0.0.1", "evil.example\\@127.0.0.1", "evil.example/127.0.0.1",
        "127.0.0.1 evil.example", "127.0.0.1:PORT:PORT", "[::1", "::1", "[::1].evil.example",
        "[::1]@evil.example", "[evil.example]", "local\u0001host", "xlocalhost", "1.2.3.4.5",
        "localhost:80a", "")) {
      all.add(new Attack("rebound to " + host, false, chat("Host: " + host)));
      all.add(new Attack("a key from " + host, false, key("Host: " + host, JSON)));
      all.add(new Attack("reading at " + host, false, request("GET /stats", "", "Host: " + host)));
    }
    all.add(new Attack("two names", false, chat("Host: 127.0.0.1", "Host: evil.example")));
    all.add(new Attack("two names, turned", false, chat("Host: evil.example", "Host: 127.0.0.1")));
    all.add(new Attack("a name over two lines", false, chat("Host: 127.0.0.1\r\n evil.example")));
    for (String target : List.of("http://evil.example/v1/chat/completions",
        "HTTP://EVIL.example:PORT/v1", "http://evil.example@127.0.0.1/v1", "http:/v1",
        "http:///v1", "ftp://evil.example/v1")) {
      all.add(new Attack("a whole URL, " + target, false, request("POST " + target, CHAT)));
    }
    return all;
  }

  private static List<Attack> pages() {
    List<Attack> all = new ArrayList<>();
    for (String origin : List.of("http://evil.example", "https://evil.example", "null", "NULL", "",
        "http://localhost", "http://localhost:1", "https://localhost:PORT", "file://",
        "http://127.0.0.1:PORT.evil.example", "http://127.0.0.1:PORT@evil.example",
        "http://evil.example:PORT", "http://user@127.0.0.1:PORT", "http://127.0.0.1:PORT/",
        "http://localhost:8080.evil.example", "http://localhost:8080, http://evil.example", "*",
        "http://127.0.0.1\u0001:PORT", "http://192.168.1.66:PORT", "chrome-extension://abcdef")) {
      String header = "Origin: " + origin;
      all.add(new Attack("fetch by " + origin, false, chat(header, TEXT)));
      all.add(new Attack("fetch with JSON by " + origin, false, chat(header, JSON)));
      all.add(new Attack("a form by " + origin, false, key(header, FORM)));
      all.add(new Attack("text to /config by " + origin, false, key(header, TEXT)));
      all.add(new Attack("JSON to /config by " + origin, false, key(header, JSON)));
      all.add(new Attack("reading by " + origin, false, request("GET /stats", "", header)));
      all.add(new Attack("reading /health by " + origin, false,
          request("GET /health", "", header)));
      all.add(new Attack("asking first, " + origin, false, request("OPTIONS /config/openrouter-key",
          "", header, "Access-Control-Request-Method: POST",
          "Access-Control-Request-Headers: content-type",
          "Access-Control-Request-Private-Network: true")));
    }
    all.add(new Attack("two origins", false, chat("Origin: http://127.0.0.1:PORT", EVIL)));
    all.add(new Attack("two origins, turned", false, chat(EVIL, "Origin: http://127.0.0.1:PORT")));
    all.add(new Attack("rebound, as its own page", false,
        chat("Host: evil.example:PORT", "Origin: http://evil.example:PORT")));
    // Old browsers say no origin; these types are all that a page can then send unasked.
    for (String type : List.of(TEXT, FORM, "Content-Type: multipart/form-data; boundary=x", "X: x",
        "Content-Type: text/plain; application/json", "Content-Type: application/jsonp",
        "Content-Type: text/plain\r\nContent-Type: application/json")) {
      all.add(new Attack("to /config as " + type, false, key(type)));
    }
    return all;
  }

  private static List<Attack> withoutTheKey() {
    List<Attack> all = new ArrayList<>();
    for (String path : List.of("/stats", "/stats/", "//stats", "/stats?x", "/stats;x", "/./stats",
        "/v1/../stats", "/health/../stats", "/dashboard/../stats", "/%73tats", "/stats%2f",
        "/health/%2e%2e/stats", "/health/..%2fstats", "/health%2f..%2fstats", "/STATS", "/stats%00",
        "http://127.0.0.1:PORT/stats", "http://evil.example/stats", "//127.0.0.1/stats",
        "\\stats", "/\\stats", "/v1/models", "/models", "//v1//models/", "/v1/models/demo",
        "/v1/models%2fdemo", "/models/..%2f..%2fstats")) {
      all.add(new Attack("no key, GET " + path, true, request("GET " + path, "")));
      all.add(new Attack("no key, HEAD " + path, true, request("HEAD " + path, "")));
    }
    for (String path : List.of("/v1/chat/completions", "/chat/completions", "/v1", "/v1/", "//v1",
        "/v1//chat//completions", "/V1/chat/completions", "/%76%31", "/v1/./chat/completions",
        "/health/../v1", "http://127.0.0.1/v1", "/v1?key=open%20sesame", "/v1#x")) {
      all.add(new Attack("no key, POST " + path, true, request("POST " + path, CHAT)));
    }
    for (String path : List.of("/config/openrouter-key", "//config/openrouter-key",
        "/config//openrouter-key/", "/health/../config/openrouter-key", "/config/%6fpenrouter-key",
        "/config%2fopenrouter-key", "/v1/../config/openrouter-key", "/config/./openrouter-key")) {
      all.add(new Attack("no key, " + path, true, request("POST " + path, KEY, JSON)));
    }
    for (String sent : List.of("", "Bearer", "Bearer ", "Bearer x", "Bearer open", "Basic x",
        "Bearer open sesame x", "open sesame", "Bearer open  sesame", "Bearer OPEN SESAME",
        "Bearer null", "Bearer open\u0000sesame", "Token open sesame",
        "Bearer x\r\nAuthorization: Bearer open sesame")) {
      all.add(new Attack("a wrong key: " + sent, true, chat("Authorization: " + sent)));
    }
    all.add(new Attack("the key as X-Api-Key", true, chat("X-Api-Key: open sesame")));
    all.add(new Attack("the key as a cookie", true, chat("Cookie: api_key=open sesame")));
    all.add(new Attack("a page of the allowed origin, no key", true,
        chat("Origin: http://localhost:8080")));
    return all;
  }

  /// A refused request whose body is a request that would be let in, and ways to hide one.
  private static List<Attack> smuggled() {
    List<Attack> all = new ArrayList<>();
    String inside = key(JSON);
    String quiet = chat();
    for (String hidden : List.of(inside, quiet)) {
      all.add(new Attack("behind a 403", false, request("POST /v1", hidden, EVIL)));
      all.add(new Attack("behind a 403 of /config", false,
          request("POST /config/openrouter-key", hidden, EVIL, TEXT)));
      all.add(new Attack("behind a 421", false, request("POST /v1", hidden, "Host: evil.example")));
      all.add(new Attack("behind a 404", false, request("POST /nix", hidden, EVIL)));
      all.add(new Attack("behind a 405", false, request("DELETE /v1", hidden, EVIL)));
      all.add(new Attack("behind a GET", false, request("GET /health", hidden, EVIL)));
      all.add(new Attack("behind a HEAD", false, request("HEAD /health", hidden, EVIL)));
      all.add(new Attack("behind an OPTIONS", false, request("OPTIONS /v1", hidden, EVIL)));
      all.add(new Attack("behind a 401", true, request("POST /v1", hidden)));
      all.add(new Attack("behind a 415", false,
          request("POST /config/openrouter-key", hidden, "Content-Type: text/plain")));
      String chunked = Integer.toHexString(hidden.length()) + "\r\n" + hidden + "\r\n0\r\n\r\n";
      all.add(new Attack("in chunks behind a 403", false,
          request("POST /v1", chunked, EVIL, "Transfer-Encoding: chunked")));
      all.add(new Attack("behind an asked 403", false,
          request("POST /v1", hidden, EVIL, "Expect: 100-continue")));
      all.add(new Attack("of a large body behind a 403", false,
          request("POST /v1", " ".repeat(300_000) + hidden, EVIL)));
      for (String lengths : List.of("Content-Length: 0\r\nTransfer-Encoding: chunked",
          "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 0\r\nContent-Length: "
          + hidden.length(), "Content-Length: -1", "Content-Length: 0x0", "Content-Length: 0, 0",
          "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked",
          "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Content-Length : 0",
          "Transfer-Encoding : chunked\r\nContent-Length: 0",
          "Content-Length: 99999999999999999999",
          "Content\u0000-Length: 0")) {
        all.add(new Attack("by " + lengths, false,
            request("POST /v1", "0\r\n\r\n" + hidden, EVIL, lengths)));
      }
      for (String size : List.of("ffffffff", "80000000", "-1", "0x0", "g", "", "fffffffffffffffff",
          "0 ", " 0")) {
        for (String method : List.of("POST", "HEAD", "GET", "DELETE")) {
          all.add(new Attack("behind a " + method + " by a chunk of '" + size + "'", false,
              request(method + " /v1", size + "\r\n" + hidden, EVIL,
                  "Transfer-Encoding: chunked")));
        }
      }
    }
    return all;
  }

  /// Values that come back in an answer, with what would begin a header of their own.
  static List<Attack> injected() {
    List<Attack> all = new ArrayList<>();
    for (String end : List.of("%0d%0aInjected: x", "\rInjected: x", "\u0085Injected: x",
        "\u0001Injected: x", "%E5%98%8A%E5%98%8DInjected: x", "\\r\\nInjected: x")) {
      all.add(new Attack("a path", false, request("GET /nix" + end.replace(" ", ""), "")));
      all.add(new Attack("a model's path", false,
          request("GET /v1/models/x" + end.replace(" ", ""), "")));
      all.add(new Attack("an origin", false, chat("Origin: http://localhost:8080" + end)));
      all.add(new Attack("an own origin", true, request("GET /nix", "", "Host: a" + end,
          "Origin: http://a" + end)));
      all.add(new Attack("a model", false, request("POST /v1", CHAT.replace("local:x",
          "nix:" + end.replace("\\", "\\\\").replace("\r", "\\r").replace("\u0001", "\\u0001")))));
    }
    return all;
  }

  static Stream<Attack> attacks() {
    return Stream.of(names(), pages(), withoutTheKey(), smuggled()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void nobody_else_is_let_in(Attack attack) throws Exception {
    int before = LET_IN.get();
    String answers = attacked(attack);
    assertEquals(before, LET_IN.get(), answers);
  }

  @ParameterizedTest
  @MethodSource("injected")
  void nothing_that_comes_back_becomes_a_header(Attack attack) throws Exception {
    TRIED.incrementAndGet();
    String answers = send(attack.locked ? locked : open, attack.bytes);
    assertTrue(answers.startsWith("HTTP/1.1 "), answers);
    assertUntouched(answers);
  }

  /// The answers, which are counted.
  private static String attacked(Attack attack) throws IOException {
    TRIED.incrementAndGet();
    TestProxy proxy = attack.locked ? locked : open;
    String before = Files.readString(proxy.file());
    int asked = upstream.requests().size();
    String answers = send(proxy, attack.bytes);
    boolean letIn = upstream.requests().size() > asked || answers.contains("HTTP/1.1 2")
        || !Files.readString(proxy.file()).equals(before);
    if (letIn) LET_IN.incrementAndGet();
    assertUntouched(answers);
    return answers;
  }

  /// Headers are the proxy's own, and nobody else may read the answer.
  private static void assertUntouched(String answers) {
    String heads = answers.replaceAll("(?s)\r\n\r\n.*?(HTTP/1\\.1 |$)", "\r\n$1");
    for (String line : heads.split("[\r\n]+")) {
      boolean harmless = line.matches("[ -~]*") && !line.startsWith("Injected")
          && (!line.toLowerCase(Locale.ROOT).startsWith("access-control-allow-origin:")
              || line.endsWith(" http://localhost:8080") || line.endsWith(" http://a"));
      if (!harmless) LET_IN.incrementAndGet();
      assertTrue(harmless, answers);
    }
  }

  private static String send(TestProxy proxy, String bytes) throws IOException {
    try (RawClient client = new RawClient(proxy.port())) {
      return client.send(bytes.replace("PORT", Integer.toString(proxy.port()))).finish().rest();
    }
  }

  /// Else the attacks would be refused for another reason than they should.
  @Test
  void whoever_belongs_here_is_let_in(@TempDir Path folder) throws Exception {
    try (TestProxy own = new TestProxy(folder, OPEN, upstream)) {
      assertAnswered(own, chat());
      assertAnswered(own, chat("Host: localhost", TEXT));
      assertAnswered(own, chat("Host: [::1]:PORT", "Origin: http://[::1]:PORT"));
      assertAnswered(own, chat("Host: LocalHost.:PORT", "Origin: http://localhost:PORT"));
      assertAnswered(own, chat("Origin: http://localhost:8080", JSON));
      assertAnswered(own, request("POST http://127.0.0.1:PORT/v1", CHAT));
      assertAnswered(own, key(JSON, "Origin: http://127.0.0.1:PORT"));
      assertTrue(Files.readString(own.file()).contains("planted"), "it would be seen");
    }
    assertAnswered(locked, chat("Authorization: Bearer open sesame", "Host: skyrim-pc.lan"));
    assertAnswered(locked, request("GET /stats", "", "Authorization: Bearer open sesame"));
    // A refused request does not spoil the connection for the next one.
    assertTrue(send(locked, request("POST /v1", CHAT, EVIL)
        + chat("Authorization: Bearer open sesame")).contains("HTTP/1.1 200"));
  }

  private static void assertAnswered(TestProxy proxy, String bytes) throws IOException {
    String answer = send(proxy, bytes);
    assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer);
  }
}
