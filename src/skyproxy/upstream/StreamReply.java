package skyproxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.sse.SseException;
import skyproxy.sse.SseReader;

/// The reply of an HTTP upstream, from the connection to the last byte.
///
/// Any bytes that hold no event are a [Event#PULSE]. A body that is no event stream is read whole
/// and then decoded; so is that of a refusal, for which we wait [#REFUSAL] at the most.
final class StreamReply implements Reply {
  private static final Duration REFUSAL = Duration.ofSeconds(2);
  private static final Duration STALE = Duration.ofSeconds(3);
  private static final int WHOLE_LIMIT = 64 << 20;

  private final HttpUpstream upstream;
  private final HttpRequest request;
  private final Decoder decoder;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final SseReader sse = new SseReader();
  private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
  private final boolean mayResend;
  private final long started = System.nanoTime();
  private BodyQueue body = new BodyQueue();
  private CompletableFuture<HttpResponse<BodyQueue>> pending;
  private HttpResponse<BodyQueue> response;
  private long headersAt;
  private boolean streams;
  private boolean resent;
  private boolean bodyEnded;
  private boolean ended;

  StreamReply(HttpUpstream upstream, HttpRequest request, Decoder decoder) {
    this.upstream = upstream;
    this.request = request;
    this.decoder = decoder;
    mayResend = upstream.mayHoldStaleConnections();
    pending = upstream.begin(request, body);
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Event event = events.poll();
        if (event != null) return event;
        if (ended) return null;
        long left = deadline - System.nanoTime();
        if (response == null) {
          if (!awaitHeaders(left)) return Event.QUIET;
        } else if (!readBody(left)) {
          return Event.QUIET;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ChatException(new Failure.Stopping("The proxy is stopping."), interrupted);
    }
  }

  private boolean awaitHeaders(long nanos) throws InterruptedException {
    try {
      response = pending.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException quiet) {
      return false;
    } catch (ExecutionException failed) {
      resendOrThrow(failed.getCause());
      return true;
    }
    upstream.countAnswer();
    headersAt = System.nanoTime();
    streams = succeeded() && response.headers().firstValue("content-type").orElse("")
        .toLowerCase(Locale.ROOT).contains("event-stream");
    events.add(Event.PULSE);
    return true;
  }

  private boolean succeeded() {
    return response.statusCode() / 100 == 2;
  }

  private boolean readBody(long nanos) throws InterruptedException {
    long refusalLeft = headersAt + REFUSAL.toNanos() - System.nanoTime();
    BodyQueue.Piece piece = body.take(succeeded() ? nanos : Math.min(nanos, refusalLeft));
    if (piece == null) {
      if (!succeeded() && refusalLeft <= 0) throw refused(null);
      return false;
    }
    if (!piece.last()) {
      for (ByteBuffer bytes : piece.bytes()) take(bytes);
      if (streams && decoder.complete()) end();
      if (events.isEmpty()) events.add(Event.PULSE);
    } else if (!succeeded()) {
      throw refused(piece.error());
    } else if (piece.error() != null) {
      throw new ChatException(new Failure.Garbled(
          upstream.name() + " broke the connection off in the middle of its answer. Try again."),
          piece.error());
    } else {
      bodyEnded = true;
      end();
    }
    return true;
  }

  private void end() {
    ended = true;
    if (streams) {
      sse.end();
      decoder.end(events::add);
    } else {
      decoder.decodeWhole(whole.toByteArray(), events::add);
    }
  }

  private void take(ByteBuffer bytes) {
    if (streams) {
      try {
        sse.feed(bytes, event -> decoder.decode(event, events::add));
      } catch (SseException endless) {
        throw new ChatException(new Failure.Garbled(upstream.name() + " answered far too much."),
            endless);
      }
      return;
    }
    if (whole.size() + bytes.remaining() > WHOLE_LIMIT) {
      throw new ChatException(new Failure.Garbled(upstream.name() + " answered far too much."));
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    whole.writeBytes(copy);
  }

  private ChatException refused(Throwable cause) {
    return new ChatException(decoder.failure(response.statusCode(), response.headers(),
        whole.toByteArray()), cause);
  }

  /// A kept connection that the server closed meanwhile fails at once and before any byte of the
  /// reply; nothing was done upstream then, so the same request goes out once more.
  private void resendOrThrow(Throwable cause) {
    boolean connected = !(cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof UnresolvedAddressException || cause instanceof SSLException);
    boolean quick = System.nanoTime() - started < STALE.toNanos();
    if (connected && cause instanceof IOException && mayResend && !resent && quick) {
      resent = true;
      body = new BodyQueue();
      pending = upstream.begin(request, body);
      return;
    }
    throw new ChatException(new Failure.Unreachable(words(cause, connected)), cause);
  }

  private String words(Throwable cause, boolean connected) {
    String where = request.uri().getScheme() + "://" + request.uri().getRawAuthority();
    if (cause instanceof SSLException) {
      return "No secure connection to " + upstream.name() + " at " + where
          + ". Check the clock and the address.";
    }
    return connected
        ? upstream.name() + " at " + where + " closed the connection without an answer. Try again."
        : "Could not connect to " + upstream.name() + " at " + where
            + ". Check that it is running and that this computer is online.";
  }

  @Override
  public void close() {
    boolean whole = ended && response != null && !bodyEnded && decoder.complete();
    ended = true;
    events.clear();
    if (whole) body.drain();
    else body.cancel();
    pending.cancel(true);
  }
}
