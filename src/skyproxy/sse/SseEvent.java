package skyproxy.sse;

import java.util.Objects;

/// One event of a stream: its type (`message` if the stream gave none) and its data, its lines
/// joined by LF.
public record SseEvent(String type, String data) {

  /// Refuses nulls.
  public SseEvent {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(data, "data");
  }
}
