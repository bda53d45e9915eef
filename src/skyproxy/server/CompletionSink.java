package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.speech.PieceFilter;

/// Gathers a reply and sends it whole, as one `chat.completion`.
/// https://platform.openai.com/docs/api-reference/chat/object
final class CompletionSink implements Sink {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final class Call {
    final String id;
    final String name;
    final StringBuilder arguments = new StringBuilder();

    Call(String id, String name) {
      this.id = id;
      this.name = name;
    }
  }

  private final HttpExchange exchange;
  private final ReplyInfo info;
  private final boolean finishes;
  private final StringBuilder content = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final SequencedMap<Integer, Call> calls = new TreeMap<>();
  private Event.Finish finish;
  private Chunk whole;

  /// @param finishes whether an answer that breaks off may be cut behind a sentence
  CompletionSink(HttpExchange exchange, ReplyInfo info, boolean finishes) {
    this.finishes = finishes;
    this.exchange = exchange;
    this.info = info;
  }

  @Override
  public Duration patience() {
    return PATIENCE;
  }

  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.Text(var delta) -> content.append(delta);
      case Event.Reasoning(var delta) -> reasoning.append(delta);
      case Event.ToolCall(var index, var id, var name) -> calls.put(index, new Call(id, name));
      case Event.ToolArguments(var index, var delta) -> calls.get(index).arguments.append(delta);
      case Event.Finish last -> finish = last;
      case Chunk chunk -> whole = chunk;
      case Event.Idle _ -> { }
    }
  }

  /// The client has nothing before the end.
  @Override
  public void flush() {}

  @Override
  public void end() throws IOException {
    JsonAnswer.send(exchange, 200,
        whole != null ? whole.completed(head().build()).json() : completion().toString());
  }

  /// What every completion begins with.
  private Json.Obj.Builder head() {
    return Json.Obj.builder()
        .put("id", info.id())
        .put("object", "chat.completion")
        .put("created", info.created())
        .put("model", info.model().get());
  }

  private Json.Obj completion() {
    Json.Obj.Builder message = Json.Obj.builder().put("role", "assistant");
    boolean onlyCalls = content.isEmpty() && !calls.isEmpty();
    message.put("content", onlyCalls ? Json.NULL : new Json.Str(content.toString()));
    if (!reasoning.isEmpty()) message.put("reasoning_content", reasoning.toString());
    if (!calls.isEmpty()) {
      message.put("tool_calls", new Json.Arr(calls.values().stream().map(CompletionSink::call)
          .toList()));
    }
    Json.Obj choice = Json.Obj.builder().put("index", 0).put("message", message.build())
        .putNull("logprobs").put("finish_reason", finish.reason().wireName()).build();
    Json.Obj.Builder whole = head().put("choices", new Json.Arr(List.of(choice)));
    if (!finish.usage().equals(Usage.NONE)) whole.put("usage", UsageJson.of(finish.usage()));
    return whole.build();
  }

  private static Json call(Call call) {
    return Json.Obj.builder().put("id", call.id).put("type", "function")
        .put("function", Json.Obj.builder().put("name", call.name)
            .put("arguments", call.arguments.toString()).build())
        .build();
  }

  @Override
  public boolean cutShort(List<Event> unsent) throws IOException {
    if (!finishes) return false;
    unsent.forEach(this::accept);
    String said = calls.isEmpty() ? PieceFilter.wholeSentences(content.toString()) : null;
    if (said == null) return false;
    content.setLength(0);
    content.append(said);
    finish = new Event.Finish(FinishReason.STOP, Usage.NONE);
    end();
    return true;
  }

  @Override
  public void fail(ErrorBody error) throws IOException {
    error.send(exchange);
  }
}
