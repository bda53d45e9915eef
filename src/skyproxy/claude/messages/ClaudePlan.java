package skyproxy.claude.messages;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import skyproxy.chat.EpochSecond;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;

/// The player's plan: how much of its windows is used up, as Anthropic last reported, in the head
/// of an answer or by an event of the CLI that tells of that. Any number of threads.
public final class ClaudePlan {
  private static final String OVERAGE = "overage";
  private static final String HEADER = "anthropic-ratelimit-unified-";

  /// Anthropic's names of the windows, and ours.
  private static final Map<String, String> NAMES =
      Map.of("five_hour", "5 hours", "seven_day", "week", "seven_day_opus", "week, Opus",
          "seven_day_sonnet", "week, Sonnet", OVERAGE, UsageWindow.EXTRA);

  /// The same names in headers.
  private static final Map<String, String> SHORT = Map.of("5h", "five_hour", "7d", "seven_day",
      "7d_opus", "seven_day_opus", "7d_sonnet", "seven_day_sonnet", OVERAGE, OVERAGE);

  /// Where it is not told when a plan begins anew, more than it covers is not used for so long.
  private static final Duration UNTOLD = Duration.ofMinutes(30);

  /// More windows than any plan has are not kept.
  private static final int MOST = 32;

  private final Map<String, UsageWindow> windows = new ConcurrentHashMap<>();
  private volatile Instant extraUntil;

  /// Takes the `rate_limit_info` of a CLI's event. Newer CLIs report all windows, older ones the
  /// one that matters.
  public void heard(Cursor info) {
    Cursor all = info.at("unifiedWindows");
    if (all.isObject()) {
      all.members().forEach((name, window) -> put(name, window));
    } else if (info.at("rateLimitType").isString()) {
      put(info.at("rateLimitType").string(), info);
    }
    Cursor used = info.at("isUsingOverage");
    boolean known = !used.isMissing() || !info.at("overageStatus").isMissing();
    if (known) {
      extra(used.boolOr(false) || spent() && covers(info.at("overageStatus").stringOr("")),
          EpochSecond.of(info.at("resetsAt")));
    }
  }

  private void put(String name, Cursor at) {
    Cursor part = at.at("utilization");
    Cursor state = at.at("status");
    if (windows.size() >= MOST && !windows.containsKey(name)) return;
    windows.put(name, window(name, part.isNumber() ? Double.valueOf(part.number()) : null,
        EpochSecond.of(at.at("resetsAt")), state.isString() ? state.string() : null));
  }

  private static UsageWindow window(String name, Double part, Instant resets, String state) {
    return new UsageWindow(
        NAMES.getOrDefault(name, name.toLowerCase(Locale.ROOT).replace('_', ' ')),
        part == null ? null : Double.valueOf(Math.round(part * 1e4) / 1e2), resets, state);
  }

  /// Takes the head of an answer to a request that a plan pays; others have none of these headers.
  public void heard(HttpHeaders headers) {
    SHORT.forEach((word, name) -> {
      String part = header(headers, word + "-utilization");
      if (!part.matches("\\d{1,4}(\\.\\d{1,18})?")) return;
      String state = header(headers, word + "-status");
      windows.put(name, window(name, Double.valueOf(part), second(headers, word + "-reset"),
          state.isEmpty() ? null : state));
    });
    String inUse = header(headers, "overage-in-use");
    String status = header(headers, "overage-status");
    if (!inUse.isEmpty() || !status.isEmpty()) {
      extra(inUse.equals("true") || spent() && covers(status), second(headers, "reset"));
    }
  }

  private static String header(HttpHeaders headers, String name) {
    return headers.firstValue(HEADER + name).orElse("").strip();
  }

  private static Instant second(HttpHeaders headers, String name) {
    String second = header(headers, name);
    return second.matches("\\d{9,11}") ? Instant.ofEpochSecond(Long.parseLong(second)) : null;
  }

  /// Whether a window of the plan itself is at its end.
  private boolean spent() {
    Instant now = Instant.now();
    return windows.values().stream().anyMatch(window -> !window.name().equals(UsageWindow.EXTRA)
        && window.runs(now) && window.usedPercent() != null && window.usedPercent() >= 100);
  }

  private static boolean covers(String status) {
    return status.equals("allowed") || status.equals("allowed_warning");
  }

  private void extra(boolean used, Instant resets) {
    Instant now = Instant.now();
    extraUntil = !used ? null : resets != null && resets.isAfter(now) ? resets : now.plus(UNTOLD);
  }

  /// Until when requests are paid beyond the plan; null as long as it covers them.
  public Instant extraUntil() {
    Instant until = extraUntil;
    return until == null || !until.isAfter(Instant.now()) ? null : until;
  }

  /// The windows in the order of Anthropic's names for them.
  public List<UsageWindow> windows() {
    return new ArrayList<>(new TreeMap<>(windows).values());
  }
}
