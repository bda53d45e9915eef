package skyproxy.codex;

import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;

/// Reads what `codex exec --json` prints, one object a line. Pure. One instance a reply.
///
/// There are no deltas: a message comes whole. Several may come, and the last is the answer, so
/// it is given when the turn is over. An item of the type `error` is a warning; an `error` line
/// may be about a call that is tried again; only `turn.failed` is final.
final class ExecDecoder {
  private final OutputLimit limit;
  private final CodexFailures failures;
  private String answer = "";
  private boolean byHttp;
  private boolean ended;

  ExecDecoder(OutputLimit limit, CodexFailures failures) {
    this.limit = limit;
    this.failures = failures;
  }

  boolean ended() {
    return ended;
  }

  /// Takes one line.
  ///
  /// @throws ChatException when the turn failed, or is sure to
  void decode(Json.Obj line, Consumer<Event> out) {
    if (ended) return;
    Cursor root = Cursor.of(line);
    try {
      switch (root.at("type").stringOr("")) {
        case "item.completed" -> item(root.at("item"), out);
        case "turn.completed" -> {
          Cursor usage = root.at("usage");
          finish(FinishReason.STOP, new Usage(usage.at("input_tokens").integerOr(0),
              usage.at("output_tokens").integerOr(0), usage.at("cached_input_tokens").integerOr(0),
              usage.at("reasoning_output_tokens").integerOr(0)), out);
        }
        case "turn.failed" -> failed(root.at("error").at("message").stringOr(""), out);
        case "error" -> retried(root.at("message").stringOr(""));
        default -> out.accept(Event.PULSE);
      }
    } catch (Cursor.Mismatch odd) {
      throw new ChatException(new Failure.Garbled(
          "Codex said something that this proxy does not understand (" + odd.getMessage()
              + "). Update Codex or the proxy."), odd);
    }
  }

  private void item(Cursor item, Consumer<Event> out) {
    out.accept(Event.PULSE);
    switch (item.at("type").stringOr("")) {
      case "agent_message" -> answer = item.at("text").stringOr("");
      case "reasoning" -> out.accept(new Event.Reasoning(item.at("text").stringOr("")));
      default -> { }
    }
  }

  private void retried(String message) {
    Failure failure = failures.ofWords(message);
    boolean hopeless = CodexFailures.settled(failure) || message.startsWith("Reconnecting")
        && (CodexFailures.status(message) >= 400 || byHttp && CodexFailures.tries(message) > 1);
    byHttp |= CodexFailures.tries(message) == 1;
    if (hopeless) throw new ChatException(failure);
  }

  private void failed(String message, Consumer<Event> out) {
    boolean full = message.contains("reason: max_output_tokens");
    if (!full) throw new ChatException(failures.ofWords(message));
    finish(FinishReason.LENGTH, Usage.NONE, out);
  }

  private void finish(FinishReason reason, Usage usage, Consumer<Event> out) {
    ended = true;
    String text = limit.feed(answer);
    text += limit.end();
    if (!text.isEmpty()) out.accept(new Event.Text(text));
    out.accept(new Event.Finish(limit.reason() == null ? reason : limit.reason(), usage));
  }
}
