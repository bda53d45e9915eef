package skyproxy.claude.messages;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.sse.SseEvent;
import skyproxy.upstream.Decoder;
import skyproxy.upstream.RetryAfter;

/// Reads the events of the Messages API, which the CLI's stream-json wraps one to one.
/// https://docs.claude.com/en/docs/build-with-claude/streaming
///
/// Events, blocks and deltas of kinds that we do not know say nothing to us and are passed over,
/// as that page asks for.
public final class ClaudeDecoder implements Decoder {

  /// A tool call under way: its place among the calls of this reply, and what it was called with
  /// if no piece of its arguments comes.
  private static final class Call {
    private final int index;
    private final String input;
    private boolean argued;

    private Call(int index, String input) {
      this.index = index;
      this.input = input;
    }
  }

  private final ClaudeFailures failures;
  private final Consumer<HttpHeaders> head;
  private final Map<Long, Call> open = new HashMap<>();
  private int calls;
  private long input;
  private long cacheRead;
  private long cacheWritten;
  private long writtenForHour;
  private long output;
  private long thought;
  private String stopReason;
  private boolean finished;

  /// @param mode for the advice in messages
  /// @param model what was asked for
  public ClaudeDecoder(ClaudeMode mode, String model) {
    this(mode, model, _ -> { });
  }

  /// @param head is given the headers of the answer
  public ClaudeDecoder(ClaudeMode mode, String model, Consumer<HttpHeaders> head) {
    failures = new ClaudeFailures(mode, model);
    this.head = head;
  }

  @Override
  public void begin(HttpHeaders headers) {
    head.accept(headers);
  }

  @Override
  public void decode(SseEvent event, Consumer<Event> out) {
    decode(object(event.data()), out);
  }

  /// Takes one of Anthropic's events, wherever it comes from.
  public void decode(Json.Obj event, Consumer<Event> out) {
    if (finished) return;
    try {
      read(Cursor.of(event), out);
    } catch (Cursor.Mismatch wrong) {
      throw garbled(wrong);
    }
  }

  private void read(Cursor event, Consumer<Event> out) {
    switch (event.at("type").string()) {
      case "message_start" -> count(event.at("message").at("usage"));
      case "content_block_start" -> begin(event.at("index").integerOr(0),
          event.at("content_block"), out);
      case "content_block_delta" -> delta(event.at("index").integerOr(0), event.at("delta"), out);
      case "content_block_stop" -> endCall(open.remove(event.at("index").integerOr(0)), out);
      case "message_delta" -> {
        count(event.at("usage"));
        stopReason = event.at("delta").at("stop_reason").stringOr(stopReason);
      }
      case "message_stop" -> finish(out);
      case "error" -> throw new ChatException(failures.event(event.at("error")));
      default -> { }
    }
  }

  private void begin(long block, Cursor content, Consumer<Event> out) {
    switch (content.at("type").string()) {
      case "text" -> say(content.at("text").stringOr(""), out);
      case "thinking" -> think(content.at("thinking").stringOr(""), out);
      case "tool_use" -> {
        Call call = new Call(calls++, input(content.at("input")));
        open.put(block, call);
        out.accept(new Event.ToolCall(call.index, content.at("id").string(),
            content.at("name").string()));
      }
      default -> { }
    }
  }

  private void delta(long block, Cursor delta, Consumer<Event> out) {
    switch (delta.at("type").string()) {
      case "text_delta" -> say(delta.at("text").string(), out);
      case "thinking_delta" -> think(delta.at("thinking").string(), out);
      case "input_json_delta" -> {
        Call call = open.get(block); // null: the input of a tool that Anthropic itself runs
        String piece = delta.at("partial_json").string();
        if (call == null || piece.isEmpty()) return;
        call.argued = true;
        out.accept(new Event.ToolArguments(call.index, piece));
      }
      default -> { }
    }
  }

  /// A call without arguments comes without a piece of them; OpenAI's clients parse `{}`.
  private static void endCall(Call call, Consumer<Event> out) {
    if (call == null || call.argued) return;
    out.accept(new Event.ToolArguments(call.index, call.input));
  }

