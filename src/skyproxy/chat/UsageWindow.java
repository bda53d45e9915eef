package skyproxy.chat;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import skyproxy.json.Json;

/// One usage window of a subscription, as its upstream reports it.
///
/// @param name what a player calls it: `5 hours`, `week`; `week, Opus` is for models of that name
/// @param usedPercent 0 to 100, or null where only `state` is told; of more, 1,000 at most are left
/// @param resets when it begins anew, or null
/// @param state the upstream's own word for how it stands (`allowed`, `rejected`), or null
public record UsageWindow(String name, Double usedPercent, Instant resets, String state) {

  /// What is paid apart from the plan, under its own limit.
  public static final String EXTRA = "extra usage";

  public UsageWindow {
    if (usedPercent != null) usedPercent = Math.clamp(usedPercent, 0.0, 1_000.0);
  }

  /// Whether a model draws on it.
  public boolean concerns(String model) {
    int comma = name.indexOf(", ");
    return !name.equals(EXTRA)
        && (comma < 0 || model.contains(name.substring(comma + 2).toLowerCase(Locale.ROOT)));
  }

  /// Whether it is known when it ends, and that is still to come: a report of one that is over
  /// says nothing.
  public boolean runs(Instant now) {
    return resets != null && resets.isAfter(now);
  }

  /// Windows as `/stats` and `/health` show them.
  public static Json.Arr json(List<UsageWindow> windows) {
    return new Json.Arr(windows.stream().map(UsageWindow::json).toList());
  }

  private Json json() {
    return Json.Obj.builder().put("name", name)
        .put("used_percent", usedPercent == null ? Json.NULL : Json.Num.of(usedPercent))
        .put("resets", resets == null ? Json.NULL : new Json.Str(resets.toString()))
        .put("state", state == null ? Json.NULL : new Json.Str(state)).build();
  }
}
