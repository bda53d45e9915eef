package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.speech.PieceFilter;
import skyproxy.sse.SseWriter;

/// Streams a reply as `chat.completion.chunk` events.
/// https://platform.openai.com/docs/api-reference/chat-streaming
///
/// The stream is opened by the first event, or when there was none for [#OPEN]. From then on
/// silence is filled with comments: they keep clients patient, and a write is the only way to
/// learn that one has gone. The first write after that still succeeds, so two must fit into the
/// two seconds in which an upstream call has to end.
///
/// Our own deltas are written by hand, since there is one for each token: 0.15 µs, where building
/// the objects and writing them takes a whole one.
final class ChunkSink implements Sink {
  private static final long OPEN = Duration.ofSeconds(3).toNanos();
  private static final long BEAT = Duration.ofMillis(900).toNanos();
  private static final long HOLD = Duration.ofMillis(150).toNanos();

  private final HttpExchange exchange;
  private final ReplyInfo info;
  private final boolean includeUsage;
  private final PieceFilter pieces;
  private Chunk counted;
  private boolean countedAtEnd;
  private SseWriter out;
  private String start;
  private long lastWrite = System.nanoTime();
  private long heldSince;

  /// @param pieces says how much of a text goes on at a time; null for no rule
  ChunkSink(HttpExchange exchange, ReplyInfo info, boolean includeUsage, PieceFilter pieces) {
    this.exchange = exchange;
    this.info = info;
    this.includeUsage = includeUsage;
    this.pieces = pieces;
  }

  @Override
  public Duration patience() {
    long now = System.nanoTime();
    long wait = lastWrite + (out == null ? OPEN : BEAT) - now;
    if (holding()) wait = Math.min(wait, heldSince + HOLD - now);
    return Duration.ofNanos(Math.max(wait, 0));
  }

  private boolean holding() {
    return pieces != null && pieces.holding();
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.Text _ -> say(event);
      case Chunk chunk -> {
        if (chunk.body().get("usage") instanceof Json.Obj usage) count(chunk, usage);
        else say(chunk);
      }
      case Event.Reasoning(var delta) -> delta("{\"reasoning_content\":" + quoted(delta) + "}");
      case Event.ToolCall(var index, var id, var name) -> {
        release();
        delta("{\"tool_calls\":[{\"index\":" + index + ",\"id\":" + quoted(id)
            + ",\"type\":\"function\",\"function\":{\"name\":" + quoted(name)
            + ",\"arguments\":\"\"}}]}");
      }
      case Event.ToolArguments(var index, var delta) ->
          delta("{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":"
              + quoted(delta) + "}}]}");
      case Event.Finish finish -> finish(finish);
      case Event.Idle _ -> idle();
    }
  }

  /// Keeps the figures for the end of the stream: clients want them once, and only when asked for,
  /// while some servers repeat them in each chunk. A chunk of nothing else, which OpenRouter always
  /// sends, harms nobody, and the game shows what it says.
  private void count(Chunk chunk, Json.Obj usage) throws IOException {
    Json.Obj all = usage;
    if (counted == null) {
      countedAtEnd = chunk.choices().isEmpty();
    } else {
      all = (Json.Obj) counted.body().get("usage");
      for (var figure : usage.members().entrySet()) {
        all = all.with(figure.getKey(), figure.getValue());
      }
    }
    counted = Chunk.of(chunk.body().with("choices", Json.Arr.of()).with("usage", all));
    Chunk left = chunk.withoutUsage();
    boolean introduces = left.choices().stream().anyMatch(Chunk.Choice::introduces);
    if (introduces || left.informs()) say(left);
  }

  @Override
  public void flush() throws IOException {
    if (out != null) out.flush();
  }

  private void say(Event event) throws IOException {
    if (pieces == null) {
      writeText(event);
      return;
    }
    boolean held = pieces.holding();
    Event whole = pieces.feed(event);
    if (whole != null) writeText(whole);
    if (!held || whole != null) heldSince = System.nanoTime();
    letGoInTime();
  }

  /// @param event a text or a chunk, or null for nothing
  private void writeText(Event event) throws IOException {
    if (event instanceof Chunk chunk) write(chunk.json());
    if (event instanceof Event.Text(var delta)) delta("{\"content\":" + quoted(delta) + "}");
  }

  private void idle() throws IOException {
    letGoInTime();
    if (patience().isZero()) {
      open();
      out.comment("waiting");
      lastWrite = System.nanoTime();
    }
  }

  private void letGoInTime() throws IOException {
    if (!holding() || System.nanoTime() - heldSince < HOLD) return;
    heldSince = System.nanoTime();
    writeText(pieces.flush());
  }

  private void release() throws IOException {
    if (pieces != null) writeText(pieces.end());
  }

  private void finish(Event.Finish finish) throws IOException {
    release();
    begin();
    write(start + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
        + finish.reason().wireName() + "\"}]" + (includeUsage ? ",\"usage\":null}" : "}"));
    if (includeUsage && !finish.usage().equals(Usage.NONE)) {
      write(start + "\"choices\":[],\"usage\":" + UsageJson.of(finish.usage()) + "}");
    }
  }

  private void delta(String json) throws IOException {
    begin();
    write(start + "\"choices\":[{\"index\":0,\"delta\":" + json + ",\"finish_reason\":null}]"
        + (includeUsage ? ",\"usage\":null}" : "}"));
  }

  /// Sends the role once, as soon as it is known who answers.
  private void begin() throws IOException {
    if (start != null) return;
    start = "{\"id\":\"" + info.id() + "\",\"object\":\"chat.completion.chunk\",\"created\":"
        + info.created() + ",\"model\":" + quoted(info.model().get()) + ",";
    delta("{\"role\":\"assistant\",\"content\":\"\"}");
  }

  private void write(String json) throws IOException {
    open();
    out.data(json);
    lastWrite = System.nanoTime();
  }

  private void open() throws IOException {
    if (out != null) return;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-cache");
    exchange.sendResponseHeaders(200, 0);
    out = new SseWriter(exchange.getResponseBody());
  }

  private static String quoted(String text) {
    return new Json.Str(text).toString();
  }

  @Override
  public void end() throws IOException {
    release();
    if (counted != null && (includeUsage || countedAtEnd)) write(counted.json());
    open();
    out.data("[DONE]");
    out.close();
  }

  @Override
  public boolean cutShort(List<Event> unsent) throws IOException {
    List<Event> left = pieces == null ? List.of() : pieces.cut();
    if (left.isEmpty()) return false;
    for (Event event : left) {
      if (event instanceof Event.Finish finish) finish(finish);
      else writeText(event);
    }
    end();
    return true;
  }

  @Override
  public void fail(ErrorBody error) throws IOException {
    if (out == null) {
      error.send(exchange);
      return;
    }
    release();
    out.data(error.json().toString());
    out.close();
  }
}
