package skyproxy.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.speech.PieceFilter;
import skyproxy.speech.ThoughtFilter;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseReader;
import skyproxy.upstream.Decoder;

/// The events that a decoder makes of a body, written down, so that two ways of
/// reading it can be compared.
public final class Decoding {
  private static final int[] STATUSES = {302, 400, 401, 402, 403, 404, 413, 422, 429, 500, 529};

  private final StringBuilder said = new StringBuilder();
  private final ThoughtFilter thoughts = new ThoughtFilter(true, true);
  private final PieceFilter pieces = PieceFilter.sentences(true);
  private final boolean passesOn;
  private boolean finished;

  private Decoding(boolean passesOn) {
    this.passesOn = passesOn;
  }

  /// Reads an input as a stream in two ways, whole and in pieces, which must mean the same; then as
  /// a body, and as the body of a refusal.
  public static void check(Input input, Supplier<Decoder> decoder) {
    String expected = stream(decoder.get(), List.of(input.bytes()), new Decoding(false));
    assertEquals(expected, stream(decoder.get(), input.pieces(), new Decoding(false)));
    whole(decoder.get(), input.bytes(), new Decoding(false));
    int status = STATUSES[input.random().nextInt(STATUSES.length)];
    HttpHeaders headers = HttpHeaders.of(Map.of("retry-after", List.of("7")), (_, _) -> true);
    check(decoder.get().failure(status, headers, input.bytes()));
  }

  /// Reads an input as a reply is read, with what takes thoughts out and keeps words whole behind
  /// the decoder: as a stream, as a body and as that of a refusal.
  public static void once(Input input, Supplier<Decoder> decoder) {
    stream(decoder.get(), input.packets(), new Decoding(true));
    whole(decoder.get(), input.bytes(), new Decoding(true));
    decoder.get().failure(500, HttpHeaders.of(Map.of(), (_, _) -> true), input.bytes());
  }

  /// What a stream says that comes in these pieces, with its failure.
  private static String stream(Decoder decoder, List<byte[]> pieces, Decoding to) {
    return to.reads(out -> {
      SseReader reader = new SseReader();
      for (byte[] piece : pieces) {
        reader.feed(piece, 0, piece.length, event -> decoder.decode(event, out::heard));
        if (decoder.complete()) break;
      }
      SseEvent last = reader.end();
      if (last != null) decoder.unfinished(last, out::heard);
      decoder.end(out::heard);
    });
  }

  private static String whole(Decoder decoder, byte[] body, Decoding to) {
    return to.reads(out -> decoder.decodeWhole(body, out::heard));
  }

  /// A way of reading something.
  public interface Reading {
    void into(Decoding out);
  }

  /// What a reading gives, and the failure it ends in; fails for whatever else it throws.
  public static String of(Reading reading) {
    return new Decoding(false).reads(reading);
  }

  /// The same, with what reads behind it in the place of notes.
  public static String once(Reading reading) {
    return new Decoding(true).reads(reading);
  }

  private String reads(Reading reading) {
    try {
      reading.into(this);
    } catch (ChatException failed) {
      check(failed.failure());
      said.append(failed.failure());
    }
    return said.toString();
  }

  /// Takes an event.
  public void heard(Event event) {
    if (passesOn) {
      thoughts.accept(event, pieces::feed);
      return;
    }
    switch (event) {
      case Event.Text(var text) -> assertFalse(text.isEmpty());
      case Event.Finish(FinishReason reason, var usage) -> {
        assertFalse(finished, "it ended twice");
        finished = true;
        assertFalse(reason == null || usage == null);
      }
      case Chunk chunk -> chunk.json();
      case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _, Event.Idle _ -> { }
    }
    said.append(event).append('\n');
  }

  /// A player must be told something.
  public static void check(Failure failure) {
    assertFalse(failure.message().isBlank());
    assertFalse(failure.message().length() > 5_000, "nobody reads that much");
    failure.withMessage("x");
  }
}
