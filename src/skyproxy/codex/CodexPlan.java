package skyproxy.codex;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;

/// How much of the player's plan is used up, as Codex last told.
///
/// @param windows none when unknown; each fills up and empties by itself
record CodexPlan(List<UsageWindow> windows) {

  /// Before anything was told.
  static final CodexPlan UNKNOWN = new CodexPlan(List.of());

  CodexPlan {
    windows = List.copyOf(windows);
  }

  /// Reads `rateLimits`. A notice may leave out what has not changed.
  CodexPlan with(Cursor limits) {
    List<UsageWindow> told = new ArrayList<>();
    for (String which : List.of("primary", "secondary")) {
      Cursor at = limits.at(which);
      if (at.isObject()) told.add(window(at));
    }
    return told.isEmpty() ? this : new CodexPlan(told);
  }

  private static UsageWindow window(Cursor at) {
    Cursor resets = at.at("resetsAt");
    return new UsageWindow(name(at.at("windowDurationMins").integerOr(0)),
        at.at("usedPercent").numberOr(0),
        resets.isMissing() ? null : Instant.ofEpochSecond(resets.integer()), null);
  }

  private static String name(long minutes) {
    Duration length = Duration.ofMinutes(minutes);
    if (length.isZero()) return "plan";
    if (minutes == Duration.ofDays(7).toMinutes()) return "week";
    return length.toHours() < 48 ? length.toHours() + " hours" : length.toDays() + " days";
  }

  /// How long until a window that is used up is empty again; null when none is.
  Duration untilFree(Instant now) {
    return windows.stream()
        .filter(window -> window.usedPercent() >= 100 && window.resets() != null
            && window.resets().isAfter(now))
        .map(window -> Duration.between(now, window.resets()))
        .max(Duration::compareTo).orElse(null);
  }
}
