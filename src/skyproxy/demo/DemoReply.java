package skyproxy.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.regex.Pattern;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Message;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.speech.OutputLimit;

/// One line of the demo under way: a word, a pause, a word.
final class DemoReply implements Reply {
  private static final Pattern WORD = Pattern.compile("\\S+\\s*");

  private final ArrayDeque<Event> left = new ArrayDeque<>();
  private final long pause;
  private long due = System.nanoTime();

  DemoReply(ChatRequest request, String text, Duration pause) {
    this.pause = pause.toNanos();
    OutputLimit limit = new OutputLimit(request.stop(), request.maxTokens());
    WORD.matcher(text).results().map(word -> limit.feed(word.group())).forEach(this::say);
    say(limit.end());
    long prompt = 0;
    for (Message message : request.messages()) prompt += OutputLimit.tokens(message.text());
    left.add(new Event.Finish(limit.reason() == null ? FinishReason.STOP : limit.reason(),
        new Usage(Math.max(prompt, 1), limit.tokens(), 0, 0)));
  }

  private void say(String words) {
    if (!words.isEmpty()) left.add(new Event.Text(words));
  }

  @Override
  public Event next(Duration patience) {
    if (left.isEmpty()) return null;
    long wait = due - System.nanoTime();
    boolean ready = wait <= patience.toNanos();
    try {
      Thread.sleep(Duration.ofNanos(Math.max(0, ready ? wait : patience.toNanos())));
    } catch (InterruptedException stopped) {
      throw ChatException.stopping(stopped);
    }
    if (!ready) return Event.QUIET;
    Event event = left.poll();
    due = System.nanoTime() + (left.peek() instanceof Event.Text ? pause : 0);
    return event;
  }

  @Override
  public void close() {
    left.clear();
  }
}
