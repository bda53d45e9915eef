package skyproxy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The benchmark counts every token, and its table holds what was found.
final class LoadTest {
  @Test
  void every_token_of_every_kind_of_reply_is_counted() throws Exception {
    try (TokenUpstream upstream = new TokenUpstream()) {
      for (String path : List.of(Way.CHAT, "/v1/messages")) {
        Way way = new Way("direct", upstream.port(), path, "m", null);
        Load.Result result = Load.streams(3, 7, 1).each(2).spread(5).run(way);
        assertEquals(6, result.firsts().length);
        assertEquals(42, result.delays().length);
        assertTrue(result.first() > 0 && result.delay(0.5) > 0);
      }
      Way way = new Way("direct", upstream.port(), Way.CHAT, "m", null);
      assertEquals(2, Load.streams(1, 7, 0).each(2).wholeReplies().run(way).firsts().length);
      Load.streams(1, 7, 0).sending(Load.Content.PICTURE).run(way);
    }
  }

  @Test
  void a_reply_that_lacks_a_token_ends_the_benchmark() throws Exception {
    String reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n@1 @2 @3 .";
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> {
        try (Socket socket = server.accept()) {
          Wire in = new Wire(socket.getInputStream());
          in.head();
          in.body(10);
          socket.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      Way way = new Way("direct", server.getLocalPort(), Way.CHAT, "m", null);
      ExecutionException lost = assertThrows(ExecutionException.class,
          () -> Load.streams(1, 4, 0).run(way));
      assertEquals("3 tokens came", lost.getCause().getMessage());
    }
  }

  @Test
  void the_file_holds_median_least_most_and_ratio(@TempDir Path folder) throws Exception {
    Table table = new Table(List.of("direct", "bare", "virtual"));
    table.add("first token", "ms", Map.of("bare", new double[] {2, 1, 4},
        "virtual", new double[] {3, 5, 2}), 0.5);
    Path file = folder.resolve("bench.json");
    table.save(file, Map.of("java", "25"));
    Cursor all = Cursor.of(Json.parse(Files.readString(file)));
    assertEquals("25", all.at("java").string());
    Cursor row = all.at("rows").at(0);
    assertEquals(2, row.at("bare").at("median").number());
    assertEquals(2, row.at("virtual").at("least").number());
    assertEquals(5, row.at("virtual").at("most").number());
    assertEquals(1.5, row.at("of_bare").at("virtual").number());
    assertTrue(row.at("busy").bool());
  }
}
