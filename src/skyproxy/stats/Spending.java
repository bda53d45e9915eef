package skyproxy.stats;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import skyproxy.chat.Cost;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The money of the last days by provider, in quarters of an hour.
///
/// A day is the player's: it begins at their midnight, may have 23 or 25 hours, and is another one
/// once they have travelled. All of them begin with a quarter. Not safe for several threads.
final class Spending {
  private static final Duration QUARTER = Duration.ofMinutes(15);
  private static final Duration KEPT = Duration.ofHours(50);

  private final TreeMap<Instant, Map<String, BigDecimal>> quarters = new TreeMap<>();

  void add(Instant when, String provider, BigDecimal usd) {
    long seconds = QUARTER.toSeconds();
    Instant quarter =
        Instant.ofEpochSecond(Math.floorDiv(when.getEpochSecond(), seconds) * seconds);
    quarters.computeIfAbsent(quarter, _ -> new HashMap<>())
        .merge(provider, usd, BigDecimal::add);
    quarters.headMap(when.minus(KEPT)).clear();
  }

  /// The sum from a moment on.
  ///
  /// @param provider null for all of them
  BigDecimal since(Instant from, String provider) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Map<String, BigDecimal> quarter : quarters.tailMap(from).values()) {
      for (var one : quarter.entrySet()) {
        if (provider == null || provider.equals(one.getKey())) sum = sum.add(one.getValue());
      }
    }
    return sum;
  }

  /// Everything, for [#load].
  Json.Arr save() {
    List<Json> all = new ArrayList<>();
    quarters.forEach((when, quarter) -> quarter.forEach((provider, usd) ->
        all.add(Json.Obj.builder().put("when", when.toString()).put("provider", provider)
            .put("usd", Cost.json(usd)).build())));
    return new Json.Arr(all);
  }

  /// Adds what [#save] gave.
  void load(Cursor saved) {
    for (Cursor one : saved.arrayOrEmpty()) {
      BigDecimal usd = Cost.told(one.at("usd").json());
      if (usd == null) throw one.at("usd").mismatch("must be an amount");
      add(Instant.parse(one.at("when").string()), one.at("provider").string(), usd);
    }
  }
}
