package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.testing.Replies;

/// The end of the program at any moment, asked for or not: what is on the disk is whole, and
/// nothing of it is left.
@Tag("slow")
final class KillsTest {
  /// Which moments they are; `SEED` chooses others.
  private static final long SEED = Long.parseLong(System.getenv().getOrDefault("SEED", "1"));
  private static final int KILLS = Integer.parseInt(System.getenv().getOrDefault("KILLS", "20"));
  private static final Path PROCESSES = Path.of("/proc");

  private final FakeUpstream upstream = new FakeUpstream();

  @TempDir
  private Path folder;
  private Path temporary;
  private EveryProvider every;

  @BeforeEach
  void place() throws IOException {
    assumeTrue(Files.exists(PROCESSES.resolve("self/environ")), "There is no /proc here.");
    temporary = Files.createDirectory(folder.resolve("temporary"));
    every = new EveryProvider(folder, upstream.url(), "cli", "");
    upstream.answer(FakeUpstream.events("""
        {"choices":[{"delta":{"content":"Well met, "}}]}""", """
        {"choices":[{"delta":{"content":"traveller."},"finish_reason":"stop"}]}""", "[DONE]")
        .pause(Duration.ofMillis(20)));
    Files.writeString(every.settings(), """
        {"mine":"stays","openrouter_api_key":"sk-or-v1-made-up-0",
        "providers":{"mine":{"base_url":"%s/v1","of_mine":[1,2]}}}""".formatted(upstream.url()));
  }

  @AfterEach
  void close() {
    upstream.close();
  }

  private Program start() throws IOException {
    Program program = begin();
    program.awaitListening();
    return program;
  }

