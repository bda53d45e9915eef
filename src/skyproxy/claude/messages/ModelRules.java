package skyproxy.claude.messages;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The rules of one Claude model: the parameters it takes and those it refuses.
/// https://docs.claude.com/en/docs/about-claude/models
///
/// An id that says nothing to us is taken for the newest: what newer models refuse is refused
/// with a 400, what they no longer need is merely left out.
///
/// @param thinkingOff how it is kept from thinking
/// @param adaptive whether it is told how hard to think (`effort`) instead of a number of tokens
/// @param highestEffort the most that `effort` can ask for
/// @param hidesThoughts whether thoughts are sent only where `display` asks for them
/// @param sampling whether it takes `temperature`, `top_p` and `top_k`
/// @param prefill whether a conversation may end with an assistant's turn, to be continued
/// @param cacheMinimum tokens that a prefix must have to be cached
/// @param maxOutput the largest `max_tokens`
public record ModelRules(ThinkingOff thinkingOff, boolean adaptive, String highestEffort,
    boolean hidesThoughts, boolean sampling, boolean prefill, int cacheMinimum, int maxOutput) {

  /// The ways to keep a model from thinking.
  public enum ThinkingOff {
    /// It does not think unless asked to.
    OMIT,
    /// `{"type":"disabled"}`
    DISABLED,
    /// `{"type":"between_tools"}`; it refuses `disabled`.
    BETWEEN_TOOLS,
    /// Not at all: the lowest effort is what can be had.
    NEVER
  }

  /// The least that `effort` can ask for.
  public static final String LOWEST_EFFORT = "low";

  private static final Pattern ID = Pattern.compile(
      "claude-(opus|sonnet|haiku|fable)-(\\d)(?:-(\\d{1,2}))?(?:-\\d{8})?(?:-.*)?");
  private static final Pattern OLD_ID = Pattern.compile("claude-(?:\\d|instant).*");

  /// The rules for a model id, or for an alias of the CLI such as `haiku`.
  public static ModelRules of(String model) {
    Matcher id = ID.matcher(model);
    if (id.matches()) {
      int minor = id.group(3) == null ? 0 : Integer.parseInt(id.group(3));
      return of(id.group(1), Integer.parseInt(id.group(2)) * 100 + minor);
    }
    if (OLD_ID.matcher(model).matches()) {
      return new ModelRules(ThinkingOff.OMIT, false, "high", false, true, true, 2048,
          model.startsWith("claude-3-7") ? 64_000 : model.startsWith("claude-3-5") ? 8_192 : 4_096);
    }
    return of(model, Integer.MAX_VALUE);
  }

  /// @param version 405 for 4.5
  private static ModelRules of(String family, int version) {
    boolean newest = version >= 500;
    boolean refusesSampling = newest || family.equals("opus") && version >= 407;
    boolean adaptive = version >= 406;
    return new ModelRules(thinkingOff(family, version), adaptive,
        version >= 407 ? "xhigh" : "high", version >= 407, !refusesSampling, !adaptive,
        cacheMinimum(family, version), maxOutput(family, version));
  }

  private static ThinkingOff thinkingOff(String family, int version) {
    if (version < 500) return ThinkingOff.OMIT;
    return switch (family) {
      case "haiku" -> ThinkingOff.DISABLED;
      case "sonnet" -> version >= 505 ? ThinkingOff.BETWEEN_TOOLS : ThinkingOff.DISABLED;
      case "opus" -> version >= 505 ? ThinkingOff.NEVER : ThinkingOff.DISABLED;
      default -> ThinkingOff.NEVER;
    };
  }

  private static int cacheMinimum(String family, int version) {
    if (version >= 505) return 512;
    return switch (family) {
      case "opus" -> version >= 500 ? 512 : version == 408 || version < 405 ? 1024
          : version == 407 ? 2048 : 4096;
      case "haiku" -> version >= 500 ? 512 : 4096;
      case "sonnet" -> 1024;
      default -> 512;
    };
  }

  private static int maxOutput(String family, int version) {
    if (version >= 500 || family.equals("opus") && version >= 406) return 128_000;
    return family.equals("opus") && version < 405 ? 32_000 : 64_000;
  }

  /// The rules once it is known that the model refuses the `thinking` parameter.
  ModelRules withoutThinking() {
    return new ModelRules(ThinkingOff.NEVER, adaptive, highestEffort, hidesThoughts,
        sampling, prefill, cacheMinimum, maxOutput);
  }
}
