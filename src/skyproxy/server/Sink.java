package skyproxy.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import skyproxy.chat.Event;

/// Writes a reply to the client: as a stream of chunks, or as one completion at the end. Both see
/// the same events.
///
/// One thread. An `IOException` always means that the client has gone.
sealed interface Sink permits ChunkSink, CompletionSink {

  /// How long it can wait for the next event before it wants to do something by itself; after
  /// that it is given [Event#QUIET].
  Duration patience();

  /// Takes an event. What it has to send because of it may wait for [#flush].
  void accept(Event event) throws IOException;

  /// Sends what is ready: no further event is in hand.
  void flush() throws IOException;

  /// The reply is complete.
  void end() throws IOException;

  /// The reply broke off: ends it behind its last whole sentence, if it may be ended so.
  ///
  /// @param unsent what came of it last, for a client that has nothing before the end
  /// @return false when nothing was done, since there is no such sentence
  boolean cutShort(List<Event> unsent) throws IOException;

  /// The reply failed: with its own status as long as nothing has been sent, else in an event.
  void fail(ErrorBody error) throws IOException;
}
