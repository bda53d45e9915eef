package skyproxy.claude.messages;

import java.lang.System.Logger.Level;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The models that Claude has whatever the API or the CLI list, and the days on which some end;
/// warns, once for each, of those that do. What each takes is said in [ModelRules]. Any number of
/// threads.
/// https://docs.claude.com/en/docs/about-claude/models
/// https://docs.claude.com/en/docs/about-claude/model-deprecations
public final class ClaudeModels {
  private static final System.Logger LOG = System.getLogger(ClaudeModels.class.getName());

  /// Ids that work in every mode, the newest first. Some have retired by the time you read this.
  public static final List<String> KNOWN = List.of("claude-sonnet-5-5", "claude-opus-5-5",
      "claude-haiku-5-5", "claude-fable-5-2", "claude-fable-5-1", "claude-opus-5",
      "claude-sonnet-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6",
      "claude-sonnet-4-6", "claude-opus-4-5-20251101", "claude-haiku-4-5-20251001",
      "claude-sonnet-4-5-20250929");

  private static final Map<String, LocalDate> RETIREMENTS = Map.of(
      "claude-sonnet-4-5-20250929", LocalDate.of(2026, 11, 30),
      "claude-sonnet-4-5", LocalDate.of(2026, 11, 30),
      "claude-opus-4-1-20250805", LocalDate.of(2026, 8, 5),
      "claude-opus-4-20250514", LocalDate.of(2026, 6, 15),
      "claude-sonnet-4-20250514", LocalDate.of(2026, 6, 15));

  private static final Pattern ID = Pattern.compile("claude-[\\w.-]+");

  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  /// The id itself if it looks like one of Claude's, else one that is known.
  public static String orKnown(String id) {
    return ID.matcher(id).matches() ? id : KNOWN.getFirst();
  }

  /// When a model ends, or null when that is not known.
  static LocalDate retirement(String id) {
    return RETIREMENTS.get(id);
  }

  /// Warns of a model that ends; whether there was something to say.
  public boolean warn(String id) {
    LocalDate end = retirement(id);
    if (end == null || !warned.add(id)) return false;
    LOG.log(Level.WARNING, "Anthropic retires {0} on {1}: choose another model.", id, end);
    return true;
  }
}
