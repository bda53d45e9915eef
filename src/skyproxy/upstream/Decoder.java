package skyproxy.upstream;

import java.net.http.HttpHeaders;
import java.util.function.Consumer;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Usage;
import skyproxy.sse.SseEvent;

/// Reads one upstream's reply. Pure: no I/O, no clock. One instance a reply, one thread.
///
/// Any method may throw a `ChatException` when what came makes no sense or is an error.
public interface Decoder {

  /// The head of an answer, whatever its status.
  default void begin(HttpHeaders headers) {}

  /// The tokens that were counted so far and no event has told of.
  default Usage untold() {
    return Usage.NONE;
  }

  /// One event of a `text/event-stream`.
  void decode(SseEvent event, Consumer<Event> out);

  /// The event that a stream ended in, which may be cut off: whoever can tell that it is not may
  /// take it.
  default void unfinished(SseEvent event, Consumer<Event> out) {}

  /// Has somebody told of each event that [#end] will give at last, for a client that wants no
  /// stream where the server streams all the same.
  default void onKept(Consumer<Event> heard) {}

  /// A whole body that is not a stream, with a status of success.
  void decodeWhole(byte[] body, Consumer<Event> out);

  /// Whether the reply has said its last word, however long its stream stays open.
  default boolean complete() {
    return false;
  }

  /// The stream is over, or [#complete]. A decoder that has not seen its last event throws.
  void end(Consumer<Event> out);

  /// What an answer without success means.
  Failure failure(int status, HttpHeaders headers, byte[] body);
}
