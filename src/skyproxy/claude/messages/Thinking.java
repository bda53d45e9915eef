package skyproxy.claude.messages;

import skyproxy.chat.Reasoning;
import skyproxy.chat.Reasoning.Effort;
import skyproxy.json.Json;

/// The parameters by which a request makes a model think, or keeps it from it. A request for a few
/// words only leaves no room for a thought: they would be used up before the first word.
/// https://docs.claude.com/en/docs/build-with-claude/extended-thinking
///
/// @param parameter the value of `thinking`, or null to leave it out
/// @param effort the value of `output_config.effort`, or null to leave it out
/// @param on whether the request asked for it and the model takes it up
/// @param maxTokens thoughts and answer together
public record Thinking(Json.Obj parameter, String effort, boolean on, int maxTokens) {
  private static final int USUAL = 4_096;
  private static final int USUAL_WITH_THOUGHTS = 16_384;
  private static final int SMALLEST_BUDGET = 1_024;

  /// @param maxTokens what the request says, or null
  public static Thinking of(ModelRules rules, Reasoning wish, Integer maxTokens, boolean allowed) {
    int most = rules.maxOutput();
    int given = Math.min(maxTokens == null ? USUAL : maxTokens, most);
    boolean room = maxTokens == null || given > SMALLEST_BUDGET;
    if (!wish.wanted() || !allowed || !room) return off(rules, given);
    if (rules.adaptive()) {
      return new Thinking(adaptive(rules, wish), effort(rules, wish), true,
          maxTokens == null ? Math.min(USUAL_WITH_THOUGHTS, most) : given);
    }
    int wanted = wish.budget() == null ? tokens(wish.effort()) : wish.budget();
    int whole = maxTokens == null ? (int) Math.min((long) USUAL + wanted, most) : given;
    int budget = Math.min(Math.max(wanted, SMALLEST_BUDGET), whole / 4 * 3);
    if (budget < SMALLEST_BUDGET) return off(rules, given);
    return new Thinking(typed("enabled").put("budget_tokens", budget).build(), null, true, whole);
  }

  private static Thinking off(ModelRules rules, int maxTokens) {
    return switch (rules.thinkingOff()) {
      case OMIT -> new Thinking(null, null, false, maxTokens);
      case DISABLED -> new Thinking(typed("disabled").build(), null, false, maxTokens);
      case BETWEEN_TOOLS -> new Thinking(typed("between_tools").build(), null, false, maxTokens);
      case NEVER -> new Thinking(null, rules.adaptive() ? ModelRules.LOWEST_EFFORT : null, false,
          maxTokens);
    };
  }

  private static Json.Obj adaptive(ModelRules rules, Reasoning wish) {
    Json.Obj.Builder thinking = typed("adaptive");
    if (wish.shown() && rules.hidesThoughts()) thinking.put("display", "summarized");
    return thinking.build();
  }

  private static String effort(ModelRules rules, Reasoning wish) {
    if (wish.budget() != null) {
      return wish.budget() < 2_048 ? ModelRules.LOWEST_EFFORT
          : wish.budget() < 8_192 ? "medium" : "high";
    }
    return switch (wish.effort()) {
      case NONE, MINIMAL, LOW -> ModelRules.LOWEST_EFFORT;
      case MEDIUM, HIGH -> wish.effort().wireName();
      case XHIGH -> rules.highestEffort();
    };
  }

  private static int tokens(Effort effort) {
    return switch (effort) {
      case NONE, MINIMAL -> SMALLEST_BUDGET;
      case LOW -> 2_048;
      case MEDIUM -> 8_192;
      case HIGH -> 16_384;
      case XHIGH -> 32_000;
    };
  }

  private static Json.Obj.Builder typed(String type) {
    return Json.Obj.builder().put("type", type);
  }
}
