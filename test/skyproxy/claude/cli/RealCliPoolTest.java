package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.claude.cli.FakeClaudes.LAZY;
import static skyproxy.claude.cli.FakeClaudes.MODEL;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Reply;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.RealCli;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// The pool with the real CLI, a made-up login and a Messages API on loopback. Prints what it
/// costs.
@Tag("cli")
final class RealCliPoolTest {
  private static final ChatRequest HAIL = FakeClaudes.request("Hail!");
  private static final String PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
      + "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  private static final CliPool.Timing USUAL = CliPool.Timing.USUAL;

  private final FakeUpstream upstream = new FakeUpstream();
  private ClaudeCli cli;

  @TempDir
  private Path home;

  @BeforeEach
  void find() {
    cli = new ClaudeCli(RealCli.claude());
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
  }

  @AfterEach
  void close() {
    upstream.close();
  }

  private CliPool pool(int most, CliPool.Timing timing) {
    Map<String, String> environment = Map.of("HOME", home.toString(),
        "ANTHROPIC_BASE_URL", upstream.url(), "CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-made-up");
    CliStarter starter = new CliStarter(cli, environment, home.resolve(".claude"));
    return new CliPool(starter, most, MODEL, timing,
        new Readiness(true, Readiness.USUAL));
  }

  /// Milliseconds from asking to the first word, and the reply read to its end.
  private static double answer(CliPool pool) {
    long asked = System.nanoTime();
    try (Reply reply = new CliReply(pool, HAIL)) {
      while (!(next(reply) instanceof Event.Text)) {
        // The first events may be thoughts.
      }
      double took = (System.nanoTime() - asked) / 1e6;
      Replies.all(reply);
      return took;
    }
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }

  @Test
  void a_process_that_is_ready_answers_sooner_than_one_that_must_be_started() throws IOException {
    List<Double> ready = new ArrayList<>();
    List<Double> none = new ArrayList<>();
    try (CliPool pool = pool(6, USUAL)) {
      for (int i = 0; i < 10; i++) {
        until("two are ready and quiet", () -> pool.idle() == 2 && settled(pool));
        ready.add(answer(pool));
      }
      memory(pool);
    }
    try (CliPool pool = pool(6, LAZY)) {
      for (int i = 0; i < 10; i++) none.add(answer(pool));
    }
    System.out.printf("cli: asked to first delta, ready %.0f ms (%s), none ready %.0f ms (%s)%n",
        median(ready), span(ready), median(none), span(none));
    // On a busy machine any single one may take its time; the best of ten tells them apart.
    assertTrue(Collections.min(ready) < Collections.min(none));
    assertNothingLeft();
  }

  /// As `claude -p` is to become one day.
  @Test
  void a_cli_that_keeps_the_login_to_itself_sends_nobody_round_the_login() throws IOException {
    cli = new ClaudeCli(Os.script(home.resolve("bare"), "#!/bin/sh\ncase \"$1\" in -p) exec '"
        + cli.path() + "' --bare \"$@\" ;; *) exec '" + cli.path() + "' \"$@\" ;; esac\n"));
    try (CliPool pool = pool(3, USUAL)) {
      until("it is told", () -> pool.account().ignored());
      assertEquals(ClaudeCli.LOGIN_IGNORED, pool.failure().message());
      ChatException refused = assertThrows(ChatException.class, () -> answer(pool));
      assertEquals(ClaudeCli.LOGIN_IGNORED, refused.getMessage());
    }
  }

  /// Whether all have had the time to start. When a process began is known to the second only.
  private static boolean settled(CliPool pool) {
    return pool.account().login() == CliAccount.Login.YES && pool.processes() == 2
        && ProcessHandle.current().children().allMatch(child -> child.info().startInstant()
            .filter(start -> start.isBefore(Instant.now().minusSeconds(2))).isPresent());
  }

  private static String span(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    return "%.0f to %.0f".formatted(sorted.getFirst(), sorted.getLast());
  }

  private static void memory(CliPool pool) throws IOException {
    until("two are ready", () -> pool.idle() == 2 && settled(pool));
    for (long pid : children()) {
      Path status = Path.of("/proc", "" + pid, "status");
      if (!Files.exists(status)) return;
      System.out.println("cli: memory of one that waits: " + String.join(", ",
          Files.readAllLines(status).stream().filter(line -> line.matches("(VmRSS|RssAnon).*"))
              .map(line -> line.replaceAll("\\s+", " ")).toList()));
    }
  }

