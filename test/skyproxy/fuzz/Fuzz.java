package skyproxy.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import skyproxy.claude.ClaudeFuzz;
import skyproxy.claude.cli.CliFuzz;
import skyproxy.codex.CodexFuzz;
import skyproxy.json.JsonFuzz;
import skyproxy.openai.OpenAiFuzz;
import skyproxy.server.GuardFuzz;
import skyproxy.settings.SettingsFuzz;
import skyproxy.upstream.UpstreamFuzz;

/// Feeds everything that reads what strangers write with changed and made-up inputs, and looks for
/// what it can't bear.
///
/// Input number N of a target depends on the seed, the target and N alone, so a finding can be had
/// again from the line that tells of it. Its bytes are kept in `build/fuzz`; once what is wrong is
/// mended they belong into `test/fixtures/fuzz/TARGET`, where every run of the tests reads them.
public final class Fuzz {
  private static final Path FOUND = Path.of("build", "fuzz");

  private final long seed;
  private final List<String> crashes = new ArrayList<>();
  private long inputs;

  Fuzz(long seed) {
    this.seed = seed;
  }

  /// `MINUTES [SEED]`.
  public static void main(String[] args) throws IOException {
    double minutes = Double.parseDouble(args[0]);
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    Fuzz fuzz = new Fuzz(seed);
    System.out.println("seed " + seed);
    long end = System.nanoTime() + (long) (minutes * Duration.ofMinutes(1).toNanos());
    for (int round = 0; System.nanoTime() - end < 0; round++) {
      for (Target target : targets()) fuzz.run(target, round * 500, 500, end);
    }
    fuzz.crashes.forEach(System.out::println);
    System.out.println(fuzz.count());
    System.exit(fuzz.crashes.isEmpty() ? 0 : 1);
  }

  static List<Target> targets() {
    List<Target> targets = new ArrayList<>(List.of(JsonFuzz.target(), SseFuzz.target(),
        RequestFuzz.target(), SpeechFuzz.target(), SettingsFuzz.target(), GuardFuzz.target(),
        CliFuzz.target()));
    targets.addAll(ClaudeFuzz.targets());
    targets.addAll(CodexFuzz.targets());
    targets.addAll(OpenAiFuzz.targets());
    targets.addAll(UpstreamFuzz.targets());
    return targets;
  }

  /// Some inputs of a target, as far as the time lasts.
  void run(Target target, int from, int count, long end) {
    for (int number = from; number < from + count && System.nanoTime() - end < 0; number++) {
      Random random = new Random(seed * 31 + target.name().hashCode() * 1_000_003L + number);
      random.nextLong();
      byte[] bytes = new Mutator(random).input(target.samples());
      inputs++;
      String crash = crash(target, bytes, random);
      if (crash == null) continue;
      crashes.add("seed " + seed + ", " + target.name() + " " + number + ": " + crash + " "
          + kept(target.name() + "-" + seed + "-" + number, bytes));
    }
  }

  /// What one input does that it must not; null when it is read as it should be.
  static String crash(Target target, byte[] bytes, Random random) {
    try {
      target.reading().of(new Input(bytes, random));
      return null;
    } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError crash) {
      StackTraceElement[] stack = crash.getStackTrace();
      StringBuilder told = new StringBuilder(("" + crash).lines().limit(3).toList().toString());
      for (int i = 0; i < Math.min(stack.length, 6); i++) told.append("\n    ").append(stack[i]);
      return told.length() > 3_000 ? told.substring(0, 3_000) : told.toString();
    }
  }

  private static String kept(String name, byte[] bytes) {
    try {
      Files.createDirectories(FOUND);
      return "\n    " + Files.write(FOUND.resolve(name), bytes);
    } catch (IOException e) {
      return "(" + bytes.length + " bytes that can't be kept: " + e.getMessage() + ")";
    }
  }

  List<String> crashes() {
    return crashes;
  }

  String count() {
    return "inputs fuzzed " + inputs + ", crashes " + crashes.size();
  }
}
