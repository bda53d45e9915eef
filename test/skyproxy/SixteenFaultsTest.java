package skyproxy;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.Voice.LINE;
import static skyproxy.Voice.TOKENS;
import static skyproxy.Voice.error;
import static skyproxy.Voice.healthy;
import static skyproxy.Voice.tokens;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.Fixtures;
import skyproxy.testing.RawClient;

/// Each fault of a first server that a table names, for a line that is streamed and one that is
/// not, with a second server and without: who is heard, or with which one clear error it ends.
///
/// `test/fixtures/faults.txt` is the table. A fault that goes on over many requests is told by
/// [FaultsTest].
@Tag("slow")
final class SixteenFaultsTest {
  private static final FakeUpstream FIRST = new FakeUpstream();
  private static final FakeUpstream SECOND = new FakeUpstream();
  @TempDir
  private static Path folder;
  private static LocalProxy proxy;

  private final Semaphore held = new Semaphore(0);
  private final Semaphore gate = new Semaphore(0);
  private final AtomicInteger asked = new AtomicInteger();

  /// Each fault has a provider of its own, so that no connection is left to it by another.
  @BeforeAll
  static void start() throws Exception {
    String faulty = rows().map(row -> """
        "%s":{"base_url":"%s/v1","silence_seconds":1},""".formatted(name(row[0]), FIRST.url()))
        .collect(joining());
    proxy = LocalProxy.patient(folder, """
        "providers":{%s"good":{"base_url":"%s/v1"}}""".formatted(faulty, SECOND.url()));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    FIRST.close();
    SECOND.close();
  }

  private static String name(String fault) {
    return fault.replaceAll("\\W", "");
  }

  /// A row of the table, and one of its columns.
  private record Case(String fault, boolean stream, boolean alone, String end) {
    @Override
    public String toString() {
      return fault + (stream ? ", streamed" : ", plain") + (alone ? ", alone: " : ": ") + end;
    }
  }

  private static Stream<String[]> rows() {
    return Fixtures.text("faults.txt").lines().filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\\s*\\|\\s*"));
  }

  static Stream<Case> cases() {
    return rows().flatMap(row -> Stream.of(new Case(row[0], true, false, row[1]),
            new Case(row[0], false, false, row[2]), new Case(row[0], true, true, row[3]),
            new Case(row[0], false, true, row[4])));
  }

  /// What the first server does; waits for [#gate] where time is to pass.
  private FakeUpstream.Answer first(String fault, Received request) {
    boolean again = asked.getAndIncrement() > 0;
    return switch (fault) {
      case "rate limited once" -> again ? healthy("first", request)
          : error(429, "rate_limited").header("Retry-After", "1");
      case "rate limited" -> error(429, "rate_limited");
      case "500 once" -> again ? healthy("first", request) : error(500, "oops");
      case "503" -> error(503, "down");
      case "reset once" -> again ? healthy("first", request) : FakeUpstream.hangUp();
      case "silence" -> {
        held.release();
        yield FakeUpstream.silence();
      }
      case "slow" -> {
        held.release();
        if (Cursor.of(request.json()).at("stream").boolOr(false)) {
          yield FakeUpstream.events(tokens("first")).gate(gate);
        }
        gate.acquireUninterruptibly();
        yield healthy("first", request);
      }
      case "cut" -> FakeUpstream.events(tokens("first")).dropAfter(40);
      case "stall" -> {
        held.release();
        yield FakeUpstream.events(tokens("first")).stallAfter(20);
      }
      case "one not JSON" -> {
        List<String> data = new ArrayList<>(List.of(tokens("first")));
        data.add(10, "{\"choices\":[{\"delta\":{\"cont");
        yield FakeUpstream.events(data.toArray(String[]::new));
      }
      case "no [DONE]" -> FakeUpstream.events(
          List.of(tokens("first")).subList(0, TOKENS + 2).toArray(String[]::new));
      case "too long" -> error(400, "context_length_exceeded");
      case "content policy" -> error(400, "content_policy_violation");
      default -> throw new AssertionError(fault);
    };
  }

  /// How much time passes for whom, once the first server was asked.
  private static Duration passes(Case told) {
    if (!told.alone) return Duration.ofSeconds(told.stream ? 9 : 61);
    if (told.fault.equals("slow")) return Duration.ofSeconds(20);
    return Duration.ofSeconds(told.stream ? 31 : 133);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void what_becomes_of_a_fault(Case told) throws Exception {
    FIRST.answer(received -> first(told.fault, received));
    SECOND.answer(received -> healthy("second", received));
    int before = SECOND.requests().size();
    try (RawClient client = proxy.client()) {
      client.post("/v1/chat/completions", LINE.formatted(model(told), told.stream));
      if (takesTime(told)) {
        held.acquire();
        proxy.wait(passes(told));
        if (told.fault.equals("slow") && told.alone) gate.release(TOKENS + 3);
      }
      RawClient.Answer answer = told.fault.equals("stall") && !told.stream
          ? whileTimePasses(passes(told), client) : client.answer();
      ended(told, LocalProxy.read(answer));
    }
    gate.release(TOKENS + 3);
    assertTrue(asked.get() <= 2, asked + " requests at the first server");
    assertTrue(SECOND.requests().size() - before <= 1);
  }

  /// An answer; what came before the stall is a sign of life, and may still be on its way.
  private static RawClient.Answer whileTimePasses(Duration time, RawClient client)
      throws Exception {
    FutureTask<RawClient.Answer> answer = new FutureTask<>(client::answer);
    Thread.startVirtualThread(answer);
    while (!answer.isDone()) {
      proxy.wait(time);
      Thread.sleep(50);
    }
    return answer.get();
  }

  /// One that no other case has let rest.
  private static String model(Case told) {
    return name(told.fault) + ":" + (told.stream ? "streamed" : "plain")
        + (told.alone ? "-alone" : " > good:m");
  }

  /// Whether more happens than a test can wait for; silence behind a word has a limit that it can.
  private static boolean takesTime(Case told) {
    return told.fault.equals("silence") || told.fault.equals("slow")
        || told.fault.equals("stall") && !told.stream;
  }

  private static void ended(Case told, Answer answer) {
    String[] end = told.end.split(" ");
    switch (end[0]) {
      case "first", "second" -> {
        Voice.complete(end[0], answer);
        assertEquals(told.stream, answer.done());
      }
      case "cut" -> {
        assertEquals(200, answer.status());
        assertEquals(end[1], answer.error(), answer.text());
        assertFalse(answer.done());
        assertNull(answer.finishReason());
        assertTrue(Voice.spoken("first").startsWith(answer.spoken()), answer.spoken());
        assertFalse(answer.spoken().isEmpty());
      }
      case "late" -> {
        assertEquals(end[1], answer.error(), answer.text());
        assertEquals("", answer.spoken());
        assertFalse(answer.done());
      }
      default -> {
        assertEquals(end[0] + " " + end[1], answer.status() + " " + answer.error());
        assertEquals("", answer.spoken());
      }
    }
  }

  static Stream<Case> cuts() {
    return cases().filter(told -> told.fault.equals("cut") && !told.alone);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void a_cut_line_ends_the_same_way_when_the_second_continues_none(Case told) throws Exception {
    FIRST.answer(received -> first("cut", received));
    SECOND.answer(received -> Cursor.of(received.json()).at("messages").array().getLast()
        .at("role").string().equals("assistant") ? error(400, "prefill")
        : healthy("second", received));
    ended(told, proxy.post(LINE.formatted("cut:again > good:m", told.stream)));
  }
}
