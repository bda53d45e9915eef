package skyproxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToIntFunction;
import skyproxy.json.Json;

/// The share of the last prompt that was read from a cache, by model and job, and where that was
/// nothing, why.
///
/// Of a prompt it knows the number of its beginning, never a word. Not safe for several threads.
final class CacheTable {
  /// How long a beginning stays in a cache; each time that it is read it begins anew.
  private static final Duration STAYS = Duration.ofMinutes(5);
  /// Nobody caches a beginning of fewer tokens, as far as is known.
  private static final int SHORTEST = 512;
  private static final int BEGINNINGS = 12;

  /// The reasons why nothing of a prompt was read.
  private enum Why {
    FIRST("It was the first of its kind since the start: the next one may read it."),
    SHORT("Its beginning is short, and what has under %d tokens is not cached."),
    CHANGED("Its beginning changed: only what begins like a prompt of the last five minutes can be"
        + " read."),
    LATE("More than five minutes had passed since the last one that begins like it, and a cache"
        + " keeps none for longer."),
    AT_ONCE("One that begins like it was sent at the same time and had no first word yet: only"
        + " then it is in the cache."),
    NOT_KEPT("One that begins like it was sent less than five minutes before, but was not kept. It"
        + " may be too short for this model."),
    NO_CACHE("This model has no cache, or its server does not tell of it.");

    private final String words;

    Why(String words) {
      this.words = words;
    }
  }

  /// @param last when the last prompt with this beginning came in
  /// @param known from when on it can be in a cache
  private record Sent(Instant last, Instant known) {}

  private static final class Row {
    private final SequencedMap<Long, Sent> beginnings = new LinkedHashMap<>();
    private RequestRecord last;
    private Why why;
    private int shortest;
  }

  private final Map<MetricsTable.Pair, Row> rows = new LinkedHashMap<>();
  private final Set<String> cached = new HashSet<>();
  private final Map<String, ToIntFunction<String>> minima = new HashMap<>();

  /// All models of a provider have a cache.
  ///
  /// @param minimum the fewest tokens that a model caches, by its id
  void caches(String provider, ToIntFunction<String> minimum) {
    minima.put(provider, minimum);
  }

  /// Takes a request whose tokens the model that answered has counted.
  void add(RequestRecord request) {
    boolean answers = !request.attempts().isEmpty()
        && request.attempts().getLast().failure() == null;
    if (!answers || request.usage().prompt() == 0) return;
    MetricsTable.Pair pair = MetricsTable.pair(request.model(), request.job());
    if (rows.size() >= MetricsTable.PAIRS && !rows.containsKey(pair)) return;
    Row row = rows.computeIfAbsent(pair, _ -> new Row());
    boolean used = request.usage().cached() + request.usage().written() > 0;
    if (used) cached.add(pair.model());
    ToIntFunction<String> minimum = minima.get(request.provider());
    row.shortest = minimum == null ? SHORTEST : minimum.applyAsInt(request.model());
    row.why = request.usage().cached() > 0 ? null : minimum != null && !used ? Why.SHORT
        : why(row, request, cached.contains(pair.model()));
    row.last = request.withoutTexts();
    Sent sent = row.beginnings.remove(request.beginning());
    Instant known = request.when().plus(
        request.firstToken() == null ? request.total() : request.firstToken());
    boolean still = sent != null && !gone(sent, request) && sent.known().isBefore(known);
    row.beginnings.put(request.beginning(),
        new Sent(request.when(), still ? sent.known() : known));
    if (row.beginnings.size() > BEGINNINGS) row.beginnings.pollFirstEntry();
  }

  private static boolean gone(Sent sent, RequestRecord request) {
    return request.when().isAfter(sent.last().plus(STAYS));
  }

  private static Why why(Row row, RequestRecord request, boolean caches) {
    if (request.usage().prompt() < SHORTEST) return Why.SHORT;
    if (!caches && row.why == Why.NO_CACHE) return Why.NO_CACHE;
    if (row.last == null) return Why.FIRST;
    Sent sent = row.beginnings.get(request.beginning());
    if (sent == null) return Why.CHANGED;
    if (gone(sent, request)) return Why.LATE;
    if (request.when().isBefore(sent.known())) return Why.AT_ONCE;
    return caches ? Why.NOT_KEPT : Why.NO_CACHE;
  }

  void clear() {
    rows.clear();
    cached.clear();
  }

  /// One object for each pair that has counted anything.
  Json.Arr json() {
    return new Json.Arr(rows.entrySet().stream().map(entry -> {
      Row row = entry.getValue();
      return (Json) Json.Obj.builder().put("model", entry.getKey().model())
          .put("job", entry.getKey().job().wireName()).put("when", row.last.when().toString())
          .put("prompt_tokens", row.last.usage().prompt())
          .put("cached_tokens", row.last.usage().cached())
          .put("reason", row.why == null ? Json.NULL
              : new Json.Str(row.why.name().toLowerCase(Locale.ROOT)))
          .put("message", row.why == null ? Json.NULL
              : new Json.Str(row.why.words.formatted(row.shortest))).build();
    }).toList());
  }
}
