package skyproxy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Measures what the proxy costs, side by side with a relay of sixty lines on the same JDK
/// ([BareRelay]) and with a direct connection, and writes it to `build/bench.json`.
///
/// The upstream ([TokenUpstream]) and the clients ([Load]) are in this JVM; every token is counted.
/// The proxy is started by `run.sh` and from its start cache, on virtual and on ordinary threads.
/// Rounds of all ways alternate, so a busy moment of the machine meets all of them; a row during
/// which others used the machine is measured once more. Absolute figures are for the curious: the
/// ratio counts.
public final class Bench {
  private static final Path FILE = Path.of("build", "bench.json");
  private static final int WARM = 1_500;

  private final Ways ways;
  private final Table table;
  private final boolean quick;

  private Bench(Ways ways, Table table, boolean quick) {
    this.ways = ways;
    this.table = table;
    this.quick = quick;
  }

  /// A round's figures of one way.
  private record Sample(Load.Result result, double cpuMillis) {}

  /// Runs the whole of it; `quick` as an argument takes two minutes.
  public static void main(String[] args) throws Exception {
    boolean quick = List.of(args).contains("quick");
    Map<String, String> about = new LinkedHashMap<>();
    about.put("when", Instant.now().toString());
    about.put("java", Runtime.version().toString());
    about.put("processors", "" + Runtime.getRuntime().availableProcessors());
    about.put("load_average_before", "" + Machine.load());
    System.out.println("Load average before: " + Machine.load());
    Recognition.run();
    Path folder = Files.createTempDirectory("skyrimnet-proxy-bench");
    try (TokenUpstream upstream = new TokenUpstream(); Ways ways = new Ways(folder, upstream)) {
      ways.makeStartCache();
      List<String> columns =
          new ArrayList<>(List.of("direct", Ways.BARE, Ways.VIRTUAL, Ways.ORDINARY));
      if (Ways.compares()) columns.add(Ways.BEFORE);
      Table table = new Table(columns);
      try (Memory memory = new Memory(ways, table, quick)) {
        memory.load();
        new Starts(ways, table).run(quick ? 3 : 9);
        new Bench(ways, table, quick).run();
        memory.quiet();
      }
      about.put("load_average_after", "" + Machine.load());
      table.save(FILE, about);
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void run() throws Exception {
    List<Way> chat = new ArrayList<>(List.of(ways.direct(Ways.Format.CHAT)));
    List<Way> claude = new ArrayList<>(List.of(ways.direct(Ways.Format.CLAUDE)));
    for (Ways.Started each : ways.startAll()) {
      chat.add(each.as(Ways.Format.CHAT));
      claude.add(each.as(Ways.Format.CLAUDE));
    }
    Load warm = Load.streams(8, 60, 0).each((quick ? WARM / 3 : WARM) / 8);
    for (Way way : chat) warm.run(way);
    for (Way way : claude) warm.run(way);

    Load one = Load.streams(1, 20, 5).each(quick ? 5 : 10);
    added("one stream: first token, added", "ms", one, chat, quick ? 4 : 16, Bench::first);
    added("the same in Claude's format", "ms", one, claude, quick ? 4 : 16, Bench::first);
    Load busy = Load.streams(16, 60, 5).each(quick ? 3 : 8);
    each("CPU of a reply of 60 tokens, pass-through", "ms", busy, chat, quick ? 2 : 5);
    each("CPU of a reply of 60 tokens, Claude's format", "ms", busy, claude, quick ? 2 : 5);
    Map<Way, List<Sample>> sixteen = new LinkedHashMap<>();
    double others = measure(Load.streams(16, 60, 20).each(quick ? 1 : 2), chat, quick ? 3 : 8,
        sixteen);
    table.add("16 streams, a token every 20 ms: delay p50, added", "us",
        added(sixteen, sample -> sample.result.delay(0.5) / 1e3), others);
    table.add("16 streams: delay p99, added", "us",
        added(sixteen, sample -> sample.result.delay(0.99) / 1e3), others);
    added("256 streams: first token, added", "ms", Load.streams(256, 20, 50).spread(1_000), chat,
        quick ? 2 : 8, Bench::first);
    added("1,000 streams: first token, added", "ms", Load.streams(1_000, 10, 400).spread(4_000),
        chat, quick ? 1 : 4, Bench::first);
    Load whole = Load.streams(32, 60, 0).each(quick ? 20 : 60).wholeReplies();
    Map<Way, List<Sample>> plain = new LinkedHashMap<>();
    for (Way way : chat) whole.run(way);
    others = measure(whole, chat, quick ? 2 : 7, plain);
    table.add("not streamed, 32 connections", "replies/s",
        values(plain, sample -> whole.replies() / (sample.result.all() / 1e9)), others);
    Load prompt = Load.streams(1, 20, 0).each(quick ? 10 : 30).sending(Load.Content.PROMPT);
    added("a prompt of 200 KB: first token, added", "ms", prompt, chat, quick ? 3 : 8,
        Bench::first);
    Map<Way, List<Sample>> pictures = new LinkedHashMap<>();
    Load picture = Load.streams(1, 20, 0).each(quick ? 4 : 10).sending(Load.Content.PICTURE);
    others = measure(picture, chat, quick ? 3 : 8, pictures);
    table.add("a picture of 3 MB: first token, added", "ms", added(pictures, Bench::first), others);
    table.add("a picture of 3 MB: CPU", "ms",
        values(pictures, sample -> sample.cpuMillis / picture.replies()), others);
  }

  private static double first(Sample sample) {
    return sample.result.first() / 1e6;
  }

  private void added(String what, String unit, Load load, List<Way> ways, int rounds,
      ToDoubleFunction<Sample> figure) throws Exception {
    Map<Way, List<Sample>> samples = new LinkedHashMap<>();
    double others = measure(load, ways, rounds, samples);
    table.add(what, unit, added(samples, figure), others);
  }

  private void each(String what, String unit, Load load, List<Way> ways, int rounds)
      throws Exception {
    Map<Way, List<Sample>> samples = new LinkedHashMap<>();
    double others = measure(load, ways.subList(1, ways.size()), rounds, samples);
    table.add(what, unit, values(samples, sample -> sample.cpuMillis / load.replies()), others);
  }

  /// Measures in alternating rounds; once more when others were in the way.
  ///
  /// @return the share of the machine that others used
  private double measure(Load load, List<Way> ways, int rounds, Map<Way, List<Sample>> samples)
      throws Exception {
    double others = once(load, ways, rounds, samples);
    if (others <= Machine.BUSY || quick) return others;
    Map<Way, List<Sample>> again = new LinkedHashMap<>();
    double then = once(load, ways, rounds, again);
    if (then < others) samples.putAll(again);
    return Math.min(then, others);
  }

  private static double once(Load load, List<Way> ways, int rounds,
      Map<Way, List<Sample>> samples) throws Exception {
    for (Way way : ways) load.run(way);
    Machine machine = Machine.watched();
    for (int round = 0; round < rounds; round++) {
      for (Way way : ways) {
        double cpu = way.cpu().toNanos() / 1e6;
        Load.Result result = load.run(way);
        samples.computeIfAbsent(way, _ -> new ArrayList<>())
            .add(new Sample(result, way.cpu().toNanos() / 1e6 - cpu));
      }
    }
    return machine.others();
  }

  private static Map<String, double[]> values(Map<Way, List<Sample>> samples,
      ToDoubleFunction<Sample> figure) {
    Map<String, double[]> values = new LinkedHashMap<>();
    samples.forEach((way, rounds) ->
        values.put(way.name(), rounds.stream().mapToDouble(figure).toArray()));
    return values;
  }

  /// What each way adds to the direct one of its round, which stays as it is.
  private static Map<String, double[]> added(Map<Way, List<Sample>> samples,
      ToDoubleFunction<Sample> figure) {
    Map<String, double[]> values = values(samples, figure);
    double[] direct = values.get("direct");
    values.forEach((way, rounds) -> {
      if (rounds == direct) return;
      for (int i = 0; i < rounds.length; i++) rounds[i] -= direct[i];
    });
    return values;
  }
}
