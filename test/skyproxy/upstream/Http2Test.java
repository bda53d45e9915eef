package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.testing.Certificates;
import skyproxy.testing.Fixtures;
import skyproxy.testing.PlainDecoder;
import skyproxy.testing.RealCli;
import skyproxy.testing.Replies;

/// Replies over HTTP/2 and TLS, as all the large vendors speak it: by Node's server, since the JDK
/// has none. All go over one connection, on which one thread reads for all of them.
@Tag("cli")
final class Http2Test {
  private static final int MANY = 40;
  private static final int LARGE = 3 << 20;

  @TempDir
  private Path folder;
  private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
  private Process server;
  private HttpUpstream upstream;
  private String base;

  @BeforeEach
  void start() throws Exception {
    Certificates made = new Certificates(folder, "CN=made up");
    made.sign("here", "-ext", "san=ip:127.0.0.1");
    Path pem = folder.resolve("here.pem");
    made.write("here", pem);
    ProcessBuilder node = RealCli.node(Fixtures.path("http2/server.cjs"), pem.toString());
    server = node.redirectErrorStream(true).start();
    BufferedReader lines = server.inputReader();
    base = "https://127.0.0.1:" + lines.readLine();
    Thread.ofPlatform().daemon().start(() -> lines.lines().forEach(said::add));
    byte[] root = made.root();
    upstream = new HttpUpstream("Fake", URI.create(base), Duration.ofSeconds(20),
        new Proxies(Map.of(), null), () -> Trust.context(() -> List.of(root)));
  }

  @AfterEach
  void stop() {
    upstream.close();
    server.destroyForcibly();
  }

  private Reply send(String path, int bytes) {
    return upstream.send(HttpRequest.newBuilder(URI.create(base + path))
        .POST(new PiecesBody(List.of(ByteBuffer.allocate(bytes)))).build(), new PlainDecoder());
  }

  private static List<String> sixty(int bytes) {
    List<String> words = new ArrayList<>(List.of("" + bytes));
    for (int i = 1; i < 60; i++) words.add("word " + i);
    words.add("end");
    return words;
  }

  /// The next line of the server that is not about something else.
  private void awaitSaid(String line) throws InterruptedException {
    for (String next; (next = said.poll(60, TimeUnit.SECONDS)) != null; ) {
      if (next.equals(line)) return;
    }
    throw new AssertionError("the server never said: " + line);
  }

  @Test
  void many_at_once_come_whole_whatever_they_send() throws Exception {
    List<Callable<Void>> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int bytes = i % 10 == 0 ? LARGE + i : 1 + i * 997;
      calls.add(() -> {
        assertEquals(sixty(bytes), Replies.rest(send("/stream/60", bytes)).deltas());
        return null;
      });
    }
    Replies.all(send("/stream/1", 1)); // makes the connection
    try (ExecutorService threads = Executors.newFixedThreadPool(MANY)) {
      for (Future<Void> done : threads.invokeAll(calls)) done.get();
    }
    awaitSaid("connection");
    assertNull(said.poll(), "another connection");
  }

  @Test
  void one_that_is_reset_fails_behind_its_last_word_and_the_others_go_on() {
    try (Reply other = send("/stream/60", 7)) {
      Replies.Heard cut = Replies.rest(send("/cut/3", 5));
      assertEquals(List.of("5…", "word 1…", "word 2…"), cut.deltas());
      assertInstanceOf(Failure.Garbled.class, cut.failure());
      assertEquals(sixty(7), Replies.rest(other).deltas());
    }
  }

  @Test
  void one_that_is_closed_is_given_up_and_the_others_go_on() throws Exception {
    try (Reply other = send("/stream/60", 7)) {
      Reply open = send("/open/3", 5);
      for (String word : List.of("5…", "word 1…", "word 2…")) {
        assertEquals(new Event.Text(word), Replies.next(open));
      }
      open.close();
      awaitSaid("given up");
      assertEquals(sixty(7), Replies.rest(other).deltas());
    }
  }

  @Test
  void a_whole_answer_and_a_small_call_go_the_same_way() throws Exception {
    assertEquals(List.of("whole 9"), Replies.rest(send("/whole", 9)).deltas());
    HttpRequest call = HttpRequest.newBuilder(URI.create(base + "/whole"))
        .POST(BodyPublishers.ofString("four")).build();
    assertEquals("4", upstream.call(call, BodyHandlers.ofString()).body());
  }
}
