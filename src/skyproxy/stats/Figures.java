package skyproxy.stats;

import java.time.Duration;
import skyproxy.json.Json;

/// The sums over any number of requests. Not safe for several threads.
final class Figures {
  private long requests;
  private long failures;
  private long hangUps;
  private long promptTokens;
  private long cachedTokens;
  private long completionTokens;
  private double cost;

  /// Tokens whose writing was timed, and how long that took, for the speed.
  private long timedTokens;
  private long timedMillis;

  private final Histogram firstToken;
  private final Histogram total;

  Figures() {
    this(new Histogram(), new Histogram());
  }

  private Figures(Histogram firstToken, Histogram total) {
    this.firstToken = firstToken;
    this.total = total;
  }

  void add(Exchange exchange) {
    requests++;
    switch (exchange.outcome()) {
      case FAILED -> failures++;
      case HUNG_UP -> hangUps++;
      case ANSWERED -> total.add(exchange.total().toMillis());
    }
    if (exchange.firstToken() != null) firstToken.add(exchange.firstToken().toMillis());
    promptTokens += exchange.usage().prompt();
    cachedTokens += exchange.usage().cached();
    completionTokens += exchange.usage().completion();
    if (exchange.cost() != null) cost += exchange.cost();
    if (exchange.outcome() == Exchange.Outcome.ANSWERED) addSpeed(exchange);
  }

  private void addSpeed(Exchange exchange) {
    Duration start = exchange.firstToken() == null ? Duration.ZERO : exchange.firstToken();
    long millis = exchange.total().minus(start).toMillis();
    if (millis <= 0 || exchange.usage().completion() < 2) return;
    timedTokens += exchange.usage().completion();
    timedMillis += millis;
  }

  void add(Figures other) {
    requests += other.requests;
    failures += other.failures;
    hangUps += other.hangUps;
    promptTokens += other.promptTokens;
    cachedTokens += other.cachedTokens;
    completionTokens += other.completionTokens;
    cost += other.cost;
    timedTokens += other.timedTokens;
    timedMillis += other.timedMillis;
    firstToken.add(other.firstToken);
    total.add(other.total);
  }

  long requests() {
    return requests;
  }

  /// Puts the members that `/stats` shows.
  Json.Obj.Builder show(Json.Obj.Builder out) {
    out.put("requests", requests).put("failures", failures).put("hang_ups", hangUps);
    putMillis(out, "first_token_p50_ms", firstToken.quantile(0.5));
    putMillis(out, "first_token_p95_ms", firstToken.quantile(0.95));
    putMillis(out, "total_p50_ms", total.quantile(0.5));
    putMillis(out, "total_p95_ms", total.quantile(0.95));
    if (timedMillis == 0) out.putNull("tokens_per_second");
    else out.put("tokens_per_second", Math.round(10_000.0 * timedTokens / timedMillis) / 10.0);
    out.put("prompt_tokens", promptTokens).put("cached_tokens", cachedTokens)
        .put("completion_tokens", completionTokens);
    return cost == 0 ? out.putNull("cost_usd") : out.put("cost_usd", cost);
  }

  private static void putMillis(Json.Obj.Builder out, String name, long millis) {
    if (millis < 0) out.putNull(name);
    else out.put(name, millis);
  }
}
