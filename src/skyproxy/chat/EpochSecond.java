package skyproxy.chat;

import java.time.Instant;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Moments that upstreams tell as a count of seconds since 1970.
public final class EpochSecond {
  /// The year 2100. What is later was counted in another unit, or made up.
  private static final double LAST = 4_102_444_800.0;

  private EpochSecond() {}

  /// The moment; null when there is no number, or one of no year that a player will see.
  public static Instant of(Cursor at) {
    if (!at.isNumber()) return null;
    double seconds = ((Json.Num) at.json()).doubleValue();
    return seconds >= 0 && seconds <= LAST ? Instant.ofEpochSecond((long) seconds) : null;
  }
}
