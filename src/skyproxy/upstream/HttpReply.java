package skyproxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.zip.DataFormatException;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseException;
import skyproxy.sse.SseReader;

/// The reply of an HTTP upstream, from the connection to the last byte.
///
/// Any bytes that hold no event are a [Event#PULSE]. A body that is no event stream is read whole
/// and then decoded; so is that of a refusal, for which we wait [#REFUSAL] at the most. Whether it
/// is one, and whether it is packed, its first bytes may tell where the headers do not.
///
/// One event that makes no sense is passed over when words came before it and come after it: what
/// has been spoken can't be asked for anew, and a word less is better than half a line. A second
/// one ends the reply, as does one in an answer with tool calls, which would be called wrongly.
final class HttpReply implements Reply {
  private static final System.Logger LOG = System.getLogger(HttpReply.class.getName());
  private static final Duration REFUSAL = Duration.ofSeconds(2);
  private static final int LIMIT = 64 << 20;
  private static final List<String> FIELDS = List.of("data:", "event:", "id:", "retry:", ":");
  private static final int BEGINNING = 16;

  private final HttpUpstream upstream;
  private final HttpRequest request;
  private final Decoder decoder;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final SseReader sse = new SseReader();
  private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
  private BodyQueue body = new BodyQueue();
  private HttpRequest sent;
  private Future<?> pending;
  private ResponseInfo head;
  private long headAt;
  private boolean streams;
  private boolean begun;
  private Unpacker unpacker;
  private long length;
  private boolean sentElsewhere;
  private boolean spoke;
  private boolean calls;
  private ChatException failure;
  private ChatException garbled;
  private boolean wentOn;
  private boolean bodyEnded;
  private boolean ended;
  private boolean closed;

  HttpReply(HttpUpstream upstream, HttpRequest request, Decoder decoder) {
    this.upstream = upstream;
    this.request = request;
    this.decoder = decoder;
    sent = upstream.addressed(request);
    pending = upstream.begin(sent, body);
    decoder.onKept(this::hear);
  }

