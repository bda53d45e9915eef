package skyproxy.parrot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.http.HttpHeaders;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.sse.SseEvent;
import skyproxy.upstream.Decoder;

/// Reads the words of a parrot until it hushes.
final class ParrotDecoder implements Decoder {
  private boolean hushed;

  @Override
  public void decode(SseEvent event, Consumer<Event> out) {
    switch (event.type()) {
      case "word" -> out.accept(new Event.Text(event.data()));
      case "hush" -> {
        hushed = true;
        out.accept(new Event.Finish(event.data().equals("tired") ? FinishReason.LENGTH
            : FinishReason.STOP, Usage.NONE));
      }
      default -> throw new ChatException(new Failure.Garbled("The parrot made a noise."));
    }
  }

  @Override
  public void decodeWhole(byte[] body, Consumer<Event> out) {
    throw new ChatException(new Failure.Garbled("The parrot sent a letter."));
  }

  @Override
  public boolean complete() {
    return hushed;
  }

  @Override
  public void end(Consumer<Event> out) {
    if (!hushed) throw new ChatException(new Failure.Garbled("The parrot flew off."));
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, byte[] body) {
    return new Failure.Broken(status, "The parrot bit: " + new String(body, UTF_8));
  }
}
