package skyproxy.codex;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;

/// Reads the notifications of one turn. Pure: no I/O, no clock. One instance a reply, one thread.
///
/// Codex repeats a broken call by itself and then sends the answer from its start in a new item,
/// over WebSocket without a word about it. What was said already is recognised and skipped; an
/// answer that comes out different the second time can't be mended and ends the reply.
final class AppServerDecoder {
  private final OutputLimit limit;
  private final LongSupplier promptTokens;
  private final Function<Json.Obj, Failure> failures;
  private final StringBuilder item = new StringBuilder();
  private final Set<String> comments = new HashSet<>();
  private String itemId;
  private String before = "";
  private int skipped;
  private boolean saidAnItem;
  private boolean byHttp;
  private boolean ended;
  private Usage usage = Usage.NONE;

  /// @param promptTokens estimates the size of the prompt, asked for when a reply is cut
  /// @param failures what an error means
  AppServerDecoder(OutputLimit limit, LongSupplier promptTokens,
      Function<Json.Obj, Failure> failures) {
    this.limit = limit;
    this.promptTokens = promptTokens;
    this.failures = failures;
  }

  /// Whether the last event was given.
  boolean ended() {
    return ended;
  }

  /// Takes one notification.
  ///
  /// @throws ChatException when the turn failed, or is sure to
  void decode(Json.Obj notification, Consumer<Event> out) {
    if (ended) return;
    Cursor root = Cursor.of(notification);
    Cursor params = root.at("params");
    try {
      switch (root.at("method").stringOr("")) {
        case "item/started" -> started(params.at("item"), out);
        case "item/agentMessage/delta" -> delta(params, out);
        case "item/completed" -> completed(params.at("item"), out);
        case "item/reasoning/summaryTextDelta", "item/reasoning/textDelta" ->
            out.accept(new Event.Reasoning(params.at("delta").string()));
        case "item/reasoning/summaryPartAdded" -> {
          if (params.at("summaryIndex").integerOr(0) > 0) out.accept(new Event.Reasoning("\n\n"));
        }
        case "thread/tokenUsage/updated" -> add(params.at("tokenUsage").at("last"));
        case "error" -> error(params);
        case "warning" -> { }
        case "turn/completed" -> turnCompleted(params.at("turn"), out);
        default -> out.accept(Event.PULSE);
      }
    } catch (Cursor.Mismatch odd) {
      throw new ChatException(new Failure.Garbled(
          "Codex said something that this proxy does not understand (" + odd.getMessage()
              + "). Update Codex or the proxy."), odd);
    }
  }

  private void started(Cursor at, Consumer<Event> out) {
    out.accept(Event.PULSE);
    if (!at.at("type").stringOr("").equals("agentMessage")) return;
    String id = at.at("id").stringOr("");
    if (at.at("phase").stringOr("").equals("commentary")) comments.add(id);
    else begin(id, out);
  }

  private void begin(String id, Consumer<Event> out) {
    if (itemId != null) {
      if (before.length() < item.length()) before = item.toString();
    } else if (saidAnItem) {
      say("\n\n", out);
    }
    itemId = id;
    item.setLength(0);
    skipped = 0;
  }

  private void delta(Cursor params, Consumer<Event> out) {
    if (itemId != null && params.at("itemId").stringOr("").equals(itemId)) {
      take(params.at("delta").string(), out);
    } else {
      out.accept(Event.PULSE);
    }
  }

  private void completed(Cursor at, Consumer<Event> out) {
    out.accept(Event.PULSE);
    if (!at.at("type").stringOr("").equals("agentMessage")) return;
    String id = at.at("id").stringOr("");
    if (comments.contains(id)) return;
    if (!id.equals(itemId)) begin(id, out);
    String whole = at.at("text").stringOr("");
    if (whole.length() > item.length() && whole.startsWith(item.toString())) {
      take(whole.substring(item.length()), out);
    }
    if (skipped < before.length()) throw different();
    saidAnItem |= !item.isEmpty();
    itemId = null;
    before = "";
  }

