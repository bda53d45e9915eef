package skyproxy.chat;

import skyproxy.json.Json;

/// The state of a provider.
///
/// @param state whether it can answer now
/// @param message what is wrong and what to do about it, in a player's words; null when nothing is
/// @param details this provider's object in `/health`; never a credential
public record Health(State state, String message, Json.Obj details) {

  /// The states, by when an answer can be had.
  public enum State {
    /// Yes.
    READY,
    /// A moment after somebody asks: what answers is not kept ready as long as nobody does.
    ASLEEP,
    /// Soon, and by itself.
    WARMING,
    /// Not before somebody does something.
    UNAVAILABLE
  }

  /// Whether a request may come now.
  public boolean ready() {
    return state == State.READY || state == State.ASLEEP;
  }
}
