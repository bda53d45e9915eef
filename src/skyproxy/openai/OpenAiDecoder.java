package skyproxy.openai;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseReader;
import skyproxy.upstream.Decoder;
import skyproxy.upstream.RetryAfter;

/// Reads the reply of a server that speaks OpenAI's language: its chunks and completions as they
/// are, its errors wherever it puts them.
/// https://platform.openai.com/docs/api-reference/chat-streaming
///
/// A stream is complete when a choice has told why it ended, or at `[DONE]`; local servers leave
/// out one or the other. Without either it has broken off.
final class OpenAiDecoder implements Decoder {
  private final OpenAiFault fault;
  private final boolean streams;
  private final Assembly assembly = new Assembly();
  private Json.Obj last = Json.Obj.builder().build();
  private boolean begun;
  private boolean finished;
  private boolean calls;
  private boolean done;

  /// @param streams whether the client wants chunks, whatever the server sends
  OpenAiDecoder(OpenAiFault fault, boolean streams) {
    this.fault = fault;
    this.streams = streams;
  }

  @Override
  public void decode(SseEvent event, Consumer<Event> out) {
    String data = event.data().strip();
    if (done || data.isEmpty()) return;
    if (data.equals("[DONE]")) {
      done = true;
      return;
    }
    Json.Obj body = object(data);
    if (event.type().equals("error") && body.get("choices") == null) {
      throw new ChatException(fault.inside(body));
    }
    take(Shape.chunk(check(body)), out);
  }

  @Override
  public void decodeWhole(byte[] bytes, Consumer<Event> out) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (text.startsWith("data:")) {
      // A stream by another name: its server did not say that it is one.
      new SseReader().feed(bytes, 0, bytes.length, event -> decode(event, out));
      end(out);
      return;
    }
    Json.Obj body = check(object(text));
    if (!streams) {
      out.accept(new Event.Verbatim(body));
      return;
    }
    take(Shape.chunk(body), out);
    done = true;
    end(out);
  }

  private Json.Obj object(String text) {
    try {
      if (Json.parse(text) instanceof Json.Obj object) return object;
    } catch (JsonException noJson) {
      throw new ChatException(fault.garbled("sent what is not JSON: " + noJson.getMessage() + "."),
          noJson);
    }
    throw new ChatException(fault.garbled("sent JSON that is no object."));
  }

  /// Throws when a body holds an error instead of an answer.
  private Json.Obj check(Json.Obj body) {
    if (isError(body.get("error"))) throw new ChatException(fault.inside(body.get("error")));
    for (Json.Obj choice : Shape.choices(body)) {
      if (isError(choice.get("error"))) throw new ChatException(fault.inside(choice.get("error")));
      if (new Json.Str("error").equals(choice.get("finish_reason"))) {
        throw new ChatException(fault.inside(Json.NULL));
      }
    }
    return body;
  }

  private static boolean isError(Json error) {
    return switch (error) {
      case Json.Obj object -> !object.members().isEmpty();
      case Json.Str text -> !text.value().isBlank();
      case Json.Arr(var items) -> !items.isEmpty();
      case Json.Bool bool -> bool.value();
      case Json.Num _ -> true;
      case Json.Null _ -> false;
      case null -> false;
    };
  }

  private void take(Json.Obj chunk, Consumer<Event> out) {
    finished |= Shape.finishes(chunk);
    calls |= Shape.calls(chunk);
    last = chunk;
    if (!streams) {
      assembly.add(chunk);
      return;
    }
    if (!begun && !Shape.choices(chunk).isEmpty()) {
      begun = true;
      if (!Shape.introduces(chunk)) out.accept(new Event.Verbatim(Shape.begin(chunk)));
    }
    out.accept(new Event.Verbatim(chunk));
  }

  /// Some servers keep the connection open behind `[DONE]`.
  @Override
  public boolean complete() {
    return done;
  }

  @Override
  public void end(Consumer<Event> out) {
    if (!finished && !done) {
      throw new ChatException(fault.garbled("broke off in the middle of its answer."));
    }
    // A client that never sees why a reply ended asks for it once more.
    if (!finished) take(Shape.finish(last, calls ? "tool_calls" : "stop"), out);
    if (!streams) out.accept(new Event.Verbatim(assembly.completion()));
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, byte[] body) {
    return fault.status(status, body, RetryAfter.of(headers, Instant.now()));
  }
}
