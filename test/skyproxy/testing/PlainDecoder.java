package skyproxy.testing;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.sse.SseEvent;
import skyproxy.upstream.Decoder;

/// The decoder of a made-up vendor: the data of each event is a text, a whole body is one, and the
/// end is the text `end` unless the last event says by an ellipsis that there is more; `oops` is
/// a failure, and `done` the last event, whatever the body does.
public final class PlainDecoder implements Decoder {
  private String last = "";

  @Override
  public void decode(SseEvent event, Consumer<Event> out) {
    last = event.data();
    if (last.equals("oops")) throw new ChatException(new Failure.Broken(502, last));
    out.accept(new Event.Text(event.data()));
  }

  @Override
  public boolean complete() {
    return last.equals("done");
  }

  @Override
  public void unfinished(SseEvent event, Consumer<Event> out) {
    out.accept(new Event.Text("unfinished " + event.data()));
  }

  @Override
  public void decodeWhole(byte[] body, Consumer<Event> out) {
    out.accept(new Event.Text("whole " + new String(body, StandardCharsets.UTF_8)));
  }

  @Override
  public void end(Consumer<Event> out) {
    if (last.endsWith("…")) throw new ChatException(new Failure.Garbled("There is more."));
    out.accept(new Event.Text("end"));
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, byte[] body) {
    return new Failure.Broken(status, new String(body, StandardCharsets.UTF_8));
  }
}
