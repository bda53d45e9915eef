package skyproxy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import skyproxy.json.Json;

/// The figures: a row for each question, a column for each way, of each the median, the least
/// and the most of its rounds, and how ours compare with the bare relay.
final class Table {
  private static final String BARE = "bare";
  private final List<String> columns;
  private final List<Json> rows = new ArrayList<>();

  /// @param columns the names of the ways, in their order
  Table(List<String> columns) {
    this.columns = columns;
    System.out.printf("%-46s", "");
    columns.forEach(each -> System.out.printf("%24s", each));
    System.out.println("   of bare");
  }

  /// Adds a row and prints it.
  ///
  /// @param rounds by way, one value of each round; ways may be missing
  /// @param others the share of the machine that others used meanwhile
  void add(String what, String unit, Map<String, double[]> rounds, double others) {
    System.out.printf("%-46s", what + ", " + unit);
    Json.Obj.Builder row = Json.Obj.builder().put("what", what).put("unit", unit);
    Map<String, Double> medians = new LinkedHashMap<>();
    for (String column : columns) {
      double[] values = rounds.get(column);
      if (values == null) {
        System.out.printf("%24s", "");
        continue;
      }
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      double median = sorted[sorted.length / 2];
      medians.put(column, median);
      System.out.printf("%24s", number(median) + (sorted.length == 1 ? ""
          : " (" + number(sorted[0]) + "-" + number(sorted[sorted.length - 1]) + ")"));
      row.put(column, Json.Obj.builder().put("median", json(median)).put("least", json(sorted[0]))
          .put("most", json(sorted[sorted.length - 1])).put("rounds", sorted.length).build());
    }
    Double bare = medians.remove(BARE);
    if (bare != null && bare > 0) {
      Json.Obj.Builder ratios = Json.Obj.builder();
      medians.forEach((way, median) -> {
        if (way.equals("direct")) return;
        ratios.put(way, json(median / bare));
        System.out.printf("   %s", number(median / bare));
      });
      row.put("of_bare", ratios.build());
    }
    boolean busy = others > Machine.BUSY;
    System.out.println(busy ? "   (others used " + Math.round(others * 100) + " %)" : "");
    rows.add(row.put("others", json(others)).put("busy", busy).build());
  }

  /// Writes all of it.
  void save(Path file, Map<String, String> about) throws IOException {
    Json.Obj.Builder all = Json.Obj.builder();
    about.forEach(all::put);
    Files.writeString(file, all.put("rows", new Json.Arr(rows)).build() + "\n");
  }

  private static Json json(double value) {
    return Json.parse(String.format(Locale.ROOT, "%.3f", value));
  }

  private static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
  }
}
