package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.events;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// Clients that take their time, or say nothing, beside a game that does not: in a program of its
/// own, since the JDK reads its limits once.
@Tag("slow")
final class SlowClientsTest {
  private static final int LIMIT = 2;
  private static final int SILENT = 2_000;
  private static final String HI = """
      {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""";
  private static final String POST = "POST /v1 HTTP/1.1\r\nHost: localhost\r\n";

  @TempDir
  private Path folder;

  /// Each of them sends a byte now and then, up to its end.
  private static final List<String> STARTS = List.of("P", "POST /v1 HT", POST, POST + "X: x",
      POST + "Content-Length: 99\r\n\r\n{", POST + "Transfer-Encoding: chunked\r\n\r\n",
      POST + "Transfer-Encoding: chunked\r\n\r\n50\r\n{", "GET /health HTTP/1.1\r\nContent-Length: "
      + "99\r\n\r\n", "HEAD /nix HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
      "POST /nix HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 99\r\n\r\n");

  @Test
  void slow_headers_and_slow_bodies_are_cut_off_and_block_nobody() throws Exception {
    try (Program program = Program.with(folder,
        Map.of("sun.net.httpserver.maxReqTime", Integer.toString(LIMIT)))) {
      double after = cutOff(program);
      // A busy computer may keep a round from the promise of two seconds more, but not all of them.
      for (int round = 1; after > LIMIT + 2 && round < 5; round++) after = cutOff(program);
      assertTrue(after > LIMIT - 0.5 && after < LIMIT + 2, "after " + after);
      assertServed(program);
    }
  }

  /// Waits until all of them are cut off; the seconds after which the first was.
  private static double cutOff(Program program) throws Exception {
    List<RawClient> slow = new ArrayList<>();
    long begun = System.nanoTime();
    for (String start : STARTS) {
      slow.add(program.client().send(start));
      slow.add(program.client()); // and one that says nothing
    }
    assertServed(program);
    double first = 0;
    double last = 0;
    for (int round = 0, open = slow.size(); open > 0; round++) {
      for (int i = 0; i < slow.size(); i++) {
        if (slow.get(i) == null || !isCut(slow.get(i), i % 2 == 0 && round < 12)) continue;
        slow.set(i, null);
        open--;
        last = (System.nanoTime() - begun) / 1e9;
        if (first == 0) first = last;
      }
      Thread.sleep(100);
    }
    System.out.printf("slow clients: limit %d s, %d cut off after %.1f to %.1f s%n", LIMIT,
        slow.size(), first, last);
    return first;
  }

  /// Sends one more byte if it is to speak: too few of them to make anything whole.
  private static boolean isCut(RawClient client, boolean speaks) {
    try {
      if (speaks) client.send("a");
      return client.atEnd();
    } catch (IOException cut) {
      return true;
    }
  }

  @Test
  void a_request_may_take_less_than_the_limit_and_its_reply_longer() throws Exception {
    String[] words = new String[15];
    Arrays.fill(words, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Aye. \"}}]}");
    words[14] = "[DONE]";
    String body = HI.replace("{\"model\":\"demo\"", "{\"stream\":true,\"model\":\"slow:x\"");
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(_ -> events(words).pause(Duration.ofMillis(400)));
      Path config = Files.writeString(folder.resolve("c.json"),
          "{\"providers\":{\"slow\":{\"base_url\":\"" + upstream.url() + "/v1\"}}}");
      try (Program program = Program.with(folder,
              Map.of("sun.net.httpserver.maxReqTime", Integer.toString(LIMIT)), "--config",
              config.toString());
          RawClient game = program.client(); RawClient other = program.client()) {
        game.send(POST + "Content-Length: " + body.length() + "\r\n\r\n");
        other.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < body.length(); i += 40) {
          String piece = body.substring(i, Math.min(i + 40, body.length()));
          game.send(piece);
          other.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
          Thread.sleep(100);
        }
        other.send("0\r\n\r\n");
        for (RawClient each : List.of(game, other)) {
          assertTrue(each.answer().text().endsWith("data: [DONE]\n\n"));
        }
      }
    }
  }

  @Test
  void two_thousand_silent_connections_keep_nobody_waiting() throws Exception {
    List<RawClient> silent = new ArrayList<>();
    try (Program program = Program.listening(folder)) {
      assertServed(program);
      double without = best(program);
      for (int i = 0; i < SILENT; i++) silent.add(program.client());
      double with = best(program);
      System.out.printf("%d silent connections: answered in %.2f ms, without them in %.2f ms%n",
          SILENT, with, without);
      assertTrue(with < 20 * without, with + " against " + without);
    } finally {
      for (RawClient client : silent) client.close();
    }
  }

  /// The best of five, in milliseconds, each on a connection of its own.
  private static double best(Program program) throws IOException {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begun = System.nanoTime();
      assertServed(program);
      best = Math.min(best, (System.nanoTime() - begun) / 1e6);
    }
    return best;
  }

  private static void assertServed(Program program) throws IOException {
    try (RawClient game = program.client()) {
      game.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, game.answer().status());
    }
  }
}
