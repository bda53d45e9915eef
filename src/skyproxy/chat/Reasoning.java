package skyproxy.chat;

import java.util.Locale;
import skyproxy.json.Cursor;

/// The thinking that a request wants before the answer; by OpenAI's `reasoning_effort` and
/// OpenRouter's `reasoning` object.
///
/// @param effort [Effort#NONE] unless the request asks for more
/// @param budget tokens for thinking (`reasoning.max_tokens`), or null
/// @param shown whether what was thought goes into `reasoning_content`
public record Reasoning(Effort effort, Integer budget, boolean shown) {

  /// An amount of thinking.
  public enum Effort {
    NONE, MINIMAL, LOW, MEDIUM, HIGH, XHIGH;

    /// The word on the wire.
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static final Reasoning OFF = new Reasoning(Effort.NONE, null, false);

  static Reasoning parse(Cursor root) {
    Cursor plain = root.at("reasoning_effort");
    Cursor object = root.at("reasoning");
    if (object.isMissing()) return plain.isMissing() ? OFF : of(effort(plain), null, true);
    boolean enabled = object.at("enabled").boolOr(true);
    Cursor word = object.at("effort").isMissing() ? plain : object.at("effort");
    Cursor tokens = object.at("max_tokens");
    if (!enabled) return OFF;
    if (word.isMissing() && tokens.isMissing() && object.at("enabled").isMissing()) return OFF;
    Integer budget = tokens.isMissing() ? null : Integer.valueOf(Math.clamp(
        tokens.nearestInteger(), 0, Integer.MAX_VALUE));
    Effort effort = word.isMissing() ? Effort.MEDIUM : effort(word);
    return of(effort, budget, !object.at("exclude").boolOr(false));
  }

  private static Reasoning of(Effort effort, Integer budget, boolean shown) {
    return effort == Effort.NONE ? OFF : new Reasoning(effort, budget, shown);
  }

  private static Effort effort(Cursor at) {
    String word = at.string().strip().toLowerCase(Locale.ROOT);
    for (Effort effort : Effort.values()) {
      if (effort.wireName().equals(word)) return effort;
    }
    if (word.equals("max")) return Effort.XHIGH;
    throw ChatRequest.invalid(at, "must be none, minimal, low, medium, high or xhigh");
  }

  /// Whether the request asks for any thinking.
  public boolean wanted() {
    return effort != Effort.NONE;
  }
}
