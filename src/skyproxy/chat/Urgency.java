package skyproxy.chat;

import java.util.Locale;

/// The classes in which requests queue, most urgent first: by what the player waits for.
public enum Urgency {
  /// What somebody says: the player hears the pause.
  DIALOGUE,
  /// What a line waits for, or goes with it.
  LINE,
  /// Whatever belongs to no other class.
  USUAL,
  /// What nobody waits for.
  BACKGROUND;

  /// How it is called in `/stats`.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
