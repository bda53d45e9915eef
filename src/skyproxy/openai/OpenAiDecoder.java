package skyproxy.openai;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.sse.SseEvent;
import skyproxy.upstream.Decoder;
import skyproxy.upstream.RetryAfter;

/// Reads the reply of a server that speaks OpenAI's language: its chunks and completions as they
/// are, its errors wherever it puts them.
/// https://platform.openai.com/docs/api-reference/chat-streaming
///
/// A stream is complete when a choice has told why it ended, or at `[DONE]`; local servers leave
/// out one or the other. Without either it has broken off.
final class OpenAiDecoder implements Decoder {
  private static final Json.Obj NOTHING = Json.Obj.builder().build();
  private static final Json.Obj WHO_SPEAKS = Chunk.choice(0,
      Json.Obj.builder().put("role", "assistant").put("content", "").build(), null);

  private final OpenAiFailures failures;
  private final boolean streams;
  private final ChunkAccumulator accumulator = new ChunkAccumulator();
  private Consumer<Event> kept = _ -> { };
  private Chunk last = Chunk.of(NOTHING);
  private boolean begun;
  private boolean finished;
  private boolean whole;
  private boolean calls;
  private boolean done;
  private Usage untold = Usage.NONE;

  /// @param streams whether the client wants chunks, whatever the server sends
  OpenAiDecoder(OpenAiFailures failures, boolean streams) {
    this.failures = failures;
    this.streams = streams;
  }

  @Override
  public void onKept(Consumer<Event> heard) {
    kept = heard;
  }

  @Override
  public void decode(SseEvent event, Consumer<Event> out) {
    String data = event.data().strip();
    if (done || data.isEmpty()) return;
    if (data.equals("[DONE]")) {
      done = true;
      return;
    }
    Json json = parsed(data);
    if (json == null) {
      // Events that nothing stands between, or JSON without the name of a field before it.
      String[] lines = data.split("\n");
      if (lines.length == 1) {
        throw new ChatException(event.type().equals("error")
            ? failures.inside(new Json.Str(data)) : failures.noJson(data));
      }
      for (String line : lines) decode(new SseEvent(event.type(), line), out);
      return;
    }
    Chunk chunk = chunk(json, data);
    boolean silent = chunk.choices().isEmpty();
    if (silent && (event.type().equals("error") || failures.isError(chunk.body()))) {
      throw new ChatException(failures.inside(chunk.body()));
    }
    take(chunk, out);
  }

  /// Takes what of it is JSON, which shows that it is whole; the words of an error are no less.
  @Override
  public void unfinished(SseEvent event, Consumer<Event> out) {
    String data = event.data().strip();
    boolean whole = data.equals("[DONE]") || parsed(data) != null || event.type().equals("error");
    if (whole) {
      decode(event, out);
    } else if (data.contains("\n")) {
      data.lines().forEach(line -> unfinished(new SseEvent(event.type(), line), out));
    }
  }

  @Override
  public void decodeWhole(byte[] bytes, Consumer<Event> out) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    Json json = parsed(text);
    if (json == null && text.startsWith("{") && text.contains("\n")) {
      // A stream that is JSON line by line.
      decode(new SseEvent("message", text), out);
      end(out);
      return;
    }
    if (json == null) throw new ChatException(failures.noJson(text));
    Chunk completion = chunk(json, text);
    boolean says = completion.body().get("choices") instanceof Json.Arr;
    if (!says || completion.choices().isEmpty() && failures.isError(completion.body())) {
      throw new ChatException(failures.inside(completion.body()));
    }
    if (!streams) {
      out.accept(completion.inKnownWords());
      return;
    }
    take(completion, out);
    end(out);
  }

  /// The JSON that a text is, or null.
  private static Json parsed(String text) {
    try {
      return Json.parse(text);
    } catch (JsonException noJson) {
      return null;
    }
  }

  /// Throws when it is an error instead of an answer, or makes no sense.
  private Chunk chunk(Json json, String text) {
    if (!(json instanceof Json.Obj body)) {
      boolean told = json instanceof Json.Arr(var items) && !items.isEmpty();
      throw new ChatException(told ? failures.inside(json)
          : failures.garbled("sent JSON that is no object."));
    }
    Chunk chunk = Chunk.of(body, text);
    Json error = chunk.error();
    if (error == null) return chunk;
    keep(chunk.usage());
    if (error == Json.NULL) {
      throw new ChatException(failures.brokenOff(chunk.fault()));
    }
    throw new ChatException(failures.inside(error == body.get("error") ? body : error));
  }

  private void take(Chunk read, Consumer<Event> out) {
    Chunk chunk = piece(read).inKnownWords();
    finished |= chunk.finishReason() != null;
    whole |= read.whole();
    calls |= chunk.calls();
    last = chunk;
    if (!streams) {
      kept.accept(chunk);
      accumulator.add(chunk);
      keep(chunk.usage());
      return;
    }
    if (!begun && !chunk.choices().isEmpty()) {
      begun = true;
      if (!saysJustWhoSpeaks(chunk)) out.accept(chunk.sibling(Json.Arr.of(WHO_SPEAKS)));
    }
    out.accept(chunk);
  }

  private static boolean saysJustWhoSpeaks(Chunk chunk) {
    return chunk.choices().stream().anyMatch(choice -> choice.introduces()
        && ("".equals(choice.content()) || choice.calls()));
  }

  /// A completion as a chunk, the very same object when it is one: a server that does not stream,
  /// or sends its whole answer as one event, sends a completion.
  static Chunk piece(Chunk read) {
    if (!read.whole()) return read;
    List<Json> choices = new ArrayList<>();
    for (Chunk.Choice choice : read.choices()) {
      if (!choice.whole()) {
        choices.add(choice.json());
        continue;
      }
      Json.Obj.Builder piece = Json.Obj.builder();
      choice.json().members().forEach((name, value) -> {
        if (name.equals("message")) piece.put("delta", delta(choice.delta()));
        else if (!name.equals("delta")) piece.put(name, value);
      });
      choices.add(piece.build());
    }
    return Chunk.of(read.body().with("object", new Json.Str("chat.completion.chunk"))
        .with("choices", new Json.Arr(choices)));
  }

  /// The calls of a message are in order, those of a delta are numbered.
  private static Json.Obj delta(Json.Obj message) {
    if (!(message.get("tool_calls") instanceof Json.Arr(var calls))) return message;
    List<Json> numbered = new ArrayList<>();
    for (Json call : calls) {
      Json.Obj.Builder one = Json.Obj.builder().put("index", numbered.size());
      if (call instanceof Json.Obj object) object.members().forEach(one::put);
      numbered.add(one.build());
    }
    return message.with("tool_calls", new Json.Arr(numbered));
  }

  /// Some servers keep the connection open behind `[DONE]`.
  @Override
  public boolean complete() {
    return done;
  }

  @Override
  public void end(Consumer<Event> out) {
    if (!finished && !done && !whole) {
      throw new ChatException(failures.garbled("broke off in the middle of its answer."));
    }
    // A client that never sees why a reply ended asks for it once more.
    if (!finished) {
      take(last.sibling(Json.Arr.of(
          Chunk.choice(0, NOTHING, calls ? "tool_calls" : "stop"))), out);
    }
    if (!streams) out.accept(accumulator.completion());
    untold = Usage.NONE;
  }

  private void keep(Usage counted) {
    if (counted != null) untold = counted;
  }

  @Override
  public Usage untold() {
    return untold;
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, byte[] body) {
    return failures.status(status, body, RetryAfter.of(headers, Instant.now()));
  }
}
