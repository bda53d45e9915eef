package skyproxy.sse;

import java.util.Objects;

/// One event of a stream: its type (`message` if the stream gave none), its data, its lines joined
/// by LF, and the last id the stream has set so far (empty if none).
public record SseEvent(String type, String data, String id) {

  /// Refuses nulls.
  public SseEvent {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(id, "id");
  }
}
