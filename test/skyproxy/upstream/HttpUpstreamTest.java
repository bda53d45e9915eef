package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.testing.FakeUpstream.events;
import static skyproxy.testing.FakeUpstream.hangUp;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.PlainDecoder;
import skyproxy.testing.Replies;
import skyproxy.threads.Threads;

/// Replies over real connections: kept ones, stale ones, cut ones.
@Tag("core")
final class HttpUpstreamTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final FakeUpstream fake = new FakeUpstream();
  private final HttpUpstream upstream = new HttpUpstream("Fake", fake.uri(), LONG);

  @AfterEach
  void close() {
    upstream.close();
    fake.close();
  }

  private Reply send() {
    return send(fake.uri());
  }

  private Reply send(URI uri) {
    return upstream.send(HttpRequest.newBuilder(uri)
        .POST(HttpRequest.BodyPublishers.ofString("{}")).build(), new PlainDecoder());
  }

  private static List<String> texts(Reply reply) {
    return new Replies.Heard(Replies.all(reply), null).deltas();
  }

  @Test
  void a_stream_gives_its_events_and_its_end() {
    fake.answer(events("a", "b").inPiecesOf(1));
    assertEquals(List.of("a", "b", "end"), texts(send()));
  }

  @Test
  void a_plain_body_is_decoded_whole() {
    fake.answer(status(200).body("{}"));
    assertEquals(List.of("whole {}"), texts(send()));
  }

  @Test
  void a_stream_that_does_not_say_that_it_is_one_is_read_as_one() {
    for (String begin : List.of("", ": hello\n\n", "\n\n", "event: message\n", "id: 7\n")) {
      String text = begin + "data: a\n\ndata: b\n\n";
      fake.answer(status(200).body(text),
          status(200).header("Content-Type", "text/plain").body(text).inPiecesOf(9));
      assertEquals(List.of("a", "b", "end"), texts(send()), begin);
      assertEquals(List.of("a", "b", "end"), texts(send()), begin);
    }
  }

  @Test
  void a_packed_body_is_unpacked_though_nobody_asked_for_it() throws Exception {
    String text = "data: " + "abc ".repeat(9_000).strip() + "\n\ndata: ü\n\n";
    List<String> want = List.of("abc ".repeat(9_000).strip(), "ü", "end");
    for (int piece : new int[] {1, 7, 4_000}) {
      fake.answer(typed().body(gzip(text)).header("Content-Encoding", "gzip").inPiecesOf(piece));
      assertEquals(want, texts(send()));
    }
    fake.answer(typed().body(gzip(text)));
    assertEquals(want, texts(send()), "without a header");
    fake.answer(typed().body(deflate(text, false)).header("Content-Encoding", "deflate"));
    assertEquals(want, texts(send()), "zlib");
    fake.answer(typed().body(deflate(text, true)).header("Content-Encoding", "deflate"));
    assertEquals(want, texts(send()), "raw");
    fake.answer(sse(text).header("Content-Encoding", "gzip"));
    assertEquals(want, texts(send()), "not packed at all");
    fake.answer(status(200).body(gzip("{}")).header("Content-Encoding", "gzip"));
    assertEquals(List.of("whole {}"), texts(send()));
    fake.answer(status(429).body(gzip("slow")).header("Content-Encoding", "gzip"));
    assertEquals(new Failure.Broken(429, "slow"), Replies.failure(send()));
  }

  @Test
  void what_is_packed_wrongly_is_no_answer() throws Exception {
    byte[] broken = gzip("{}");
    Arrays.fill(broken, 10, broken.length, (byte) 0xff);
    fake.answer(status(200).body(broken));
    assertInstanceOf(Failure.Garbled.class, Replies.failure(send()));
  }

  private static FakeUpstream.Answer typed() {
    return status(200).header("Content-Type", "text/event-stream");
  }

  private static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] deflate(String text, boolean raw) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(bytes, new Deflater(9, raw))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void the_event_that_a_stream_breaks_off_in_goes_to_who_can_tell() {
    fake.answer(sse("data: a\n\ndata: b"));
    assertEquals(List.of("a", "unfinished b", "end"), texts(send()));
  }

  @Test
  void comments_are_life_without_events() {
    Semaphore gate = new Semaphore(1);
    fake.answer(sse(": waiting\n\ndata: a\n\n").gate(gate));
    try (Reply reply = send()) {
      assertSame(Event.PULSE, reply.next(LONG), "the headers");
      assertSame(Event.PULSE, reply.next(LONG), "the comment");
      gate.release();
      assertEquals(new Event.Text("a"), reply.next(LONG));
    }
  }

  @Test
  void nothing_within_the_patience_is_quiet_and_the_reply_goes_on() {
    Semaphore gate = new Semaphore(0);
    fake.answer(events("a").gate(gate));
    try (Reply reply = send()) {
      assertSame(Event.PULSE, reply.next(LONG), "the headers");
      assertSame(Event.QUIET, reply.next(Duration.ofMillis(1)));
      assertSame(Event.QUIET, reply.next(Duration.ZERO));
      gate.release();
      assertEquals(new Event.Text("a"), reply.next(LONG));
    }
  }

  /// The first time it is waited a moment for the end of the body, which does not come here.
  @Test
  void closing_once_more_waits_for_nothing() {
    fake.answer(events("done").stallAfter(1));
    long first = Long.MAX_VALUE;
    long again = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      Reply reply = send();
      while (reply.next(LONG) != null) { }
      long start = System.nanoTime();
      reply.close();
      long closed = System.nanoTime();
      reply.close();
      first = Math.min(first, closed - start);
      again = Math.min(again, System.nanoTime() - closed);
    }
    assertTrue(again < first / 2, again + " ns, " + first + " ns at first");
  }

  @Test
  void a_refusal_is_what_the_decoder_makes_of_it() {
    fake.answer(status(503).body("down"));
    assertEquals(new Failure.Broken(503, "down"), Replies.failure(send()));
  }

  @Test
  void the_connection_is_kept_for_the_next_request() {
    fake.answer(events("a"));
    texts(send());
    texts(send());
    assertEquals(1, fake.connections());
  }

  @Test
  void a_connection_that_closes_without_an_answer_says_so_whether_it_was_kept_or_new() {
    fake.answer(hangUp());
    assertTrue(assertInstanceOf(Failure.Unreachable.class, Replies.failure(send())).closed());
    fake.answer(events("a"), hangUp());
    texts(send());
    assertTrue(assertInstanceOf(Failure.Unreachable.class, Replies.failure(send())).closed());
    assertEquals(3, fake.requests().size(), "each is sent once");
  }

  /// As after a night: the first request that meets a dead connection has all of them given up.
  @Test
  void of_many_kept_connections_that_died_one_request_is_lost_at_the_most() {
    fake.answer(events("a"));
    List<Reply> together = new ArrayList<>();
    for (int i = 0; i < 5; i++) together.add(send());
    together.forEach(HttpUpstreamTest::texts);
    int connections = fake.connections();
    assertTrue(connections > 1, "nothing is proven");
    fake.answer(received -> received.connection() <= connections ? hangUp() : events("a"));
    assertThrows(ChatException.class, () -> texts(send()));
    for (int i = 0; i < 5; i++) assertEquals(List.of("a", "end"), texts(send()));
  }

  /// The JDK's client leaves such connections open.
  @Test
  void no_connection_stays_to_a_server_that_speaks_no_http() throws Exception {
    Semaphore ended = new Semaphore(0);
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
      Threads.named("no http").start(() -> {
        while (true) {
          try (Socket one = other.accept()) {
            one.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n".getBytes());
            while (one.getInputStream().read() >= 0) continue;
            ended.release();
          } catch (IOException over) {
            return;
          }
        }
      });
      URI uri = URI.create("http://127.0.0.1:" + other.getLocalPort());
      for (int i = 0; i < 3; i++) assertThrows(ChatException.class, () -> texts(send(uri)));
      assertTrue(ended.tryAcquire(3, 20, TimeUnit.SECONDS));
    }
  }

  @Test
  void a_stream_that_breaks_off_says_so_after_its_events() {
    fake.answer(events("a…", "b").dropAfter(1));
    try (Reply reply = send()) {
      List<Event> seen = new ArrayList<>();
      ChatException broken = assertThrows(ChatException.class, () -> {
        while (true) seen.add(reply.next(LONG));
      });
      assertInstanceOf(Failure.Garbled.class, broken.failure());
      assertTrue(seen.contains(new Event.Text("a…")), seen.toString());
    }
  }

  @Test
  void what_comes_at_once_with_a_failure_is_given_before_it() {
    fake.answer(FakeUpstream.status(200).header("Content-Type", "text/event-stream")
        .body("data: a\n\ndata: b\n\ndata: oops\n\n"));
    try (Reply reply = send()) {
      assertEquals(new Event.Text("a"), Replies.next(reply));
      assertEquals(new Event.Text("b"), Replies.next(reply));
      assertInstanceOf(Failure.Broken.class, Replies.failure(reply));
    }
  }

  @Test
  void a_stream_that_breaks_off_behind_its_last_event_was_whole() {
    fake.answer(events("a", "b").dropAfter(1));
    try (Reply reply = send()) {
      List<Event> seen = new ArrayList<>();
      for (Event event; (event = reply.next(LONG)) != null; ) seen.add(event);
      assertEquals(new Event.Text("end"), seen.getLast());
    }
  }

  @Test
  void nobody_there_is_unreachable_and_the_message_names_the_address() throws Exception {
    URI nobody;
    try (ServerSocket closed = new ServerSocket(0)) {
      nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort());
    }
    Failure failure = Replies.failure(send(nobody));
    assertInstanceOf(Failure.Unreachable.class, failure);
    assertTrue(failure.message().contains(nobody.toString()), failure.message());
  }

  @Test
  void closing_cuts_the_call_off_before_and_inside_the_answer() throws Exception {
    fake.answer(FakeUpstream.silence(), events("a", "b").stallAfter(1));
    Reply silent = send();
    assertSame(Event.QUIET, silent.next(Duration.ofMillis(300)));
    silent.close();
    assertTrue(fake.cuts().tryAcquire(20, TimeUnit.SECONDS), "before the headers");
    try (Reply stalled = send()) {
      while (!(stalled.next(LONG) instanceof Event.Text)) { }
    }
    assertTrue(fake.cuts().tryAcquire(20, TimeUnit.SECONDS), "inside the body");
  }

  @Test
  void a_refusal_whose_body_never_ends_is_told_all_the_same() {
    fake.answer(events("too much").status(429).stallAfter(1));
    assertEquals(new Failure.Broken(429, "data: too much\n\n"), Replies.failure(send()));
  }

  @Test
  void no_request_offers_an_upgrade_on_plain_http() {
    fake.answer(events("a"));
    texts(send());
    assertNull(fake.requests().getFirst().header("upgrade"));
  }

  /// `localhost` by port, of a server that listens on one of its addresses alone.
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void localhost_is_tried_on_both_addresses_and_what_worked_is_remembered(String address)
      throws Exception {
    assumeTrue(NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address)) != null,
        "There is no IPv6 here.");
    try (FakeUpstream local = new FakeUpstream(address, 0);
        HttpUpstream named = new HttpUpstream("Fake",
            URI.create("http://localhost:" + local.port()), LONG)) {
      local.answer(events("a"));
      HttpRequest request = HttpRequest.newBuilder(
          URI.create("http://localhost:" + local.port() + "/v1?x=y%20z"))
          .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
      assertEquals(200, named.call(request, BodyHandlers.discarding()).statusCode());
      assertEquals(List.of("a", "end"), texts(named.send(request, new PlainDecoder())));
      assertEquals("/v1?x=y%20z", local.requests().getLast().path());
      assertEquals("{}", local.requests().getLast().text());
      String host = address.contains(":") ? "[" + address + "]" : address;
      assertEquals(host, named.addressed(request).uri().getHost(), "where the next one goes first");
    }
  }

  @Test
  void localhost_that_is_not_there_is_named_as_the_player_did() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0)) {
      port = closed.getLocalPort();
    }
    URI uri = URI.create("http://localhost:" + port + "/v1");
    try (HttpUpstream named = new HttpUpstream("Fake", uri, LONG)) {
      Failure failure = Replies.failure(
          named.send(HttpRequest.newBuilder(uri).build(), new PlainDecoder()));
      assertTrue(failure.message().startsWith("Could not connect to Fake at http://localhost:"),
          failure.message());
    }
  }
}
