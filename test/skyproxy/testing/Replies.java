package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.json.Json;

/// Requests to ask with, and replies read to their end, with a bound.
public final class Replies {
  private static final Duration STEP = Duration.ofMillis(200);

  private Replies() {}

  /// A reply as it came: all events but signs of life, and the failure if there was one.
  public record Heard(List<Event> events, Failure failure) {

    public String text() {
      return Replies.text(events);
    }

    public List<String> deltas() {
      return events.stream().filter(Event.Text.class::isInstance)
          .map(event -> ((Event.Text) event).delta()).toList();
    }

    public Event.Finish finish() {
      return Replies.finish(events);
    }
  }

  public static ChatRequest request(String body) {
    return ChatRequest.parse((Json.Obj) Json.parse(body), ChatRequest.Caller.UNKNOWN);
  }

  /// A request of one user message, streamed.
  public static ChatRequest says(String model, String text) {
    return request(Json.Obj.builder().put("model", model).put("stream", true)
        .put("messages", new Json.Arr(List.of(
            Json.Obj.builder().put("role", "user").put("content", text).build())))
        .build().toString());
  }

  public static Heard ask(Provider provider, ChatRequest request) {
    try (Reply reply = provider.open(request)) {
      return rest(reply);
    }
  }

  /// The next event that is more than a sign of life, or null at the end.
  public static Event next(Reply reply) {
    long deadline = System.nanoTime() + Os.PATIENCE.toNanos();
    Event event = Event.QUIET;
    while (event instanceof Event.Idle) {
      assertTrue(System.nanoTime() < deadline, "no event in time");
      event = reply.next(STEP);
    }
    return event;
  }

  /// Reads a reply to its end, whatever that is, and leaves it open.
  public static Heard rest(Reply reply) {
    List<Event> events = new ArrayList<>();
    try {
      for (Event event; (event = next(reply)) != null; ) events.add(event);
      return new Heard(events, null);
    } catch (ChatException e) {
      return new Heard(events, e.failure());
    }
  }

  /// Reads a reply to its end, which must be a good one, and closes it.
  public static List<Event> all(Reply reply) {
    try (reply) {
      List<Event> events = new ArrayList<>();
      for (Event event; (event = next(reply)) != null; ) events.add(event);
      return events;
    }
  }

  /// Reads a reply to its end, which must be a failure, and closes it.
  public static Failure failure(Reply reply) {
    return assertThrows(ChatException.class, () -> all(reply)).failure();
  }

  public static String text(Reply reply) {
    return text(all(reply));
  }

  public static String text(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      if (event instanceof Event.Text(var delta)) text.append(delta);
    }
    return text.toString();
  }

  public static Event.Finish finish(List<Event> events) {
    return (Event.Finish) events.getLast();
  }

  /// Waits until something is so.
  public static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Os.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
