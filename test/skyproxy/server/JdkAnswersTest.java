package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

/// The list of what the JDK's server answers by itself, before a request reaches the proxy: a few
/// words of its own in HTML, or none, and then the end of the connection. Harmless, for no client
/// that speaks HTTP sends such a thing, nothing of the request is repeated, and what stands behind
/// it is not read.
///
/// Those of Java 25.0.3; a later one may refuse more.
final class JdkAnswersTest {
  private static final String HOST = "Host: localhost\r\n";
  private static final String CLOSED = "";
  private static final String NEXT = "GET /health HTTP/1.1\r\n" + HOST + "\r\n";

  private static TestProxy proxy;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    proxy = new TestProxy(folder, "{}", ScriptedProvider.of());
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  /// @param bytes as they come
  /// @param words that the JDK answers with, behind the status, `|` between those of older
  ///     and newer ones; empty when it only closes
  private record Answered(String what, String bytes, String words) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Answered head(String what, String headers, String words) {
    return new Answered(what, "POST /v1 HTTP/1.1\r\n" + HOST + headers + "\r\n\r\n", words);
  }

  static List<Answered> list() {
    List<Answered> list = new ArrayList<>(List.of(
        new Answered("no blank in the first line", "HELLO\r\n\r\n", "400 Bad request line"),
        new Answered("no version", "GET /EVIL\r\n\r\n", "400 Bad request line"),
        new Answered("TLS on a plain port", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n",
            "400 Bad request line"),
        new Answered("a broken escape", "GET /EVIL%zz HTTP/1.1\r\n" + HOST + "\r\n",
            "400 URISyntaxException thrown|Bad request URI"),
        new Answered("a backslash", "GET /EVIL\\..\\x HTTP/1.1\r\n" + HOST + "\r\n",
            "400 URISyntaxException thrown|Bad request URI"),
        new Answered("markup in the path", "GET /<EVIL> HTTP/1.1\r\n" + HOST + "\r\n",
            "400 URISyntaxException thrown|Bad request URI"),
        new Answered("no path", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n",
            "404 No context found for request"),
        new Answered("a path without a slash", "GET EVIL HTTP/1.1\r\n" + HOST + "\r\n",
            "404 No context found for request"),
        new Answered("a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n", CLOSED),
        new Answered("a first line over the limit", "GET /" + "EVIL".repeat(100_000), CLOSED),
        head("a header without a name", ": EVIL", "400 Header key contains illegal characters"),
        head("a blank before the colon", "X : EVIL", "400 Header key contains illegal characters"),
        head("a name with a sign", "X(EVIL): x", "400 Header key contains illegal characters"),
        head("a header over the limit", "X: " + "EVIL".repeat(100_000), CLOSED),
        head("headers over the limit", ("X: " + "EVIL".repeat(1_000) + "\r\n").repeat(100), CLOSED),
        head("over 200 headers", many(), CLOSED),
        head("a length that is no number", "Content-Length: EVIL",
            "400 NumberFormatException thrown"),
        head("a length below zero", "Content-Length: -1", "400 Illegal Content-Length value"),
        head("two lengths", "Content-Length: 2\r\nContent-Length: 2",
            "400 Conflicting or malformed headers detected"),
        head("a length and chunks", "Content-Length: 2\r\nTransfer-Encoding: chunked",
            "400 Conflicting or malformed headers detected"),
        head("another encoding", "Transfer-Encoding: gzip",
            "501 Unsupported Transfer-Encoding value")));
    return list;
  }

  private static String many() {
    StringBuilder headers = new StringBuilder("X: x");
    for (int i = 0; i < 200; i++) headers.append("\r\nX").append(i).append(": x");
    return headers.toString();
  }

  @ParameterizedTest
  @MethodSource("list")
  void the_jdk_answers_in_words_of_its_own_and_closes(Answered one) throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      try {
        client.send(one.bytes + NEXT).finish();
      } catch (IOException _) {
        assertEquals(CLOSED, one.words, "it need not have read all");
      }
      String answer = client.rest();
      assertFalse(answer.contains("EVIL"), answer);
      if (one.words.equals(CLOSED)) {
        assertEquals("", answer);
      } else {
        String status = one.words.substring(0, 4);
        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        assertTrue(answer.contains("Content-Type: text/html\r\nConnection: close\r\n\r\n<h1>"
            + status) && Stream.of(one.words.substring(4).split("\\|"))
                .anyMatch(words -> answer.endsWith("</h1>" + words)), answer);
      }
    }
    assertEquals(200, proxy.ask("GET /health").status());
  }

  /// Laxer than the standard, and harmless without another server between client and proxy.
  @Test
  void what_the_jdk_lets_pass_is_answered_as_if_it_were_right() throws Exception {
    for (String lax : List.of("\r\n\r\n" + NEXT, NEXT.replace("HTTP/1.1", "HTTP/9.9"),
        "GET /health HTTP/1.1\r\nHost: localhost\nX: x\n\n",
        "GET /health HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n",
        NEXT.replace("\r\n\r\n", "\r\nExpect: wonders\r\n\r\n"),
        NEXT.replace("\r\n\r\n", "\r\nContent-Length: +0\r\n\r\n"))) {
      try (RawClient client = new RawClient(proxy.port())) {
        assertEquals(200, client.send(lax).answer().status(), lax);
      }
    }
  }
}
