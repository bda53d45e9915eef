package skyproxy.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import skyproxy.chat.Job;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Figures for each pair of model and job, over one span of time. Not safe for several threads.
final class Table {
  /// Clients make up the names of models; what comes beyond these is counted as [#OTHERS].
  static final int PAIRS = 160;
  static final int NAME = 120;
  private static final String OTHERS = "(others)";

  record Pair(String model, Job job) {}

  private final Map<Pair, Figures> figures = new LinkedHashMap<>();

  void add(Exchange exchange) {
    at(new Pair(cut(exchange.answered()), exchange.job())).add(exchange);
  }

  private Figures at(Pair pair) {
    boolean room = figures.size() < PAIRS || figures.containsKey(pair);
    return figures.computeIfAbsent(room ? pair : new Pair(OTHERS, pair.job()),
        _ -> new Figures());
  }

  private static String cut(String name) {
    return name.length() <= NAME ? name : name.substring(0, NAME) + "…";
  }

  /// Everything, for [#load].
  Json.Arr save() {
    return new Json.Arr(figures.entrySet().stream().map(entry -> (Json) entry.getValue().save(
        named(entry.getKey()))).toList());
  }

  /// Adds what [#save] gave.
  ///
  /// @throws Cursor.Mismatch when it is something else
  void load(Cursor saved) {
    for (Cursor one : saved.array()) {
      Job job = Job.parse(one.at("job").string());
      at(new Pair(cut(one.at("model").string()), job)).load(one);
    }
  }

  private static Json.Obj.Builder named(Pair pair) {
    return Json.Obj.builder().put("model", pair.model()).put("job", pair.job().wireName());
  }

  Json.Obj json() {
    Figures all = new Figures();
    figures.values().forEach(all::add);
    List<Json> pairs = new ArrayList<>();
    figures.forEach((pair, sum) -> pairs.add(sum.show(named(pair)).build()));
    return Json.Obj.builder()
        .put("total", all.show(Json.Obj.builder()).build())
        .put("models", sums("model", Pair::model))
        .put("jobs", sums("job", pair -> pair.job().wireName()))
        .put("pairs", new Json.Arr(pairs))
        .build();
  }

  /// The figures added up over one half of the pairs, the most asked for first.
  private Json.Arr sums(String name, Function<Pair, String> half) {
    Map<String, Figures> sums = new LinkedHashMap<>();
    figures.forEach((pair, one) ->
        sums.computeIfAbsent(half.apply(pair), _ -> new Figures()).add(one));
    return new Json.Arr(sums.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().requests()))
        .map(entry -> (Json) entry.getValue()
            .show(Json.Obj.builder().put(name, entry.getKey())).build())
        .toList());
  }
}