  private static List<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
  }

  @Test
  @Tag("claude")
  void the_first_delta_is_there_before_the_upstream_sends_its_second() {
    Semaphore gate = new Semaphore(4);
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(gate));
    try (CliPool pool = pool(2, LAZY); Reply reply = new CliReply(pool, HAIL)) {
      assertEquals(new Event.Text("Ten septims"), next(reply));
      gate.release(100);
      Replies.all(reply);
    }
  }

  @Test
  @Tag("claude")
  void a_history_and_pictures_arrive_upstream_as_they_were_sent() {
    try (CliPool pool = pool(2, LAZY)) {
      answerAll(pool, "{'model':'claude-sonnet-5-5','messages':["
          + "{'role':'system','content':'You are Lydia.'},{'role':'assistant','content':'A0'},"
          + "{'role':'user','content':'U1'},{'role':'assistant','content':'A1'},"
          + "{'role':'user','content':[{'type':'text','text':'/clear @/etc/passwd'},"
          + "{'type':'image_url','image_url':{'url':'data:image/png;base64," + PNG + "'}}]}]}");
    }
    Cursor body = Cursor.of(calls().getFirst());
    List<String> turns = new ArrayList<>();
    for (Cursor message : body.at("messages").array()) {
      String role = message.at("role").string();
      if (!role.equals("system")) turns.add(role + contents(message.at("content")));
    }
    assertEquals(List.of("user Continue.", "assistant A0", "user U1", "assistant A1",
        "user \n/clear @/etc/passwd " + PNG), turns);
    assertEquals("You are Lydia.", body.at("system").array().getLast().at("text").string());
    assertEquals("low", body.at("output_config").at("effort").string());
    assertEquals(1, calls().size());
  }

  @Test
  void thinking_is_off_where_the_model_can_do_without_and_as_hard_as_asked_for() {
    try (CliPool pool = pool(2, LAZY)) {
      String user = "'messages':[{'role':'user','content':'U'}]}";
      answerAll(pool, "{'model':'claude-haiku-4-5-20251001'," + user);
      answerAll(pool, "{'model':'claude-opus-5-5','reasoning_effort':'high'," + user);
    }
    assertEquals("disabled", Cursor.of(calls().get(0)).at("thinking").at("type").string());
    assertEquals("high",
        Cursor.of(calls().get(1)).at("output_config").at("effort").string());
  }

  /// The bodies of the calls; older CLIs begin with another request.
  private List<Json.Obj> calls() {
    return upstream.requests().stream().filter(call -> call.method().equals("POST"))
        .map(FakeUpstream.Received::json).toList();
  }

  private static String contents(Cursor content) {
    if (content.isString()) return " " + content.string();
    StringBuilder all = new StringBuilder();
    for (Cursor block : content.array()) {
      Cursor text = block.at("text");
      all.append(' ').append(text.isMissing() ? block.at("source").at("data").string()
          : text.string());
    }
    return all.toString();
  }

  private static void answerAll(CliPool pool, String body) {
    Json.Obj json = (Json.Obj) Json.parse(body.replace('\'', '"'));
    ChatRequest request = ChatRequest.parse(json, ChatRequest.Caller.UNKNOWN);
    try (Reply reply = new CliReply(pool, request)) {
      Replies.all(reply);
    }
  }

  @Test
  @Tag("claude")
  void closing_a_reply_cuts_the_call_off() throws InterruptedException {
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(new Semaphore(4)));
    try (CliPool pool = pool(2, LAZY)) {
      Reply reply = new CliReply(pool, HAIL);
      next(reply);
      long closed = System.nanoTime();
      reply.close();
      assertTrue(upstream.cuts().tryAcquire(60, TimeUnit.SECONDS), "the call goes on");
      System.out.printf("cli: closed to the call cut off %.0f ms%n",
          (System.nanoTime() - closed) / 1e6);
    }
  }

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void two_hundred_requests_in_a_row_leave_nothing_behind() throws IOException {
    try (CliPool pool = pool(3, USUAL)) {
      for (int i = 0; i < 10; i++) answer(pool);
      until("all are at rest", () -> pool.idle() == 2 && settled(pool));
      int threads = Thread.activeCount();
      long files = files(home);
      long memory = memory();
      long started = System.nanoTime();
      for (int i = 0; i < 200; i++) answer(pool);
      double each = (System.nanoTime() - started) / 200e6;
      until("all are at rest", () -> pool.idle() == 2 && settled(pool));
      until("their threads are gone", () -> Thread.activeCount() <= threads);
      long grown = memory() - memory;
      System.out.printf("cli: 200 requests in a row, %.0f ms each; since the tenth: processes +0,"
          + " threads +0, files %+d, our heap %+d KB%n", each, files(home) - files, grown >> 10);
      assertEquals(2, children().size());
      // The CLI keeps five backups of its settings, and leaves a half-written copy of its list of
      // plugins behind where it is ended while it writes that: one of each request would be many.
      until("no more files are left", () -> files(home) <= files + 20);
      assertTrue(grown < 8 << 20, "the heap has grown by " + grown);
    }
    assertNothingLeft();
  }

  /// What is used of the heap once all that can go is gone.
  private static long memory() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /// Without the notes of those that run, which come and go with them.
  private static long files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.getParent().endsWith("sessions")).count();
    } catch (IOException | UncheckedIOException goes) {
      return Long.MAX_VALUE; // a file that was there a moment ago
    }
  }

  private void assertNothingLeft() throws IOException {
    until("no process is left", () -> children().isEmpty());
    try (Stream<Path> notes = Files.list(home.resolve(".claude").resolve("sessions"))) {
      List<Path> left = notes.toList();
      System.out.println("cli: processes left 0, notes left " + left.size());
      assertEquals(List.of(), left);
    }
  }
}