  /// What came before a failure is given before it, though both came at once.
  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Event event = events.poll();
      if (event != null) return event;
      if (failure != null) throw failure;
      if (ended) return null;
      try {
        if (!read(deadline - System.nanoTime())) return Event.QUIET;
      } catch (ChatException e) {
        failure = e;
      } catch (InterruptedException interrupted) {
        throw ChatException.stopping(interrupted);
      }
    }
  }

  /// Takes one piece; false when none came in time.
  private boolean read(long nanos) throws InterruptedException {
    boolean refused = head != null && !succeeded();
    long refusalLeft = headAt + REFUSAL.toNanos() - System.nanoTime();
    switch (body.take(refused ? Math.min(nanos, refusalLeft) : nanos)) {
      case null -> {
        if (refused && refusalLeft <= 0) throw refusal(null);
        return false;
      }
      case BodyQueue.Piece.Head(var info) -> begin(info);
      case BodyQueue.Piece.Bytes(var buffers) -> {
        for (ByteBuffer bytes : buffers) take(bytes);
        if (streams && decoder.complete()) end();
        if (events.isEmpty()) events.add(Event.PULSE);
      }
      case BodyQueue.Piece.End(var error) -> end(error);
    }
    return true;
  }

  private void begin(ResponseInfo info) {
    upstream.worked(sent);
    head = info;
    headAt = System.nanoTime();
    decoder.begin(info.headers());
    streams = succeeded() && header("content-type").contains("event-stream");
    events.add(Event.PULSE);
  }

  /// A header in small letters, "" when there is none.
  private String header(String name) {
    return head.headers().firstValue(name).orElse("").toLowerCase(Locale.ROOT);
  }

  private boolean succeeded() {
    return head.statusCode() / 100 == 2;
  }

  private void end(Throwable error) {
    if (head == null) {
      askElsewhereOrThrow(error);
    } else if (!succeeded()) {
      throw refusal(error);
    } else if (error != null) {
      endBroken(error);
    } else {
      bodyEnded = true;
      end();
    }
  }

  /// A stream that broke off behind its last word was whole: only the decoder knows.
  private void endBroken(Throwable error) {
    ended = true;
    if (streams) takeRest();
    try {
      if (streams) {
        endStream();
        return;
      }
    } catch (ChatException unfinished) {
      error.addSuppressed(unfinished);
    }
    throw new ChatException(new Failure.Garbled(
        upstream.name() + " broke the connection off in the middle of its answer. Try again."),
        error);
  }

  private void end() {
    ended = true;
    if (streams) {
      takeRest();
      endStream();
    } else {
      decoder.decodeWhole(whole.toByteArray(), events::add);
    }
  }

  private void endStream() {
    if (garbled != null && !wentOn) throw garbled;
    decoder.end(events::add);
  }

  private void takeRest() {
    try {
      SseEvent last = sse.end();
      if (last != null) decoder.unfinished(last, this::give);
    } catch (SseException endless) {
      throw tooMuch(endless);
    }
  }

  private void take(ByteBuffer bytes) {
    if (!begun && bytes.hasRemaining()) {
      begun = true;
      unpacker = Unpacker.of(bytes.get(bytes.position()), header("content-encoding"));
    }
    if (unpacker == null) {
      read(bytes);
      return;
    }
    try {
      unpacker.feed(bytes, this::read);
    } catch (DataFormatException broken) {
      throw new ChatException(new Failure.Garbled(upstream.name()
          + " sent a packed answer that can't be unpacked. Switch its compression off."), broken);
    }
  }

  private void read(ByteBuffer bytes) {
    if (!streams && whole.size() == 0 && succeeded()) streams = beginsStream(bytes);
    length += bytes.remaining();
    if (length > LIMIT) throw tooMuch(null);
    if (streams) {
      try {
        sse.feed(bytes, this::decode);
      } catch (SseException endless) {
        throw tooMuch(endless);
      }
      return;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    whole.writeBytes(copy);
  }

  private void decode(SseEvent event) {
    try {
      decoder.decode(event, this::give);
    } catch (ChatException e) {
      boolean bearable = e.failure() instanceof Failure.Garbled && spoke && garbled == null;
      if (!bearable || calls) throw e;
      garbled = e;
      LOG.log(Level.WARNING, "{0} sent an event that makes no sense in the middle of its answer. It"
          + " is passed over.", upstream.name());
    }
  }

  private void give(Event event) {
    hear(event);
    events.add(event);
  }

  private void hear(Event event) {
    if (event.answers()) {
      spoke = true;
      wentOn = garbled != null;
      calls |= event.calls();
      if (calls && wentOn) throw garbled;
    } else if (garbled != null && !wentOn && event.finishReason() != null) {
      throw garbled; // before the client hears that the reply ended well
    }
  }

  /// Whether a body that does not call itself a stream is one: no JSON begins so.
  private static boolean beginsStream(ByteBuffer bytes) {
    byte[] first = new byte[Math.min(bytes.remaining(), BEGINNING)];
    bytes.get(bytes.position(), first);
    String text = new String(first, StandardCharsets.ISO_8859_1).stripLeading();
    return FIELDS.stream().anyMatch(text::startsWith);
  }

  private ChatException tooMuch(SseException endless) {
    return new ChatException(
        new Failure.Garbled(upstream.name() + " answered far too much."), endless);
  }

  private ChatException refusal(Throwable cause) {
    String proxy = upstream.refusedByProxy(request, head.statusCode());
    return new ChatException(proxy != null ? new Failure.Unreachable(proxy)
        : decoder.failure(head.statusCode(), head.headers(), whole.toByteArray()), cause);
  }

  /// No reply, or a connection that closed before it. A kept one that the server closed meanwhile
  /// fails so too; it is for who asked to ask again. A server that has another address is asked
  /// there, when no connection was made.
  private void askElsewhereOrThrow(Throwable cause) {
    boolean connected = !ConnectionFailures.isUnconnected(cause);
    HttpRequest other = connected || sentElsewhere ? null : upstream.elsewhere(sent);
    if (other == null) {
      boolean closed = connected && cause instanceof IOException;
      throw new ChatException(
          new Failure.Unreachable(upstream.words(request, cause), closed), cause);
    }
    sentElsewhere = true;
    sent = other;
    body = new BodyQueue();
    pending = upstream.begin(other, body);
  }

  @Override
  public Usage untold() {
    return decoder.untold();
  }

  /// A response that came whole is left alone, so that its connection can be kept.
  @Override
  public void close() {
    if (closed) return;
    closed = true;
    boolean whole = ended && head != null && decoder.complete();
    ended = true;
    events.clear();
    if (unpacker != null) unpacker.close();
    if (bodyEnded) return;
    if (whole) {
      body.drain();
    } else {
      body.cancel();
      pending.cancel(true);
    }
  }
}
