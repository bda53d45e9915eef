package skyproxy.chat;

import java.time.Duration;

/// An answer under way. One thread reads it and closes it.
public interface Reply extends AutoCloseable {

  /// The next event, [Event#QUIET] when none came within `patience`, null after the last one.
  ///
  /// @throws ChatException when the reply can't go on; it need then only be closed
  Event next(Duration patience);

  /// How long it waited so far for a place of which the upstream has too few.
  default Duration queued() {
    return Duration.ZERO;
  }

  /// The tokens that the upstream has counted and no event tells of, such as those of a reply that
  /// ended early, or of a try before.
  default Usage untold() {
    return Usage.NONE;
  }

  /// Ends the reply, wherever it is: the upstream is told or cut off, nothing stays behind.
  /// Any number of times; never throws.
  @Override
  void close();
}
