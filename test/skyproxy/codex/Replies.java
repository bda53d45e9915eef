package skyproxy.codex;

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

/// Asks and waits, with a bound, for tests.
final class Replies {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(200);

  private Replies() {}

  /// A reply as it came: the texts, all events, and the failure if there was one.
  record Heard(List<Event> events, Failure failure) {
    String text() {
      StringBuilder text = new StringBuilder();
      for (Event event : events) {
        if (event instanceof Event.Text(var delta)) text.append(delta);
      }
      return text.toString();
    }

    List<String> deltas() {
      return events.stream().filter(Event.Text.class::isInstance)
          .map(event -> ((Event.Text) event).delta()).toList();
    }

    Event.Finish finish() {
      return (Event.Finish) events.getLast();
    }
  }

  static ChatRequest request(String body) {
    return ChatRequest.parse((Json.Obj) Json.parse(body), ChatRequest.Caller.UNKNOWN);
  }

  /// A request of one user message.
  static ChatRequest says(String text) {
    return request("{\"model\":\"gpt-5.5\",\"messages\":[{\"role\":\"user\",\"content\":"
        + new Json.Str(text) + "}]}");
  }

  static Heard ask(Provider provider, ChatRequest request) {
    try (Reply reply = provider.open(request)) {
      return rest(reply);
    }
  }

  static Heard ask(Provider provider, String text) {
    return ask(provider, says(text));
  }

  /// Reads a reply to its end.
  static Heard rest(Reply reply) {
    List<Event> events = new ArrayList<>();
    long deadline = System.nanoTime() + BOUND.toNanos();
    try {
      for (Event event; (event = reply.next(STEP)) != null; ) {
        assertTrue(System.nanoTime() < deadline, "no end in time; so far: " + events);
        if (!(event instanceof Event.Idle)) events.add(event);
      }
      return new Heard(events, null);
    } catch (ChatException e) {
      return new Heard(events, e.failure());
    }
  }

  /// The next event that is more than a sign of life.
  static Event next(Reply reply) {
    long deadline = System.nanoTime() + BOUND.toNanos();
    Event event = Event.QUIET;
    while (event instanceof Event.Idle) {
      assertTrue(System.nanoTime() < deadline, "no event in time");
      event = reply.next(STEP);
    }
    return event;
  }

  /// Waits until something is so.
  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + BOUND.toNanos();
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
