package skyproxy.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.chat.Failure;
import skyproxy.testing.Certificates;
import skyproxy.testing.Os;
import skyproxy.testing.PlainDecoder;
import skyproxy.testing.Replies;
import skyproxy.windows.RootStore;

/// Secure connections to servers whose certificates a virus scanner might have signed: trusted by
/// the roots of the system, or refused in words that say who signed what.
@Tag("slow")
final class TrustTest {
  private static final String SCANNER = "Scanner Root, made up";
  private static final Trust.Roots NONE = List::of;

  private static final LocalDate BEGUN = LocalDate.now();

  @TempDir
  static Path folder;
  private static Certificates made;

  @BeforeAll
  static void make() throws Exception {
    made = new Certificates(folder, "O=Virus Scanner Ltd, CN=Scanner Root\\, made up, C=IS");
    made.sign("good", "-ext", "san=dns:localhost,ip:127.0.0.1");
    made.sign("other", "-ext", "san=dns:elsewhere.test");
    made.sign("old", "-ext", "san=ip:127.0.0.1", "-startdate", "-30d", "-validity", "10");
    made.sign("early", "-ext", "san=ip:127.0.0.1", "-startdate", "+30d");
  }

  private static Replies.Heard ask(URI uri, Trust.Roots roots) {
    try (HttpUpstream upstream = new HttpUpstream("Fake", uri, Duration.ofSeconds(20),
        new Proxies(Map.of(), null), () -> Trust.context(roots))) {
      return Replies.rest(
          upstream.send(HttpRequest.newBuilder(uri).build(), new PlainDecoder()));
    }
  }

  private static Replies.Heard ask(String alias, Trust.Roots roots) throws Exception {
    HttpsServer server = made.serve(alias);
    try {
      return ask(URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/v1"), roots);
    } finally {
      server.stop(0);
    }
  }

  private static String words(String alias, Trust.Roots roots) throws Exception {
    Failure failure = ask(alias, roots).failure();
    assertTrue(failure instanceof Failure.Unreachable, String.valueOf(failure));
    return failure.message();
  }

  @Test
  void a_certificate_that_nobody_trusts_is_told_with_its_issuer_and_what_to_do() throws Exception {
    String words = words("good", NONE);
    assertTrue(words.matches("Fake at https://127\\.0\\.0\\.1:\\d+ shows a certificate that was"
        + " signed by '" + SCANNER + "', whom .* If that is your virus scanner .*"), words);
  }

  @Test
  void the_roots_of_the_system_are_trusted_besides_javas() throws Exception {
    assertEquals("Aye.end", ask("good", () -> List.of(new byte[] {1, 2}, made())).text());
  }

  private static byte[] made() {
    try {
      return made.root();
    } catch (Exception unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  @Test
  void a_system_that_can_not_be_asked_leaves_javas_own() throws Exception {
    String words = words("good", () -> {
      throw new IOException("no such store");
    });
    assertTrue(words.contains(SCANNER), words);
  }

  @Test
  void one_that_is_too_old_or_too_new_is_told_with_the_clock() throws Exception {
    String old = words("old", () -> List.of(made()));
    assertTells("was valid until ", -20, old);
    assertTells("clock, which says ", 0, old);
    assertTells("valid only from ", 30, words("early", () -> List.of(made())));
  }

  /// Midnight may have come since the certificates were made.
  private static void assertTells(String words, int days, String told) {
    assertTrue(Stream.of(BEGUN, LocalDate.now())
        .anyMatch(day -> told.contains(words + day.plusDays(days))), told);
  }

  @Test
  void one_of_another_host_is_told_with_the_name_that_it_is_made_out_to() throws Exception {
    String words = words("other", () -> List.of(made()));
    assertTrue(words.contains("made out to 'made for other'. Check the address."), words);
  }

  @Test
  void a_server_that_speaks_plainly_is_told_as_such() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> {
        try (Socket client = plain.accept()) {
          client.getInputStream().read();
          client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
          client.getInputStream().readAllBytes();
        } catch (IOException gone) {
          // It has seen enough.
        }
      });
      URI uri = URI.create("https://127.0.0.1:" + plain.getLocalPort() + "/v1");
      Failure failure = ask(uri, NONE).failure();
      assertTrue(failure.message().contains("does not speak https. Check the address: http://"),
          failure.message());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "CN=A Root,O=Somebody,C=DE | A Root", "O=Somebody,CN=A Root | A Root",
      "OU=Web,O=Some\\, body | Some, body", "CN=\"A, \\\"B\\\"\",C=DE | A, \"B\"",
      "1.2.3=#0403 | 1.2.3=#0403"})
  void the_name_that_a_person_would_know_is_told(String all, String name) {
    assertEquals(name, UntrustedException.name(all));
  }

  /// Windows asks the user before it takes a root; Wine does not.
  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "The store of roots is Windows'.")
  void a_root_that_is_put_into_windows_is_trusted() throws Exception {
    Os.assumeWine("A real Windows asks the user before it takes a root.");
    HttpsServer server = made.serve("good");
    try {
      RootStore.add(made.root());
      URI uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/v1");
      try (HttpUpstream upstream = new HttpUpstream("Fake", uri, Duration.ofSeconds(20))) {
        assertEquals("Aye.end", Replies.rest(upstream.send(
            HttpRequest.newBuilder(uri).build(), new PlainDecoder())).text());
      }
    } finally {
      server.stop(0);
    }
  }
}