  private Program begin() throws IOException {
    List<String> options = new ArrayList<>(Program.QUICK);
    options.add("-Djava.io.tmpdir=" + temporary);
    return every.begin(options,
        Map.of("PATH", folder.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin"));
  }

  /// A game and a player at the dashboard, until the proxy is gone.
  private final class Use {
    private final AtomicBoolean over = new AtomicBoolean();
    private final Program program;
    private final List<Thread> threads;
    private volatile int sent;
    private volatile int saved;
    /// The error that a change was answered with, or null.
    private volatile String refused;

    private Use(Program program, int saved) {
      this.program = program;
      this.saved = saved;
      sent = saved;
      threads = List.of(start(this::play), start(this::play), start(this::set));
    }

    private Thread start(Step step) {
      return Thread.ofVirtual().start(() -> {
        try {
          while (!over.get()) step.run();
        } catch (IOException killed) {
          // as it should be
        }
      });
    }

    private void play() throws IOException {
      for (String model : EveryProvider.MODELS) {
        if (over.get()) return;
        try (RawClient game = program.client()) {
          game.post("/v1", Json.Obj.builder().put("model", model).put("stream", true)
              .put("messages", Json.parse("""
                  [{"role":"user","content":"words 20 pause 20"}]""")).build().toString());
          // A stream that the kill cuts off has no end.
          for (String line; (line = game.line()) != null && !line.equals("data: [DONE]"); ) { }
        }
      }
    }

    private void set() throws IOException {
      int next = sent + 1;
      sent = next;
      post("/config/openrouter-key", "{\"key\":\"sk-or-v1-made-up-" + next + "\"}");
      saved = next;
      post("/config/figures", "{\"delete\":true}");
    }

    private void post(String path, String body) throws IOException {
      try (RawClient player = program.client()) {
        RawClient.Answer answer =
            player.post(path, body, "Content-Type: application/json").answer();
        if (answer.status() != 200) {
          refused = answer.text();
          throw new IOException("it is stopping");
        }
      }
    }

    private void end() throws InterruptedException {
      over.set(true);
      for (Thread each : threads) each.join();
    }
  }

  /// A part of the use that is repeated.
  private interface Step {
    void run() throws IOException;
  }

  private int savedKey() throws IOException {
    Cursor settings = Cursor.of(Json.parse(Files.readAllBytes(every.settings())));
    assertEquals("stays", settings.at("mine").string());
    assertEquals("[1,2]", settings.at("providers").at("mine").at("of_mine").json().toString());
    String key = settings.at("openrouter_api_key").string();
    return Integer.parseInt(key.substring(key.lastIndexOf('-') + 1));
  }

  private void assertFiguresAreWhole() throws IOException {
    Path figures = folder.resolve("config-stats.json");
    if (!Files.exists(figures)) return;
    Cursor whole = Cursor.of(Json.parse(Files.readAllBytes(figures)));
    for (String span : List.of("all", "today")) {
      for (Cursor each : whole.at(span).array()) each.at("requests").integer();
    }
  }

  /// The processes that were started from this test's folder, whoever their parent is now.
  private List<Long> processes() {
    return ProcessHandle.allProcesses().map(ProcessHandle::pid).filter(this::isOurs).toList();
  }

  private boolean isOurs(long process) {
    try {
      byte[] environment = Files.readAllBytes(PROCESSES.resolve(process + "/environ"));
      return new String(environment, StandardCharsets.ISO_8859_1).contains(folder.toString());
    } catch (IOException ended) {
      return false;
    }
  }

  private static List<Path> files(Path folder, String name) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(each -> each.getFileName().toString().matches(name)).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Path> left() {
    return files(temporary, "skyrimnet-.*");
  }

  /// What others than the one that runs now were writing.
  private List<Path> half(Program now) {
    Path own = folder.resolve(".config/skyrimnet-proxy/codex");
    return Stream.of(folder, own).filter(Files::exists)
        .flatMap(place -> files(place, "new-.*\\.tmp").stream())
        .filter(each -> !each.getFileName().toString()
            .startsWith("new-" + now.process().pid() + "-")).toList();
  }

  @Test
  @Tag("jar")
  @Tag("kills")
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void whenever_it_is_killed_its_settings_are_whole_and_nothing_of_it_stays() throws Exception {
    Random moments = new Random(SEED);
    int lost = 0;
    int known = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int least = known;
      int most = known;
      if (moments.nextInt(4) == 0) {
        try (Program program = begin()) {
          Thread.sleep(moments.nextInt(1_500));
          program.process().destroyForcibly().onExit().join();
        }
      } else {
        try (Program program = start()) {
          Replies.until("what was half written is gone", () -> half(program).isEmpty());
          Use use = new Use(program, known);
          Thread.sleep(moments.nextInt(3_000));
          if (moments.nextBoolean()) {
            assertNull(use.refused);
            program.process().toHandle().destroy(); // and dies while it saves
            Thread.sleep(moments.nextInt(300));
          }
          program.process().destroyForcibly().onExit().join();
          use.end();
          least = use.saved;
          most = use.sent;
        }
      }
      known = savedKey();
      if (known < least || known > most) lost++;
      assertFiguresAreWhole();
      Replies.until("no process is left", () -> processes().isEmpty());
    }
    System.out.println("kills " + KILLS + ", lost settings " + lost + " (seed " + SEED + ")");
    assertEquals(0, lost);
    List<Path> before = left();
    try (Program program = start()) {
      Replies.until("what was half written is gone", () -> half(program).isEmpty());
      Replies.until("what killed ones left is gone", () ->
          before.stream().noneMatch(Files::exists));
      assertEquals(known, savedKey());
      program.end();
      assertEquals(List.of(), left());
    }
    assertEquals(List.of(), processes());
  }

  /// SIGHUP is what the end of a terminal is.
  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void a_signal_ends_it_with_all_that_it_has_started(String signal, int status) throws Exception {
    assumeFalse(isIgnored(status - 128), "What started the tests ignores " + signal + ", as nohup"
        + " does, and so does all that they start");
    try (Program program = start()) {
      Use use = new Use(program, 0);
      Replies.until("there are processes, a change and an answer", () ->
          processes().size() > 2 && use.saved > 1 && upstream.requests().size() > 1);
      new ProcessBuilder("kill", "-" + signal, Long.toString(program.process().pid()))
          .start().waitFor();
      assertEquals(status, program.exitStatus());
      use.end();
      int key = savedKey();
      assertTrue(key >= use.saved && key <= use.sent, key + " of " + use.saved);
      assertTrue(Files.exists(folder.resolve("config-stats.json")));
      assertFiguresAreWhole();
      assertEquals(List.of(), files(folder, "new-.*\\.tmp"));
    }
    assertEquals(List.of(), processes());
    assertEquals(List.of(), left());
  }

  private static boolean isIgnored(int signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return false;
    String mask = Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
    return (Long.parseUnsignedLong(mask.substring(7).strip(), 16) >> signal - 1 & 1) == 1;
  }
}
