package skyproxy.codex;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.EpochSecond;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines.Line;

/// The player's plan: how much of it is used up, as Codex last reported. Written by the reader of
/// the app-server, read by any thread.
final class CodexPlan {
  /// Ten years, in minutes.
  private static final long LONGEST = 5_256_000;

  private volatile List<UsageWindow> windows = List.of();
  private volatile boolean hasCredits;

  /// The windows, each of which fills up and empties by itself; none when unknown.
  List<UsageWindow> windows() {
    return windows;
  }

  /// Takes a notification; what is about something else is passed over.
  void heard(Json.Obj notification) {
    Cursor root = Cursor.of(notification);
    if (root.at("method").stringOr("").equals("account/rateLimits/updated")) {
      read(root.at("params").at("rateLimits"));
    }
  }

  /// Takes the answer to `account/rateLimits/read`.
  void answered(Line answer) {
    if (!(AppServer.resultOf(answer) instanceof Json.Obj result)) return;
    Cursor limits = Cursor.of(result).at("rateLimits");
    if (limits.isObject()) read(limits);
  }

  /// A notification may leave out what has not changed.
  private void read(Cursor limits) {
    List<UsageWindow> reported = new ArrayList<>();
    for (String which : List.of("primary", "secondary")) {
      Cursor at = limits.at(which);
      if (at.isObject()) reported.add(window(at));
    }
    if (!reported.isEmpty()) windows = List.copyOf(reported);
    Cursor credits = limits.at("credits");
    if (credits.isObject()) {
      hasCredits = credits.at("hasCredits").boolOr(false) || credits.at("unlimited").boolOr(false);
    }
  }

  private static UsageWindow window(Cursor at) {
    return new UsageWindow(name(at.at("windowDurationMins").integerOr(0)),
        at.at("usedPercent").numberOr(0),
        EpochSecond.of(at.at("resetsAt")), null);
  }

  private static String name(long minutes) {
    if (minutes <= 0 || minutes > LONGEST) return "plan";
    Duration length = Duration.ofMinutes(minutes);
    if (minutes == Duration.ofDays(7).toMinutes()) return "week";
    return length.toHours() < 48 ? length.toHours() + " hours" : length.toDays() + " days";
  }

  /// Until when requests are paid with credits beyond the plan; null as long as it covers them.
  Instant extraUntil(Instant now) {
    Duration left = hasCredits ? untilFree(now) : null;
    return left == null ? null : now.plus(left);
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
