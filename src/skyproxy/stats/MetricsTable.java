package skyproxy.stats;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import skyproxy.chat.Job;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The metrics of each pair of model and job, over one span of time. Not safe for several threads.
final class MetricsTable {
  /// Clients make up the names of models; what comes beyond these is counted as [#OTHERS].
  static final int PAIRS = 160;
  static final int NAME = 120;
  private static final String OTHERS = "(others)";

  record Pair(String model, Job job) {}

  private final Map<Pair, Metrics> metrics = new LinkedHashMap<>();

  void add(RequestRecord request) {
    at(pair(request.model(), request.job())).add(request);
  }

  void add(Charge charge) {
    at(pair(charge.model(), charge.job())).add(charge);
  }

  private Metrics at(Pair pair) {
    boolean room = metrics.size() < PAIRS || metrics.containsKey(pair);
    return metrics.computeIfAbsent(room ? pair : new Pair(OTHERS, pair.job()),
        _ -> new Metrics());
  }

  static Pair pair(String model, Job job) {
    return new Pair(model.length() <= NAME ? model : model.substring(0, NAME) + "…", job);
  }

  /// Everything, for [#load].
  Json.Arr save() {
    return new Json.Arr(metrics.entrySet().stream().map(entry -> (Json) entry.getValue().save(
        named(entry.getKey()))).toList());
  }

  /// Adds what [#save] gave.
  ///
  /// @throws Cursor.Mismatch when it is something else
  void load(Cursor saved) {
    for (Cursor one : saved.array()) {
      Job job = Job.parse(one.at("job").string());
      at(pair(one.at("model").string(), job)).load(one);
    }
  }

  private static Json.Obj.Builder named(Pair pair) {
    return Json.Obj.builder().put("model", pair.model()).put("job", pair.job().wireName());
  }

  /// @param played how long the game was played meanwhile
  Json.Obj json(Duration played) {
    Metrics all = new Metrics();
    metrics.values().forEach(all::add);
    List<Json> pairs = new ArrayList<>();
    metrics.forEach((pair, sum) -> pairs.add(sum.write(named(pair), played).build()));
    return Json.Obj.builder()
        .put("play_seconds", played.toSeconds())
        .put("total", all.write(Json.Obj.builder(), played).build())
        .put("models", sums("model", Pair::model, played))
        .put("jobs", sums("job", pair -> pair.job().wireName(), played))
        .put("pairs", new Json.Arr(pairs))
        .build();
  }

  /// The metrics added up over one half of the pairs, the most asked for first.
  private Json.Arr sums(String name, Function<Pair, String> half, Duration played) {
    Map<String, Metrics> sums = new LinkedHashMap<>();
    metrics.forEach((pair, one) ->
        sums.computeIfAbsent(half.apply(pair), _ -> new Metrics()).add(one));
    return new Json.Arr(sums.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().requests()))
        .map(entry -> (Json) entry.getValue()
            .write(Json.Obj.builder().put(name, entry.getKey()), played).build())
        .toList());
  }
}
