package skyproxy.claude.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Cost;
import skyproxy.chat.EpochSecond;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.claude.messages.ClaudeDecoder;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.speech.OutputLimit;
import skyproxy.upstream.JsonLines.Line;

/// The reply of a CLI process: waits for one, sends it the conversation, and hands on what comes.
///
/// The reply is over when Anthropic's own last event is there. The CLI's turn need not be: to a
/// reply that was cut off by its length, or declined, it would ask for more by itself, three times
/// over, so it is interrupted. It is too when a stop sequence or the number of tokens is reached,
/// which the CLI can't be told, and when the reply is closed before its end. Of a login that pays
/// by the token the end of the CLI's own turn is waited for, since that tells what it cost.
final class CliReply implements Reply {
  /// A process that a player has ended, or that does not know a flag, is replaced this often.
  private static final int TRIES = 4;

  private final CliPool pool;
  private final ChatRequest request;
  private final ClaudeDecoder decoder;
  private final CliFailures failures;
  private final OutputLimit limit;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private CliTurns script;
  private CliLease lease;
  private CliProcess process;
  private Duration queued = Duration.ZERO;
  private int tries = 1;
  private int unheardResults;
  private boolean called;
  private boolean stopKnown;
  private boolean spoke;
  private boolean ended;
  private boolean said;
  private Usage bill = Usage.NONE;
  private String errorKind = "";
  private Instant resets;

  /// @throws ChatException when this mode can't answer the request
  CliReply(CliPool pool, ChatRequest request) {
    this.pool = pool;
    this.request = request;
    script = new CliTurns(request);
    decoder = new ClaudeDecoder(ClaudeMode.CLI, request.model());
    failures = new CliFailures(request.model(), pool.account()::refusal);
    limit = new OutputLimit(request.stop(), request.maxTokens());
    lease = pool.borrow(request.model(), request.purpose());
  }

  @Override
  public Duration queued() {
    return queued.plus(lease.waited());
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Event event = events.poll();
        if (event != null) return event;
        if (ended) return null;
        long left = Math.max(deadline - System.nanoTime(), 0);
        if (process == null) {
          process = lease.await(left);
          if (process == null) return Event.QUIET;
          tell();
        } else {
          switch (process.hear(left)) {
            case null -> {
              return Event.QUIET;
            }
            case Line.Message(var json) -> take(json);
            case Line.End _ when said -> finish(false);
            case Line.End _ -> replaceOrThrow();
          }
        }
      }
    } catch (InterruptedException stopped) {
      throw ChatException.stopping(stopped);
    }
  }

  private void tell() {
    List<Json.Obj> part = script.next();
    part.forEach(process::say);
    if (!script.done()) unheardResults++;
  }

  private void take(Json.Obj line) {
    if (said) {
      settle(line);
      return;
    }
    Cursor at = Cursor.of(line);
    try {
      switch (at.at("type").stringOr("")) {
        case "system" -> called |= script.done() && unheardResults == 0
            && at.at("subtype").stringOr("").equals("init");
        case "stream_event" -> event(at.at("event"));
        case "assistant" -> errorKind = at.at("error").stringOr(errorKind);
        case "rate_limit_event" -> rateLimited(at.at("rate_limit_info"));
        case "result" -> result(at);
        default -> { }
      }
    } catch (Cursor.Mismatch strange) {
      throw new ChatException(new Failure.Garbled("The Claude CLI said something that makes no"
          + " sense. Update it with `claude update`."), strange);
    }
    if (events.isEmpty() && script.done() && !ended) events.add(Event.PULSE);
  }

  private void event(Cursor event) {
    if (unheardResults > 0) throw new ChatException(CliFailures.tooOld("histories"));
    String type = event.at("type").stringOr("");
    if (type.equals("message_delta")) {
      stopKnown |= !event.at("delta").at("stop_reason").isMissing();
    }
    if (type.equals("message_stop") && !stopKnown) return; // broken off; a result will say why
    decoder.decode(event.object(), this::give);
    if (ended) return;
    if (type.equals("message_stop")) {
      pool.answered(process.model());
      said = events.peekLast() instanceof Event.Finish(var reason, _)
          && reason == FinishReason.STOP;
      if (!said || !pool.account().paysByToken()) finish(!said);
    }
  }

  private void give(Event event) {
    if (ended) return;
    switch (event) {
      case Event.Text(var delta) -> text(delta);
      case Event.Finish finish -> {
        say(limit.end());
        events.add(finish);
      }
      case Event.Reasoning _ -> events.add(event);
      case Event.ToolCall _, Event.ToolArguments _, Chunk _, Event.Idle _ -> { }
    }
  }

  private void text(String delta) {
    say(limit.feed(delta));
    if (limit.reason() == null) return;
    Usage reported = decoder.usage();
    events.add(new Event.Finish(limit.reason(), reported.plus(new Usage(
        0, Math.max(0, limit.tokens() - reported.completion()), 0, 0))));
    pool.answered(process.model());
    finish(true);
  }

  private void say(String text) {
    if (text.isEmpty()) return;
    spoke = true;
    events.add(new Event.Text(text));
  }

  private void rateLimited(Cursor info) {
    boolean rejected = info.at("status").stringOr("").equals("rejected");
    Instant told = EpochSecond.of(info.at("resetsAt"));
    if (rejected && told != null) resets = told;
  }

  /// Takes what comes behind the answer: of that the turn's end alone, with what all of it cost.
  private void settle(Json.Obj line) {
    if (!new Json.Str("result").equals(line.get("type"))) return;
    bill = new Usage(0, 0, 0, 0, 0, 0, Cost.told(line.get("total_cost_usd")));
    finish(false);
  }

  /// The end of a turn: of one that only went into the history, or of one that failed.
  private void result(Cursor result) {
    boolean failed = result.at("is_error").boolOr(false);
    if (!failed && unheardResults > 0) {
      unheardResults--;
      tell();
      return;
    }
    String words = result.at("result").stringOr("");
    if (spoke) throw new ChatException(CliFailures.brokenOff(words));
    if (!failed) {
      throw new ChatException(new Failure.Empty(
          "The Claude CLI ended its turn without an answer. Try again.", false));
    }
    Instant now = Instant.now();
    Duration untilReset = resets != null && resets.isAfter(now)
        ? Duration.between(now, resets) : null;
    int status = (int) result.at("api_error_status").integerOr(0);
    throw new ChatException(failures.of(errorKind, status, words, untilReset));
  }

  /// The process is gone. As long as it had not begun its turn nobody was called, and another one
  /// takes its place.
  private void replaceOrThrow() {
    CliProcess gone = process;
    if (!pool.learn(gone) && CliArguments.unknown(gone.stderr()) instanceof String flag) {
      throw new ChatException(CliFailures.tooOld(flag));
    }
    if (!called && tries++ < TRIES) {
      process = null;
      unheardResults = 0;
      script = new CliTurns(request);
      queued = queued();
      lease = pool.borrow(request.model(), request.purpose());
      return;
    }
    throw new ChatException(!called ? CliFailures.endsAtOnce(gone.exitAndWords())
        : new Failure.Garbled("The Claude CLI ended " + (spoke ? "in the middle of its answer"
            : "before it answered") + " (" + gone.exitAndWords() + "). Try again."));
  }

  private void finish(boolean interrupt) {
    ended = true;
    process.end(interrupt);
  }

  @Override
  public Usage untold() {
    return said ? bill : ended ? Usage.NONE : decoder.untold();
  }

  @Override
  public void close() {
    ended = true;
    events.clear();
    lease.close();
    if (process != null) process.end(true);
  }
}