  private static String input(Cursor at) {
    return at.isObject() ? at.json().toString() : "{}";
  }

  private static void say(String text, Consumer<Event> out) {
    if (!text.isEmpty()) out.accept(new Event.Text(text));
  }

  private static void think(String text, Consumer<Event> out) {
    if (!text.isEmpty()) out.accept(new Event.Reasoning(text));
  }

  /// Counts are running totals, reported in part at the start and again at the end.
  private void count(Cursor usage) {
    input = Math.max(input, usage.at("input_tokens").integerOr(0));
    cacheRead = Math.max(cacheRead, usage.at("cache_read_input_tokens").integerOr(0));
    cacheWritten = Math.max(cacheWritten, usage.at("cache_creation_input_tokens").integerOr(0));
    writtenForHour = Math.max(writtenForHour,
        usage.at("cache_creation").at("ephemeral_1h_input_tokens").integerOr(0));
    output = Math.max(output, usage.at("output_tokens").integerOr(0));
    thought = Math.max(thought,
        usage.at("output_tokens_details").at("thinking_tokens").integerOr(0));
  }

  /// The counts that the events have reported so far, for who ends a reply early.
  public Usage usage() {
    return new Usage(input + cacheRead + cacheWritten, output, cacheRead, thought, cacheWritten,
        Math.min(writtenForHour, cacheWritten), null);
  }

  @Override
  public Usage untold() {
    return finished ? Usage.NONE : usage();
  }

  private void finish(Consumer<Event> out) {
    finished = true;
    out.accept(new Event.Finish(reason(stopReason), usage()));
  }

  private static FinishReason reason(String stop) {
    return switch (stop) {
      case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
      case "tool_use" -> FinishReason.TOOL_CALLS;
      case "refusal" -> FinishReason.CONTENT_FILTER;
      case null, default -> FinishReason.STOP;
    };
  }

  @Override
  public void decodeWhole(byte[] body, Consumer<Event> out) {
    try {
      Cursor message = Cursor.of(object(new String(body, UTF_8)));
      if (message.at("type").stringOr("").equals("error")) {
        throw new ChatException(failures.event(message.at("error")));
      }
      long block = 0;
      for (Cursor content : message.at("content").array()) {
        begin(block, content, out);
        endCall(open.remove(block++), out);
      }
      count(message.at("usage"));
      stopReason = message.at("stop_reason").stringOr(null);
      finish(out);
    } catch (Cursor.Mismatch wrong) {
      throw garbled(wrong);
    }
  }

  /// A stream that said why it stopped was whole, though its very last event is missing.
  @Override
  public void end(Consumer<Event> out) {
    if (finished) return;
    if (stopReason == null) {
      throw new ChatException(new Failure.Garbled(
          "Claude's answer broke off in the middle. Try again."));
    }
    finish(out);
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, byte[] body) {
    Instant now = Instant.now();
    Duration wait = RetryAfter.of(headers, now);
    return failures.status(status, body,
        wait == null && status == 429 ? reset(headers, now) : wait);
  }

  /// A plan's limit comes without `retry-after`, but with the second in which it ends.
  private static Duration reset(HttpHeaders headers, Instant now) {
    String second = headers.firstValue("anthropic-ratelimit-unified-reset").orElse("").strip();
    if (!second.matches("\\d{9,11}")) return null;
    Duration left = Duration.between(now, Instant.ofEpochSecond(Long.parseLong(second)));
    return left.isPositive() ? left : null;
  }

  private static Json.Obj object(String text) {
    try {
      if (Json.parse(text) instanceof Json.Obj object) return object;
      throw garbled(null);
    } catch (JsonException wrong) {
      throw garbled(wrong);
    }
  }

  private static ChatException garbled(Throwable cause) {
    return new ChatException(new Failure.Garbled(
        "Claude sent something that is not an event of its API. Try again."), cause);
  }
}
