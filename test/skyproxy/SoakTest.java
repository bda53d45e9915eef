package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.testing.FakeUpstream.sse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.JobPrompts;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Footprint;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// An evening beside the game, in minutes: its jobs through every provider, with hang-ups, faults,
/// pauses and changes at the dashboard. What the program takes of the machine must not grow.
///
/// The first third is for warming up, without pauses; then there is a quiet moment, and one at the
/// end. Between them threads, open files and children must not have become more, and memory by less
/// than a megabyte for each minute of play. `MINUTES` says how long.
@Tag("jar")
@Tag("soak")
final class SoakTest {
  private static final double MINUTES =
      Double.parseDouble(System.getenv().getOrDefault("MINUTES", "5"));
  private static final long SEED = Long.parseLong(System.getenv().getOrDefault("SEED", "1"));
  private static final double MOST_GROWTH = 1;
  private static final int GAMES = 3;
  /// Those that leave no pause, in the first third: what an hour of play has Java compile.
  private static final int HASTY = 8;
  private static final Duration EVERY = Duration.ofSeconds(10);
  /// Threads that are kept for a minute are gone by then; so is what replies left to be cleaned up.
  private static final Duration SETTLED = Duration.ofSeconds(200);
  private static final List<String> TARGETS = List.of(EveryProvider.CLAUDE, EveryProvider.CODEX,
      EveryProvider.CODEX, EveryProvider.OPENROUTER, EveryProvider.OPENROUTER,
      EveryProvider.SERVER, EveryProvider.SERVER, "demo", "auto",
      EveryProvider.OPENROUTER + ", " + EveryProvider.SERVER + " > demo");
  private static final List<String> MODES = List.of("cli", "api-key", "direct");
  /// The last orders count, so that no word of a prompt is taken for one.
  private static final String ORDERS = " words 6 pause 20 say hm stop end_turn die no stall no"
      + " break no limited 0";

  private final FakeUpstream upstream = new FakeUpstream();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger hungUp = new AtomicInteger();
  private final List<String> strange = new ArrayList<>();
  private final long begun = System.nanoTime();
  private volatile boolean over;

  @TempDir
  private Path folder;
  private Program program;
  private List<JobPrompts> prompts;

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  @Timeout(value = 12, unit = TimeUnit.HOURS)
  void nothing_grows_in_an_evening() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/fd")), "There is no /proc here.");
    prompts = JobPrompts.read(Path.of("test/fixtures/jobs/edited.txt"));
    Random chance = new Random(SEED);
    upstream.answer(request -> answer(request, chance));
    EveryProvider every = new EveryProvider(folder, upstream.url(), "auto", "");
    every.configure("""
        ,"default_model":"some/model","limits":{
        "claude":{"first_token_seconds":3,"silence_seconds":3},
        "codex":{"first_token_seconds":3,"silence_seconds":3},
        "openrouter":{"first_token_seconds":3,"silence_seconds":3}}""");
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    // Java compiles on for an hour, and takes its heap in steps. With the quick compiler and a heap
    // that is taken at once, what grows is the program.
    Program started = every.again(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms128m", "-Xmx128m",
            "-XX:+AlwaysPreTouch", "-Djava.io.tmpdir=" + temporary),
        Map.of("PATH", folder.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin"));
    try (started) {
      program = started;
      play(MINUTES / 3, HASTY);
      List<Footprint> samples = new ArrayList<>();
      Footprint before = quiet(null);
      samples.addAll(play(MINUTES * 2 / 3, GAMES));
      Footprint after = quiet(before);
      print(samples, before, after);
      assertEquals(List.of(), strange);
      assertTrue(answered.get() > refused.get(), "most is answered");
      // Replies under way have memory of their own: what stays is seen in the quiet.
      double most = MOST_GROWTH * MINUTES * 2 / 3;
      assertTrue(after.resident() - before.resident() < most, "resident memory grows");
      assertTrue(after.heap() - before.heap() < most, "the heap grows");
      assertTrue(after.threads() <= before.threads(), "threads are left");
      assertTrue(after.files() <= before.files(), "files are left open");
      assertTrue(after.children() <= before.children(), "children are left");
      upstream.answer(request -> good(request));
      for (String model : EveryProvider.MODELS) {
        assertTrue(ask(model, "Hail!" + ORDERS, true, false), model + " does not answer any more");
      }
      started.end();
      assertEquals(List.of(), skyrimnetFolders(temporary));
    }
  }

