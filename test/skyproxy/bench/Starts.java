package skyproxy.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.threads.Threads.Kind;

/// A fresh start, from the process to its first answers.
final class Starts {
  private static final Load ONE = Load.streams(1, 20, 0);
  private static final int AFTER = 20;

  private final Ways ways;
  private final Table table;
  private final Map<String, List<double[]>> found = new LinkedHashMap<>();

  Starts(Ways ways, Table table) {
    this.ways = ways;
    this.table = table;
  }

  void run(int rounds) throws Exception {
    Machine machine = Machine.watched();
    for (int i = 0; i < rounds; i++) {
      long begun = System.nanoTime();
      measure(ways.bare(), begun);
      begun = System.nanoTime();
      measure(ways.byScript(Kind.VIRTUAL), begun);
      begun = System.nanoTime();
      measure(ways.byScript(Kind.ORDINARY), begun);
      if (!Ways.compares()) continue;
      begun = System.nanoTime();
      measure(ways.before(), begun);
    }
    double others = machine.others();
    String[] what = {"listening after a start", "first answer after a start",
        "the twenty requests after it, first token", "CPU up to the first answer"};
    for (int i = 0; i < what.length; i++) {
      Map<String, double[]> values = new LinkedHashMap<>();
      int figure = i;
      found.forEach((way, all) ->
          values.put(way, all.stream().mapToDouble(each -> each[figure]).toArray()));
      table.add(what[i], "ms", values, others);
    }
  }

  private void measure(Ways.Started started, long begun) throws Exception {
    double listening = (System.nanoTime() - begun) / 1e6;
    Way way = started.as(Ways.Format.CHAT);
    double waited = (System.nanoTime() - begun) / 1e6;
    double answer = waited + ONE.run(way).first() / 1e6;
    double cpu = way.cpu().toNanos() / 1e6;
    double after = ONE.each(AFTER).run(way).first() / 1e6;
    ways.end(started);
    found.computeIfAbsent(started.name(), _ -> new ArrayList<>())
        .add(new double[] {listening, answer, after, cpu});
  }
}
