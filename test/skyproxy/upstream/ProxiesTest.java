package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.events;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.Failure;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.PlainDecoder;
import skyproxy.testing.Replies;

/// Proxies in the environment and in the system's settings: which address goes through which, over
/// real connections, and what the player reads when one stands in the way.
final class ProxiesTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final FakeUpstream proxy = new FakeUpstream();

  @AfterEach
  void close() {
    proxy.close();
  }

  private static Proxies of(String... variables) {
    var environment = new HashMap<String, String>();
    for (int i = 0; i < variables.length; i += 2) environment.put(variables[i], variables[i + 1]);
    return new Proxies(environment, null);
  }

  private static String chosen(Proxies proxies, String uri) {
    Proxies.Chosen chosen = proxies.choose(URI.create(uri));
    return chosen == null ? null : chosen.shown() + " " + chosen.source();
  }

  @Test
  void the_scheme_decides_and_small_letters_go_first() {
    Proxies proxies = of("HTTPS_PROXY", "http://a:1", "http_proxy", "b:2", "HTTP_PROXY", "c:3");
    assertEquals("http://a:1 HTTPS_PROXY", chosen(proxies, "https://example.test/v1"));
    assertEquals("http://b:2 HTTP_PROXY", chosen(proxies, "http://example.test/v1"));
    assertEquals("http://d:80 ALL_PROXY",
        chosen(of("all_proxy", "http://d"), "https://example.test"));
    assertNull(chosen(of("HTTPS_PROXY", "  "), "https://example.test"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1234/v1", "http://localhost/v1", "http://[::1]:8/v1",
      "https://LOCALHOST", "http://127.9.9.9", "http://llama.localhost:1"})
  void this_computer_is_never_reached_through_one(String uri) {
    assertNull(chosen(of("ALL_PROXY", "http://a:1"), uri));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "* | http://example.test | true",
      "example.test | http://example.test | true",
      "example.test | http://api.EXAMPLE.test | true",
      ".example.test | http://api.example.test | true",
      "*.example.test | http://api.example.test | true",
      "example.test | http://anexample.test | false",
      "other.test, example.test | http://example.test | true",
      "example.test:8080 | http://example.test:8080 | true",
      "example.test:8080 | http://example.test | false",
      "example.test:443 | https://example.test | true",
      "192.168.0.0/16 | http://192.168.7.8:1 | true",
      "192.168.0.0/16 | http://192.169.7.8:1 | false",
      "10.0.0.5 | http://10.0.0.5:11434/v1 | true",
      "fd00::/8 | http://[fd12::1]:1/v1 | true",
      "fd12::1 | http://[fd12::1]:1/v1 | true",
      "0.0.5 | http://10.0.0.5 | false",
      "nonsense/99, ., : | http://example.test | false"})
  void no_proxy_spares_hosts(String spared, String uri, boolean direct) {
    Proxies proxies = of("ALL_PROXY", "http://a:1", "no_proxy", spared);
    assertEquals(direct, proxies.choose(URI.create(uri)) == null);
  }

  private static Replies.Heard ask(String uri, Proxies proxies) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
        .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    try (HttpUpstream upstream = new HttpUpstream("Fake", URI.create(uri), LONG, proxies,
        Trust::ofThisComputer)) {
      return Replies.rest(upstream.send(request, new PlainDecoder()));
    }
  }

  private static String problem(String uri, Proxies proxies) {
    Failure failure = ask(uri, proxies).failure();
    return assertInstanceOf(Failure.Unreachable.class, failure).message();
  }

  @Test
  void a_request_goes_through_the_proxy_and_this_computers_past_it() {
    proxy.answer(events("a"));
    Proxies proxies = of("HTTP_PROXY", proxy.url());
    assertEquals(List.of("a", "end"), ask("http://example.test/v1/chat", proxies).deltas());
    assertEquals("http://example.test/v1/chat", proxy.requests().getLast().path());
    assertEquals(List.of("a", "end"), ask(proxy.url() + "/v1/chat", proxies).deltas());
    assertEquals("/v1/chat", proxy.requests().getLast().path());
  }

  @Test
  void a_secure_connection_is_asked_for_by_the_name_of_the_host_alone() {
    proxy.answer(status(403).body("not from here"));
    String words = problem("https://example.test/v1", of("HTTPS_PROXY", proxy.url()));
    assertEquals("CONNECT", proxy.requests().getFirst().method());
    assertEquals("example.test:443", proxy.requests().getFirst().path());
    assertTrue(words.contains("403") && words.contains(proxy.url())
        && words.contains("HTTPS_PROXY"), words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.test/v1", "https://example.test/v1"})
  void a_proxy_that_wants_a_password_is_named(String uri) {
    proxy.answer(status(407).header("Proxy-Authenticate", "Basic realm=\"x\"").body(""));
    String words = problem(uri, of("ALL_PROXY", proxy.url()));
    assertTrue(words.contains("password") && words.contains(proxy.url())
        && words.contains("ALL_PROXY"), words);
  }

  @Test
  void a_proxy_that_is_not_there_is_named() throws Exception {
    String gone;
    try (ServerSocket closed = new ServerSocket(0)) {
      gone = "http://127.0.0.1:" + closed.getLocalPort();
    }
    for (String uri : List.of("http://example.test/v1", "https://example.test/v1")) {
      String words = problem(uri, of("ALL_PROXY", gone));
      assertTrue(words.contains(gone) && words.contains("Check that the proxy is running"), words);
    }
  }

  @ParameterizedTest
  @CsvSource({"socks5://127.0.0.1:1080, SOCKS", "socks://10.0.0.1, SOCKS",
      "http://user:hush@127.0.0.1:8080, password", "https://127.0.0.1:8443, https",
      "http://[, address", "http://us er:hush@x, address"})
  void one_that_can_not_be_used_is_named_and_nothing_goes_past_it(String value, String word) {
    try (FakeUpstream never = new FakeUpstream()) {
      Proxies proxies = of("HTTP_PROXY", value);
      String words = problem("http://example.test:" + never.port() + "/v1", proxies);
      assertTrue(words.contains(word) && words.contains("HTTP_PROXY"), words);
      assertFalse(words.contains("hush"), words);
      assertEquals(List.of(), never.requests());
    }
  }

  @Test
  void small_calls_go_the_same_way() throws Exception {
    proxy.answer(json("{}"));
    URI uri = URI.create("http://example.test/v1/models");
    try (HttpUpstream upstream =
        new HttpUpstream("Fake", uri, LONG, of("HTTP_PROXY", proxy.url()), Trust::ofThisComputer)) {
      upstream.call(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
    }
    assertEquals(uri.toString(), proxy.requests().getFirst().path());
  }

  /// Settings of a system that takes its time.
  private static final class Settings extends ProxySelector {
    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicLong asked = new AtomicLong();
    private volatile Proxy proxy;

    @Override
    public List<Proxy> select(URI uri) {
      try {
        answers.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
      asked.incrementAndGet();
      return List.of(proxy);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException why) {}
  }

  private static void awaitChosen(String wanted, Proxies proxies, String uri) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!wanted.equals(String.valueOf(chosen(proxies, uri)))) {
      assertTrue(System.nanoTime() < end, "never " + wanted);
      Thread.sleep(1);
    }
  }

  @Test
  void the_system_is_asked_in_the_background_and_again_when_its_answer_is_old() throws Exception {
    Settings settings = new Settings();
    AtomicLong clock = new AtomicLong();
    Proxies proxies = new Proxies(Map.of("NO_PROXY", "spared.test"),
        new SystemProxies(() -> settings, clock::get));
    String uri = "https://example.test/v1";
    assertNull(chosen(proxies, uri), "nobody waits for it");
    settings.proxy =
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("vpn.test", 7890));
    settings.answers.countDown();
    awaitChosen("http://vpn.test:7890 the system's settings", proxies, uri);
    assertEquals(1, settings.asked.get());
    settings.proxy = Proxy.NO_PROXY;
    clock.addAndGet(Duration.ofSeconds(61).toNanos());
    awaitChosen("null", proxies, uri);
    assertNull(chosen(proxies, "https://spared.test"));
    assertNull(chosen(proxies, "http://localhost:1"));
    assertEquals(2, settings.asked.get(), "these are not asked for");
  }

  @Test
  void the_environment_goes_before_the_system_and_a_socks_proxy_of_it_is_named() throws Exception {
    Settings settings = new Settings();
    settings.proxy =
        new Proxy(Proxy.Type.SOCKS, InetSocketAddress.createUnresolved("127.0.0.1", 1080));
    settings.answers.countDown();
    Proxies proxies = new Proxies(Map.of("HTTP_PROXY", "http://a:1"),
        new SystemProxies(() -> settings, System::nanoTime));
    assertEquals("http://a:1 HTTP_PROXY", chosen(proxies, "http://example.test"));
    awaitChosen("socks://127.0.0.1:1080 the system's settings", proxies, "https://example.test");
    String words = problem("https://example.test", proxies);
    assertTrue(words.contains("SOCKS") && words.contains("the system's settings"), words);
  }
}
