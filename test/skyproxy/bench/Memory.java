package skyproxy.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import skyproxy.threads.Threads.Kind;

/// Measures the memory of the programs after load and after quiet, and their CPU at rest.
final class Memory implements AutoCloseable {
  private static final Duration TO_SHRINK = Duration.ofSeconds(75);
  private static final Duration REST = Duration.ofSeconds(120);

  private final Ways ways;
  private final Table table;
  private final boolean quick;
  private final List<Ways.Started> scripts;
  private final List<Ways.Started> plains;
  private final Map<Ways.Started, Double> cpu = new LinkedHashMap<>();
  private long since;

  Memory(Ways ways, Table table, boolean quick) throws Exception {
    this.ways = ways;
    this.table = table;
    this.quick = quick;
    scripts = ways.startAll();
    plains = List.of(ways.plain(Kind.VIRTUAL), ways.plain(Kind.ORDINARY));
  }

  /// 1,500 replies and 30 pictures; from then on nobody asks.
  void load() throws Exception {
    row("resident after the start", scripts, "by run.sh");
    row("resident after the start", plains, "by java -jar");
    for (Ways.Started each : all()) {
      Load.streams(15, 60, 0).each(100).run(each.as(Ways.Format.CHAT));
    }
    row("resident after 1,500 replies", scripts, "by run.sh");
    row("resident after 1,500 replies", plains, "by java -jar");
    for (Ways.Started each : all()) {
      Load.streams(1, 20, 0).each(30).sending(Load.Content.PICTURE)
          .run(each.as(Ways.Format.CHAT));
    }
    row("resident after 30 pictures", scripts, "by run.sh");
    row("resident after 30 pictures", plains, "by java -jar");
    since = System.nanoTime();
    for (Ways.Started each : all()) cpu.put(each, cpu(each));
  }

  /// Waits until it was quiet for long enough, and says what is held then.
  void quiet() throws Exception {
    Duration rest = quick ? TO_SHRINK : REST;
    long left = since + rest.toNanos() - System.nanoTime();
    if (left > 0) Thread.sleep(Duration.ofNanos(left));
    row("resident after a minute of quiet", scripts, "by run.sh");
    row("resident after a minute of quiet", plains, "by java -jar");
    double seconds = (System.nanoTime() - since) / 1e9;
    Map<String, double[]> rates = new LinkedHashMap<>();
    for (Ways.Started each : scripts) {
      rates.put(each.name(), new double[] {(cpu(each) - cpu.get(each)) / seconds});
    }
    table.add("CPU at rest, by run.sh", "ms/s", rates, 0);
  }

  private List<Ways.Started> all() {
    return Stream.concat(scripts.stream(), plains.stream()).toList();
  }

  private static double cpu(Ways.Started each) {
    return each.as(Ways.Format.CHAT).cpu().toNanos() / 1e6;
  }

  private void row(String what, List<Ways.Started> programs, String how) throws Exception {
    Map<String, double[]> megabytes = new LinkedHashMap<>();
    for (Ways.Started each : programs) {
      megabytes.put(each.name(), new double[] {each.program().residentMegabytes()});
    }
    table.add(what + ", " + how, "MB", megabytes, 0);
  }

  @Override
  public void close() {
    all().forEach(ways::end);
  }
}
