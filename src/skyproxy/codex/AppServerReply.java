package skyproxy.codex;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;
import skyproxy.upstream.JsonLines.Line;
import skyproxy.upstream.UnsupportedParameters;

/// A reply through the app-server, from the wait for a thread to the end of its turn.
///
/// The server's reader thread fills a queue, [#next] empties it. As long as nothing was said, a
/// reply that fails for a parameter which the upstream does not take is asked for once more.
final class AppServerReply implements Reply {
  private final ChatRequest request;
  private final CodexState.Running codex;
  private final UnsupportedParameters unsupported;
  private final Consumer<Failure> outcome;
  /// More lines than any answer has; they wait for a game that does not read.
  private static final int MOST = 100_000;

  private final CodexFailures failures;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private LinkedBlockingQueue<Line> mailbox = new LinkedBlockingQueue<>(MOST);
  private AppServerDecoder decoder;
  private WarmThreads.Wanted wanted;
  private AppServerThread thread;
  private Duration queued = Duration.ZERO;
  private boolean asked;
  private boolean spoke;
  private boolean again;
  private boolean closed;

  /// @param outcome hears how the turn ended: null for well
  AppServerReply(ChatRequest request, CodexState.Running codex, UnsupportedParameters unsupported,
      CodexFailures failures, Consumer<Failure> outcome) {
    this.request = request;
    this.codex = codex;
    this.unsupported = unsupported;
    this.failures = failures;
    this.outcome = outcome;
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Event event = events.poll();
        if (event != null) return event;
        if (decoder != null && decoder.ended()) return null;
        if (!asked) ask();
        long left = Math.max(deadline - System.nanoTime(), 0);
        switch (mailbox.poll(left, TimeUnit.NANOSECONDS)) {
          case null -> {
            return Event.QUIET;
          }
          case Line.Message(var message) -> hear(message);
          case Line.End _ -> throw stopped();
        }
      }
    } catch (InterruptedException interrupted) {
      throw ChatException.stopping(interrupted);
    } catch (ChatException failed) {
      outcome.accept(failed.failure());
      throw failed;
    }
  }

  private void ask() {
    asked = true;
    CodexEncoder encoder = new CodexEncoder(request,
        unsupported.of(request.model()).contains(CodexConfig.SCHEMA));
    List<Json> items = encoder.items();
    Json.Obj turn = encoder.turn(codex.models().effortsOf(request.model()));
    decoder = new AppServerDecoder(new OutputLimit(request.stop(), request.maxTokens()),
        encoder::promptTokens, failures::of);
    LinkedBlockingQueue<Line> box = mailbox;
    if (wanted != null) queued = queued();
    wanted = codex.threads().take(request.purpose(), request.model(),
        given -> begin(given, items, turn, box), box::add);
  }

  @Override
  public Duration queued() {
    return wanted == null ? queued : queued.plus(wanted.waited());
  }

  /// A thread may come after nobody wants it any more.
  private synchronized void begin(AppServerThread given, List<Json> items, Json.Obj turn,
      LinkedBlockingQueue<Line> box) {
    if (closed) {
      given.close();
    } else {
      thread = given;
      given.begin(items, turn, line -> post(line, box));
    }
  }

  /// Never waits: this reader has other replies to serve.
  private static void post(Line line, LinkedBlockingQueue<Line> box) {
    if (box.offer(line)) return;
    box.clear();
    box.add(new Line.End());
  }

  private ChatException stopped() {
    return new ChatException(new Failure.Unreachable("Codex stopped "
        + (spoke ? "in the middle of its answer" : "before it answered")
        + ". The proxy starts it anew by itself: try again.", !spoke));
  }

  private void hear(Json.Obj message) {
    if (message.get("error") != null && message.get("method") == null) {
      fail(refusal(message));
    } else {
      try {
        decoder.decode(message, this::give);
      } catch (ChatException failed) {
        fail(failed.failure());
      }
    }
  }

  private void give(Event event) {
    spoke |= event instanceof Event.Text || event instanceof Event.Reasoning;
    if (event instanceof Event.Finish) outcome.accept(null);
    events.add(event);
  }

  private Failure refusal(Json.Obj answer) {
    Cursor error = Cursor.of(answer).at("error");
    if (!error.at("data").at("input_error_code").isMissing()) {
      return new Failure.TooLong(400, "The last message is too long for Codex. Shorten it.",
          "messages", "context_length_exceeded", null, null);
    }
    Cursor words = error.at("message");
    return failures.ofWords(words.isString() ? words.string() : "it refused the request.");
  }

  private boolean learns(Failure failure) {
    String name = CodexFailures.unsupported(failure);
    if (name == null) return false;
    boolean ofModel = name.equals(CodexConfig.SCHEMA);
    return unsupported.add(ofModel ? request.model() : CodexConfig.ANY_MODEL, name);
  }

  private void fail(Failure failure) {
    if (spoke || again || !learns(failure)) {
      throw new ChatException(failure);
    }
    again = true;
    asked = false;
    decoder = null;
    events.clear();
    mailbox = new LinkedBlockingQueue<>(MOST);
    if (thread != null) thread.close();
    codex.threads().discard();
  }

  @Override
  public synchronized void close() {
    closed = true;
    events.clear();
    if (wanted != null) wanted.leave();
    if (thread != null) thread.close();
  }
}
