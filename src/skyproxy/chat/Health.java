package skyproxy.chat;

import skyproxy.json.Json;

/// The state of a provider.
///
/// @param state whether it can answer now
/// @param message what is wrong and what to do about it, in a player's words; null when nothing is
/// @param details this provider's object in `/health`; never a credential
public record Health(State state, String message, Json.Obj details) {

  /// The three states, by when an answer can be had.
  public enum State {
    /// Yes.
    READY,
    /// Soon, and by itself.
    WARMING,
    /// Not before somebody does something.
    UNAVAILABLE
  }

  public boolean ready() {
    return state == State.READY;
  }
}
