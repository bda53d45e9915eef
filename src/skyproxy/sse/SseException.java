package skyproxy.sse;

/// Says that a stream holds an event too large to be kept in memory.
public final class SseException extends RuntimeException {

  SseException(String message) {
    super(message);
  }
}
