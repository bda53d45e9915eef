package skyproxy.stats;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import skyproxy.chat.Cost;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The sums over any number of requests. Not safe for several threads.
final class Metrics {
  private static final BigDecimal HOUR = BigDecimal.valueOf(Duration.ofHours(1).toMillis());

  private long requests;
  private long failures;
  private long hangUps;
  private long promptTokens;
  private long cachedTokens;
  private long completionTokens;
  private Cost cost;
  private Cost saved;
  private double windowPercent;

  /// Tokens whose writing was timed, and how long that took, for the speed.
  private long timedTokens;
  private long timedMillis;

  private final Histogram firstToken = new Histogram();
  private final Histogram total = new Histogram();

  void add(RequestRecord request) {
    requests++;
    switch (request.outcome()) {
      case FAILED -> failures++;
      case HUNG_UP -> hangUps++;
      case ANSWERED -> total.add(request.total().toMillis());
    }
    if (request.firstToken() != null) firstToken.add(request.firstToken().toMillis());
    promptTokens += request.usage().prompt();
    cachedTokens += request.usage().cached();
    completionTokens += request.usage().completion();
    windowPercent += request.windowPercent();
    if (request.outcome() == RequestRecord.Outcome.ANSWERED) addSpeed(request);
  }

  /// Adds what a reply cost, which its request knows nothing of.
  void add(Charge charge) {
    cost = Cost.sum(cost, charge.cost());
    saved = Cost.sum(saved, charge.saved());
  }

  /// What comes in one piece, or nearly so, says nothing about how fast it was written.
  private void addSpeed(RequestRecord request) {
    if (request.firstToken() == null || request.usage().completion() < 2) return;
    long millis = request.total().minus(request.firstToken()).toMillis();
    if (millis < 50) return;
    timedTokens += request.usage().completion();
    timedMillis += millis;
  }

  void add(Metrics other) {
    requests += other.requests;
    failures += other.failures;
    hangUps += other.hangUps;
    promptTokens += other.promptTokens;
    cachedTokens += other.cachedTokens;
    completionTokens += other.completionTokens;
    cost = Cost.sum(cost, other.cost);
    saved = Cost.sum(saved, other.saved);
    windowPercent += other.windowPercent;
    timedTokens += other.timedTokens;
    timedMillis += other.timedMillis;
    firstToken.add(other.firstToken);
    total.add(other.total);
  }

  long requests() {
    return requests;
  }

  /// Writes the members that `/stats` has.
  ///
  /// @param played how long the game was played meanwhile
  Json.Obj.Builder write(Json.Obj.Builder out, Duration played) {
    out.put("requests", requests).put("failures", failures).put("hang_ups", hangUps);
    putMillis(out, "first_token_p50_ms", firstToken.quantile(0.5));
    putMillis(out, "first_token_p95_ms", firstToken.quantile(0.95));
    putMillis(out, "total_p50_ms", total.quantile(0.5));
    putMillis(out, "total_p95_ms", total.quantile(0.95));
    if (timedMillis == 0) out.putNull("tokens_per_second");
    else out.put("tokens_per_second", Math.round(10_000.0 * timedTokens / timedMillis) / 10.0);
    out.put("prompt_tokens", promptTokens).put("cached_tokens", cachedTokens)
        .put("completion_tokens", completionTokens);
    out.put("window_percent", Math.round(windowPercent * 100) / 100.0);
    put(out, "cache_saved", saved);
    put(out, "cost", cost);
    return cost == null || played.isZero() ? out.putNull("usd_per_hour") : out.put("usd_per_hour",
        Cost.json(cost.usd().multiply(HOUR)
            .divide(BigDecimal.valueOf(played.toMillis()), 6, RoundingMode.HALF_UP)));
  }

  /// Writes everything, for [#load].
  Json.Obj save(Json.Obj.Builder out) {
    put(out, "cost", cost);
    put(out, "cache_saved", saved);
    return out.put("requests", requests).put("failures", failures).put("hang_ups", hangUps)
        .put("prompt_tokens", promptTokens).put("cached_tokens", cachedTokens)
        .put("completion_tokens", completionTokens)
        .put("window_percent", windowPercent)
        .put("timed_tokens", timedTokens).put("timed_ms", timedMillis)
        .put("first_token", firstToken.save()).put("total", total.save()).build();
  }

  /// Adds what [#save] wrote.
  ///
  /// @throws Cursor.Mismatch when it is something else
  void load(Cursor at) {
    requests += at.at("requests").integer();
    failures += at.at("failures").integer();
    hangUps += at.at("hang_ups").integer();
    promptTokens += at.at("prompt_tokens").integer();
    cachedTokens += at.at("cached_tokens").integer();
    completionTokens += at.at("completion_tokens").integer();
    BigDecimal usd = Cost.told(at.at("cost_usd").json());
    // Figures of old have a zero where nothing is known.
    boolean known = usd != null && !at.at("cost_usd").json().equals(new Json.Num("0.0"));
    if (known) cost = Cost.sum(cost, new Cost(usd, at.at("cost_estimated").boolOr(false)));
    BigDecimal less = Cost.saved(at.at("cache_saved_usd").json());
    if (less != null) {
      saved = Cost.sum(saved,
          new Cost(less, at.at("cache_saved_estimated").boolOr(false)));
    }
    windowPercent += at.at("window_percent").numberOr(0);
    timedTokens += at.at("timed_tokens").integer();
    timedMillis += at.at("timed_ms").integer();
    firstToken.load(at.at("first_token"));
    total.load(at.at("total"));
  }

  private static void put(Json.Obj.Builder out, String name, Cost amount) {
    out.put(name + "_usd", amount == null ? Json.NULL : Cost.json(amount.usd()))
        .put(name + "_estimated", amount != null && amount.estimated());
  }

  private static void putMillis(Json.Obj.Builder out, String name, long millis) {
    if (millis < 0) out.putNull(name);
    else out.put(name, millis);
  }
}
