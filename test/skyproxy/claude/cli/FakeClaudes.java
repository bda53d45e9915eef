package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// A pool of [FakeClaude]s, and what they were told. Closing it checks that nothing of them is
/// left.
public final class FakeClaudes implements AutoCloseable {
  public static final String MODEL = "claude-sonnet-5-5";
  static final CliPool.Timing EAGER = timing(Duration.ofMillis(1),
      Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMillis(200));

  /// Nothing is made ready.
  static final CliPool.Timing LAZY = timing(Duration.ofHours(1), Duration.ofHours(1),
      Duration.ofHours(1), Duration.ofHours(1));

  static final Readiness AWAKE = new Readiness(true, Readiness.USUAL);

  private final Path folder;
  final CliPool pool;

  FakeClaudes(int most, CliPool.Timing timing) {
    this(most, timing, Map.of());
  }

  FakeClaudes(int most, CliPool.Timing timing, Map<String, String> environment) {
    this(most, timing, environment, AWAKE);
  }

  FakeClaudes(int most, CliPool.Timing timing, Map<String, String> environment,
      Readiness readiness) {
    try {
      folder = Files.createTempDirectory("fake-claudes-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> all = new HashMap<>(environment);
    all.put("FAKE_CLAUDE_LOG", folder.resolve("log").toString());
    all.put("FAKE_CLAUDE_HOME", folder.toString());
    pool = new CliPool(new CliStarter(FakeClaude.command(), all, folder), most, MODEL, timing,
        readiness);
  }

  /// The timing of a pool that gives the account as long as it usually has.
  static CliPool.Timing timing(Duration refillDelay, Duration maxIdleAge, Duration idleTimeout,
      Duration retryDelay) {
    return new CliPool.Timing(refillDelay, maxIdleAge, idleTimeout, retryDelay,
        CliPool.Timing.USUAL.probeTimeout());
  }

  /// A request of a system message and turns, the last of them the user's.
  public static ChatRequest request(String... turns) {
    return request(Map.of(), turns);
  }

  public static ChatRequest request(Map<String, Json> more, String... turns) {
    List<Json> messages = new ArrayList<>();
    messages.add(message("system", "You are Lydia."));
    for (int i = 0; i < turns.length; i++) {
      messages.add(message((turns.length - i) % 2 == 1 ? "user" : "assistant", turns[i]));
    }
    Json.Obj.Builder body = Json.Obj.builder().put("model", MODEL)
        .put("messages", new Json.Arr(messages));
    more.forEach(body::put);
    return ChatRequest.parse(body.build(), ChatRequest.Caller.UNKNOWN);
  }

  private static Json message(String role, String text) {
    return Json.Obj.builder().put("role", role).put("content", text).build();
  }

  Reply open(ChatRequest request) {
    return new CliReply(pool, request);
  }

  /// Opens and reads a reply to its end.
  List<Event> answer(ChatRequest request) {
    return Replies.all(open(request));
  }

  /// What the processes wrote down of one kind: `PID TEXT` each.
  List<String> log(String what) {
    Path file = folder.resolve("log");
    if (!Files.exists(file)) return List.of();
    try (Stream<String> lines = Files.lines(file)) {
      return lines.map(line -> line.split(" ", 3)).filter(parts -> parts[1].equals(what))
          .map(parts -> parts[0] + " " + parts[2]).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static long pid(String logged) {
    return Long.parseLong(logged.substring(0, logged.indexOf(' ')));
  }

  @Override
  public void close() {
    pool.close();
    Replies.until("all processes are gone", () -> pool.processes() == 0);
    try {
      for (String started : log("start")) {
        Path place = Path.of(started.substring(started.lastIndexOf(" in ") + 4));
        Replies.until(place + " is gone", () -> !Files.exists(place));
        assertTrue(ProcessHandle.of(pid(started)).isEmpty(), "a process still runs");
      }
      if (Files.isDirectory(folder.resolve("sessions"))) {
        try (Stream<Path> notes = Files.list(folder.resolve("sessions"))) {
          assertEquals(List.of(), notes.toList(), "notes of processes that ran are left");
        }
      }
      TempFolders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
