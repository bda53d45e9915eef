package skyproxy.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Message;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;

/// One line of the demo under way: a word, a pause, a word. A word counts as one token.
final class DemoReply implements Reply {
  private static final Pattern WORD = Pattern.compile("\\S+\\s*");
  private static final int CHARACTERS_PER_TOKEN = 4;

  private final ArrayDeque<Event> left = new ArrayDeque<>();
  private final long pause;
  private long due = System.nanoTime();

  DemoReply(ChatRequest request, String text, Duration pause) {
    this.pause = pause.toNanos();
    String said = text;
    for (String stop : request.stop()) {
      int at = said.indexOf(stop);
      if (at >= 0) said = said.substring(0, at);
    }
    int most = request.maxTokens() == null ? Integer.MAX_VALUE : request.maxTokens();
    WORD.matcher(said).results().map(MatchResult::group).limit(most)
        .forEach(word -> left.add(new Event.Text(word)));
    long words = WORD.matcher(said).results().count();
    left.add(new Event.Finish(words > most ? FinishReason.LENGTH : FinishReason.STOP,
        new Usage(promptTokens(request), left.size(), 0, 0)));
  }

  private static long promptTokens(ChatRequest request) {
    long characters = 0;
    for (Message message : request.messages()) characters += message.text().length();
    return characters / CHARACTERS_PER_TOKEN + 1;
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
