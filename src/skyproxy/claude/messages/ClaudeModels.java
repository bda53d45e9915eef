package skyproxy.claude.messages;

import java.lang.System.Logger.Level;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The models that Claude has whatever the API or the CLI list, and those that end: from that day
/// on a successor answers in their place. Tells the player once of each. What each model takes is
/// said in [ModelRules]. Any number of threads.
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

  /// The end of a model.
  ///
  /// @param day the first one, in UTC, on which it does not answer any more
  private record Retirement(LocalDate day, String successor) {}

  private static final Map<String, Retirement> RETIREMENTS = new HashMap<>();

  static {
    retired("2026-11-30", "claude-sonnet-5-5", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5");
    retired("2026-08-05", "claude-opus-5-5", "claude-opus-4-1-20250805", "claude-opus-4-1");
    retired("2026-06-15", "claude-opus-5-5", "claude-opus-4-20250514", "claude-opus-4-0",
        "claude-opus-4");
    retired("2026-06-15", "claude-sonnet-5-5", "claude-sonnet-4-20250514", "claude-sonnet-4-0",
        "claude-sonnet-4");
    retired("2026-02-19", "claude-sonnet-5-5", "claude-3-7-sonnet-20250219",
        "claude-3-7-sonnet-latest", "claude-3-7-sonnet");
    retired("2026-02-19", "claude-haiku-5-5", "claude-3-5-haiku-20241022",
        "claude-3-5-haiku-latest", "claude-3-5-haiku");
    retired("2025-10-28", "claude-sonnet-5-5", "claude-3-5-sonnet-20241022",
        "claude-3-5-sonnet-20240620", "claude-3-5-sonnet-latest", "claude-3-5-sonnet");
  }

  private static void retired(String day, String successor, String... ids) {
    for (String id : ids) RETIREMENTS.put(id, new Retirement(LocalDate.parse(day), successor));
  }

  private static final Pattern ID = Pattern.compile("claude-[\\w.-]+");

  private final Supplier<LocalDate> today;
  private final Set<String> gone = ConcurrentHashMap.newKeySet();
  private final Map<String, String> notes = new ConcurrentHashMap<>();

  public ClaudeModels() {
    this(() -> LocalDate.now(ZoneOffset.UTC));
  }

  ClaudeModels(Supplier<LocalDate> today) {
    this.today = today;
  }

  /// The id itself if it looks like one of Claude's, else one that is known.
  public static String orKnown(String id) {
    return ID.matcher(id).matches() ? id : KNOWN.getFirst();
  }

  /// When a model ends, or null when that is not known.
  static LocalDate retirement(String id) {
    Retirement end = RETIREMENTS.get(id);
    return end == null ? null : end.day;
  }

  /// The model that answers when this one is asked for.
  public String answering(String id) {
    Retirement end = RETIREMENTS.get(id);
    return end != null && isOver(id, end) ? end.successor : id;
  }

  /// Whether its upstream may know this model no more before the day comes.
  public boolean endsSometime(String id) {
    return RETIREMENTS.containsKey(id);
  }

  private boolean isOver(String id, Retirement end) {
    return gone.contains(id) || !today.get().isBefore(end.day);
  }

  /// Learns that nobody answers to an id any more, before its day; whether a successor is known.
  public boolean retire(String id) {
    if (RETIREMENTS.containsKey(id)) gone.add(id);
    return RETIREMENTS.containsKey(id);
  }

  /// Tells the player of a model that ends; whether there was something new to say.
  public boolean warn(String id) {
    Retirement end = RETIREMENTS.get(id);
    if (end == null) return false;
    String note = isOver(id, end)
        ? "Anthropic has retired " + id + ": " + end.successor
            + " answers in its place. Choose another model."
        : "Anthropic retires " + id + " on " + end.day + ": from then on " + end.successor
            + " answers in its place.";
    boolean told = note.equals(notes.put(id, note));
    if (!told) LOG.log(Level.WARNING, note);
    return !told;
  }

  /// The player has been told so.
  public List<String> notes() {
    return notes.values().stream().sorted().toList();
  }
}
