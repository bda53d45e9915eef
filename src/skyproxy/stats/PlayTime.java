package skyproxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The time that was played: from the first request to the last one, without the pauses. Not safe
/// for several threads.
final class PlayTime {
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private Instant last = Instant.MIN;
  private Duration played = Duration.ZERO;

  /// Takes the moment of a request.
  void add(Instant when) {
    if (!when.isAfter(last)) return;
    boolean goesOn = !last.equals(Instant.MIN) && when.isBefore(last.plus(PAUSE));
    if (goesOn) played = played.plus(Duration.between(last, when));
    last = when;
  }

  /// In whole milliseconds, as it is saved: what is less is no time.
  Duration played() {
    return played.truncatedTo(ChronoUnit.MILLIS);
  }

  /// Everything, for [#load].
  Json.Obj save() {
    Json.Obj.Builder out = Json.Obj.builder().put("ms", played.toMillis());
    return last.equals(Instant.MIN) ? out.build() : out.put("last", last.toString()).build();
  }

  /// Takes what [#save] gave.
  void load(Cursor saved) {
    played = Duration.ofMillis(saved.at("ms").integerOr(0));
    String when = saved.at("last").stringOr(null);
    if (when != null) last = Instant.parse(when);
  }
}
