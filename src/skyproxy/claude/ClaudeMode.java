package skyproxy.claude;

import java.util.Locale;

/// How Claude is reached.
public enum ClaudeMode {
  /// By key if there is one, else through the CLI.
  AUTO,
  /// The Messages API with `x-api-key`.
  API_KEY,
  /// The player's CLI makes the calls.
  CLI,
  /// The Messages API with what the player's CLI sent.
  DIRECT;

  /// The word for it in options, `/health` and messages.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The mode of that name, or null.
  public static ClaudeMode parse(String word) {
    for (ClaudeMode mode : values()) {
      if (mode.wireName().equals(word)) return mode;
    }
    return null;
  }
}