  /// Takes a piece of the current item and leaves out what an earlier try has said.
  private void take(String delta, Consumer<Event> out) {
    item.append(delta);
    int same = Math.min(delta.length(), before.length() - skipped);
    if (!before.startsWith(delta.substring(0, same), skipped)) throw different();
    skipped += same;
    if (same < delta.length()) say(delta.substring(same), out);
    else out.accept(Event.PULSE);
  }

  private static ChatException different() {
    return new ChatException(new Failure.Garbled("The connection of Codex broke off in the middle "
        + "of the answer, and the second try came out different. Try again."));
  }

  private void say(String text, Consumer<Event> out) {
    String spoken = limit.feed(text);
    if (!spoken.isEmpty()) out.accept(new Event.Text(spoken));
    if (limit.reason() != null) finish(limit.reason(), estimate(), out);
  }

  /// The usage of a reply that we cut, which is never reported.
  private Usage estimate() {
    return new Usage(usage.prompt() + promptTokens.getAsLong(),
        usage.completion() + limit.tokens(), usage.cached(), usage.reasoning());
  }

  private void finish(FinishReason reason, Usage cost, Consumer<Event> out) {
    ended = true;
    out.accept(new Event.Finish(reason, cost));
  }

  private void add(Cursor last) {
    usage = new Usage(usage.prompt() + last.at("inputTokens").integerOr(0),
        usage.completion() + last.at("outputTokens").integerOr(0),
        usage.cached() + last.at("cachedInputTokens").integerOr(0),
        usage.reasoning() + last.at("reasoningOutputTokens").integerOr(0));
  }

  /// Takes the report of a retry. It is no sign of life: retries take Codex half a minute, and the
  /// game's patience.
  ///
  /// A fact that no retry changes (a spent limit, an empty purse) ends the reply whatever Codex
  /// says that it will do: it may wait for minutes then, in silence. A refusal ends it too, since
  /// Codex reports it only after several tries of its own. So does a lost connection: over HTTPS
  /// one retry is allowed, more once the answer has begun. Over WebSocket all retries are allowed
  /// (Codex reports them from the second on), because it then falls back to HTTPS, which may get
  /// through. Without any network neither does.
  private void error(Cursor params) {
    if (!params.at("error").isObject()) return;
    Json.Obj error = params.at("error").object();
    Failure failure = failures.apply(error);
    if (CodexFailures.settled(failure)) throw new ChatException(failure);
    if (!params.at("willRetry").boolOr(false)) return;
    int status = CodexFailures.status(error);
    int tried = CodexFailures.tries(params.at("error").at("message").stringOr(""));
    byHttp |= tried == 1;
    boolean said = saidAnItem || !item.isEmpty() || !before.isEmpty();
    boolean vain = tried > 1 && (byHttp || CodexFailures.offline(error));
    if (!said && (status >= 400 || vain)) throw new ChatException(failure);
  }

  private void turnCompleted(Cursor turn, Consumer<Event> out) {
    switch (turn.at("status").stringOr("")) {
      case "completed" -> close(FinishReason.STOP, out);
      case "failed" -> failed(turn.at("error"), out);
      default -> throw new ChatException(new Failure.Garbled(
          "Codex ended the answer before it was complete. Try again."));
    }
  }

  private void failed(Cursor error, Consumer<Event> out) {
    String message = error.at("message").stringOr("");
    if (message.contains("reason: max_output_tokens")) {
      close(FinishReason.LENGTH, out);
    } else if (message.contains("reason: content_filter")) {
      close(FinishReason.CONTENT_FILTER, out);
    } else {
      throw new ChatException(failures.apply(
          error.isObject() ? error.object() : Json.Obj.builder().build()));
    }
  }

  private void close(FinishReason reason, Consumer<Event> out) {
    String rest = limit.end();
    if (!rest.isEmpty()) out.accept(new Event.Text(rest));
    finish(limit.reason() == null ? reason : limit.reason(), usage, out);
  }
}