  private static List<String> skyrimnetFolders(Path temporary) throws IOException {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.map(each -> each.getFileName().toString())
          .filter(name -> name.startsWith("skyrimnet-")).toList();
    }
  }

  /// The upstream's answer: mostly a good one.
  private static Answer answer(Received request, Random chance) {
    int lot;
    synchronized (chance) {
      lot = chance.nextInt(60);
    }
    return switch (lot) {
      case 0 -> FakeUpstream.hangUp();
      case 1 -> FakeUpstream.silence();
      case 2 -> error(500);
      case 3 -> error(429).header("Retry-After", "1");
      case 4 -> error(400);
      case 5 -> FakeUpstream.json("{no json");
      case 6 -> good(request).dropAfter(3);
      case 7 -> good(request).stallAfter(2);
      default -> good(request);
    };
  }

  private static Answer error(int status) {
    return FakeUpstream.json("""
        {"error":{"type":"api_error","message":"It is not to be."}}""").status(status);
  }

  private static Answer good(Received request) {
    if (request.path().contains("/models")) return FakeUpstream.json("{\"data\":[]}");
    if (request.path().contains("/messages")) {
      return sse(Fixtures.text("claude/text.sse")).pause(Duration.ofMillis(5));
    }
    if (!request.text().contains("\"stream\":true")) {
      return FakeUpstream.json("""
          {"choices":[{"message":{"role":"assistant","content":"Well met, traveller."},
          "finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4}}""");
    }
    return FakeUpstream.events("""
        {"choices":[{"delta":{"content":"Well met, "}}]}""", """
        {"choices":[{"delta":{"content":"traveller"}}]}""", """
        {"choices":[{"delta":{"content":"."}}]}""", """
        {"choices":[{"delta":{},"finish_reason":"stop"}]}""", "[DONE]")
        .pause(Duration.ofMillis(20));
  }

  /// Games, a player and a page for some minutes, and what was taken meanwhile.
  private List<Footprint> play(double minutes, int games) throws Exception {
    over = false;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < games; i++) {
      Random random = new Random(SEED * 100 + i + games * 1_000);
      threads.add(Thread.ofPlatform().start(() -> game(random, games == HASTY)));
    }
    threads.add(Thread.ofPlatform().start(this::player));
    List<Footprint> samples = new ArrayList<>();
    long end = System.nanoTime() + (long) (minutes * 60e9);
    while (System.nanoTime() < end) {
      Thread.sleep(Math.max(1, Math.min(EVERY.toMillis(), (end - System.nanoTime()) / 1_000_000)));
      samples.add(sample());
    }
    over = true;
    for (Thread each : threads) each.join();
    return samples;
  }

  private void game(Random random, boolean hasty) {
    try {
      while (!over) {
        String model = TARGETS.get(random.nextInt(TARGETS.size()));
        JobPrompts prompt = prompts.get(random.nextInt(prompts.size()));
        ask(model, prompt.messages(), orders(model, random), prompt.stream(),
            random.nextInt(10) == 0);
        if (hasty) continue;
        // The game loads a place, or the player reads.
        Thread.sleep(random.nextInt(40) == 0 ? 4_000 : random.nextInt(200));
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static String orders(String model, Random random) {
    int lot = random.nextInt(40);
    if (model.equals(EveryProvider.CODEX)) {
      return switch (lot) {
        case 0 -> " @cut";
        case 1 -> " @401";
        case 2 -> " @silent";
        case 3 -> " @garbage";
        case 4 -> random.nextInt(4) == 0 ? " @die" : "";
        default -> "";
      };
    }
    return ORDERS + switch (lot) {
      case 0, 1 -> " die 2";
      case 2 -> " stall 1";
      case 3 -> " break 1 because no";
      default -> "";
    };
  }

  /// Looks at the page, and changes something now and then.
  private void player() {
    try {
      for (int i = 1; !over; i++) {
        program.get("/stats");
        if (i % 5 == 0) {
          check(program.post("/config/openrouter-key", "{\"key\":\"sk-or-v1-made-up-" + i + "\"}")
              .statusCode());
        }
        if (i % 15 == 0) mode(MODES.get(i / 15 % MODES.size()));
        Thread.sleep(1_000);
      }
    } catch (Exception failed) {
      note("the player: " + failed);
    }
  }

  private void mode(String mode) throws Exception {
    check(program.post("/config/claude-mode", "{\"mode\":\"" + mode + "\"}").statusCode());
  }

  private void check(int status) {
    if (status != 200) note("a change: " + status);
  }

  private synchronized void note(String what) {
    strange.add(what);
  }

  private boolean ask(String model, String text, boolean stream, boolean hangsUp) {
    return ask(model, List.of(Json.Obj.builder().put("role", "user").put("content", text).build()),
        "", stream, hangsUp);
  }

  /// Whether it was answered to its end.
  private boolean ask(String model, List<Json> messages, String orders, boolean stream,
      boolean hangsUp) {
    List<Json> all = new ArrayList<>(messages);
    Json.Obj last = (Json.Obj) all.getLast();
    // With a picture it is a list, and has no orders.
    if (last.get("content") instanceof Json.Str(var text)) {
      all.set(all.size() - 1, last.with("content", new Json.Str(text + orders)));
    }
    String body = Json.Obj.builder().put("model", model).put("messages", new Json.Arr(all))
        .put("stream", stream).put("max_tokens", 100).put("temperature", 0.7).build().toString();
    try (RawClient game = program.client()) {
      game.post("/v1/chat/completions", body);
      if (hangsUp) {
        Thread.sleep(50);
        hungUp.incrementAndGet();
        game.hangUp();
        return false;
      }
      RawClient.Answer answer = game.answer();
      boolean good = answer.status() == 200 && !answer.text().contains("\"error\"");
      (good ? answered : refused).incrementAndGet();
      return good;
    } catch (IOException cut) {
      note(model + ": " + cut);
      return false;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// A moment at which nothing is asked and all that was begun has ended.
  ///
  /// @param earlier one that this must come down to, or null: the lowest of a while is taken
  private Footprint quiet(Footprint earlier) throws Exception {
    mode("cli");
    long end = System.nanoTime() + SETTLED.toNanos();
    Footprint lowest = sample();
    while (System.nanoTime() < end) {
      // Which of the kept connections there are is left to chance.
      upstream.closeConnections();
      Thread.sleep(5_000);
      Footprint now = sample();
      boolean settled = now.minute() - lowest.minute() > 1.2 && earlier == null;
      if (sum(now) < sum(lowest)) lowest = now;
      if (settled || earlier != null && now.threads() <= earlier.threads()
          && now.files() <= earlier.files() && now.children() <= earlier.children()) {
        return earlier == null ? lowest : now;
      }
    }
    return lowest;
  }

  private static int sum(Footprint sample) {
    return sample.threads() + sample.files() + sample.children();
  }

  private Footprint sample() throws IOException {
    return Footprint.of(program.process(), (System.nanoTime() - begun) / 60e9, folder,
        "(config|temporary|\\.config).*");
  }

  private void print(List<Footprint> samples, Footprint before, Footprint after) {
    StringBuilder text = new StringBuilder(Footprint.HEAD).append('\n');
    for (Footprint each : samples) text.append(each).append('\n');
    text.append(Footprint.slopes(samples)).append('\n')
        .append("quiet, before: ").append(before).append('\n')
        .append("quiet, after:  ").append(after).append('\n')
        .append("answered " + answered + ", refused " + refused + ", hung up " + hungUp
            + ", strange " + strange.size() + " (seed " + SEED + ")");
    System.out.println(text);
  }
}
