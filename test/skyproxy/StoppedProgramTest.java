package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.sse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.windows.ClosedWindow;

/// The end of the program while a reply is under way and its disk is not as it should be.
@Tag("slow")
final class StoppedProgramTest {
  /// Whether the folder can be taken away: on Windows not while the log in it is open. There the
  /// settings are saved at once, and the figures at the end.
  private static final boolean TAKES = !Os.WINDOWS;

  private final FakeUpstream upstream = new FakeUpstream();
  /// Nobody else's, also where other runs of the tests are seen, such as those on Wine.
  private final String gameName = "Skyrim" + UUID.randomUUID();

  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    upstream.close();
  }

  /// Something that runs until it is ended; it ends the proxy on systems without signals too.
  private Process game() throws IOException {
    Path idle = Path.of(Os.WINDOWS ? "C:\\windows\\system32\\cmd.exe" : "/usr/bin/sleep");
    Path game = Files.copy(idle, folder.resolve(gameName + ".exe"));
    game.toFile().setExecutable(true);
    return new ProcessBuilder(Os.WINDOWS ? List.of(game.toString(), "/k")
        : List.of(game.toString(), "600")).redirectErrorStream(true).start();
  }

  /// Puts a file where the folder lies; the log may make that anew meanwhile.
  private static void occupy(Path place) throws Exception {
    while (!Files.isRegularFile(place)) {
      try (Stream<Path> all = Files.exists(place) ? Files.walk(place) : Stream.empty()) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        Files.writeString(place, "a file in the place of the folder");
      } catch (FileSystemException | UncheckedIOException again) {
        Thread.sleep(5);
      }
    }
  }

  /// Starts the proxy with an environment and arguments, and waits until it listens.
  private interface Start {
    Program program(Map<String, String> environment, String... arguments) throws IOException;
  }

  /// Has it end.
  private interface End {
    void of(Program program, Process game) throws IOException;
  }

  @Test
  void what_must_not_be_lost_is_saved_before_the_last_reply_is_over() throws Exception {
    assertSaves((environment, arguments) -> {
      Program program = Program.start(folder, environment, arguments);
      program.awaitListening();
      return program;
    }, (_, game) -> game.destroyForcibly().onExit().join());
  }

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "Elsewhere a window's end is a signal.")
  void so_it_is_when_the_window_is_closed() throws Exception {
    List<String> options = new ArrayList<>(Program.QUICK);
    options.add("--enable-native-access=ALL-UNNAMED");
    assertSaves((environment, arguments) -> Program.running(folder, environment, options,
        ClosedWindow.class, arguments), (program, _) -> program.process().outputWriter().close());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "There are no signals.")
  void the_log_tells_of_the_reply_that_the_end_waited_for() throws Exception {
    Semaphore permits = new Semaphore(5);
    upstream.answer(sse(Fixtures.text("claude/text.sse")).gate(permits));
    Path settings = Files.writeString(folder.resolve("config.json"), """
        {"anthropic_api_key":"sk-ant-made-up-0123"}""");
    try (Program program = Program.listening(folder, "--config", settings.toString(),
        "--claude-mode", "api-key", "--anthropic-url", upstream.url());
        RawClient running = program.client().post("/v1", """
            {"model":"claude-sonnet-5-5","stream":true,
            "messages":[{"role":"user","content":"Hail!"}]}""")) {
      running.lineStarting("data: ");
      program.process().destroy();
      Thread.sleep(500); // until all that ends beside each other has begun to
      permits.release(1_000);
      running.lineStarting("data: [DONE]");
      assertEquals(143, program.exitStatus());
    }
    String log = Files.readString(folder.resolve("config-1.log"));
    assertTrue(log.contains("claude-sonnet-5-5 answered"), log);
  }

  private void assertSaves(Start start, End end) throws Exception {
    upstream.answer(sse(Fixtures.text("claude/text.sse")).stallAfter(5));
    Path place = folder.resolve("place");
    Path settings = place.resolve("config.json");
    Process game = game();
    try (Program program = start.program(Map.of("ANTHROPIC_API_KEY", "sk-ant-made-up-0123"),
        "--port", "0", "--claude", FakeCli.program(folder, "hang").toString(), "--codex", "off",
        "--claude-mode", "api-key", "--anthropic-url", upstream.url(), "--exit-with", gameName,
        "--config", settings.toString())) {
      if (TAKES) occupy(place);
      assertEquals(TAKES ? 500 : 200,
          program.post("/config/openrouter-key", "{\"key\":\"sk-or-1\"}").statusCode());
      assertEquals(200, program.post("/v1", """
          {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""").statusCode());
      try (RawClient running = program.client().post("/v1", """
          {"model":"claude-sonnet-5-5","stream":true,
          "messages":[{"role":"user","content":"Hail!"}]}""")) {
        running.lineStarting("data: ");
        while (!program.stderr().contains("is running")) Thread.sleep(10);
        if (TAKES) Files.delete(place);
        end.of(program, game);
        while (!Files.exists(settings)
            || !Files.exists(place.resolve("config-stats.json"))) {
          assertTrue(program.process().isAlive(), "it ended without saving");
          Thread.sleep(5);
        }
        assertFalse(upstream.cuts().tryAcquire(), "the reply was over first");
        List<ProcessHandle> children = program.process().descendants().toList();
        assertEquals(0, program.exitStatus());
        for (ProcessHandle child : children) child.onExit().get(20, TimeUnit.SECONDS);
      }
    } finally {
      game.destroyForcibly();
    }
    assertTrue(Files.readString(settings).contains("sk-or-1"));
    assertTrue(Files.readString(place.resolve("config-stats.json")).contains("demo"));
  }
}
