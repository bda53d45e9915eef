package skyproxy.claude;

import java.lang.System.Logger.Level;
import java.time.LocalDate;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Warns, once for each, of models that Anthropic retires. Any number of threads.
/// https://docs.claude.com/en/docs/about-claude/model-deprecations
final class Retirements {
  private static final System.Logger LOG = System.getLogger(Retirements.class.getName());

  private static final Map<String, LocalDate> KNOWN = Map.of(
      "claude-sonnet-4-5-20250929", LocalDate.of(2026, 11, 30),
      "claude-sonnet-4-5", LocalDate.of(2026, 11, 30),
      "claude-opus-4-1-20250805", LocalDate.of(2026, 8, 5),
      "claude-opus-4-20250514", LocalDate.of(2026, 6, 15),
      "claude-sonnet-4-20250514", LocalDate.of(2026, 6, 15));

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /// When a model ends, or null when that is not known.
  static LocalDate of(String model) {
    return KNOWN.get(model);
  }

  /// Whether there was something to say.
  boolean warn(String model) {
    LocalDate end = of(model);
    if (end == null || !told.add(model)) return false;
    LOG.log(Level.WARNING, "Anthropic retires {0} on {1}: choose another model.", model, end);
    return true;
  }
}
