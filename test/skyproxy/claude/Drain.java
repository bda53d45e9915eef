package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.json.Json;

/// Requests to ask with, and replies read to their end.
final class Drain {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Drain() {}

  /// A user's single line.
  static ChatRequest request(String model) {
    return parse("{\"model\":\"" + model + "\",\"stream\":true,"
        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hail!\"}]}");
  }

  static ChatRequest parse(String body) {
    return ChatRequest.parse((Json.Obj) Json.parse(body), ChatRequest.Caller.UNKNOWN);
  }

  /// The next event that is one; fails when none comes.
  static Event next(Reply reply) {
    Event event;
    do {
      event = reply.next(PATIENCE);
      assertTrue(event != Event.QUIET, "nothing came");
    } while (event == Event.PULSE);
    return event;
  }

  static List<Event> all(Reply reply) {
    try (reply) {
      List<Event> events = new ArrayList<>();
      for (Event event; (event = next(reply)) != null; ) events.add(event);
      return events;
    }
  }

  static String text(Reply reply) {
    StringBuilder text = new StringBuilder();
    for (Event event : all(reply)) {
      if (event instanceof Event.Text(var delta)) text.append(delta);
    }
    return text.toString();
  }

  static Failure failure(Reply reply) {
    return assertThrows(ChatException.class, () -> all(reply)).failure();
  }
}
