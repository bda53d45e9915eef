package skyproxy.upstream;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import skyproxy.threads.Threads;

/// A response on its way from the HTTP client's thread to the one that reads the reply: its head,
/// its bytes, its end, in this order.
///
/// The client pushes; the reader takes, with a deadline. At most [#AHEAD] pieces lie in between:
/// a game that does not read stops the upstream instead of filling the memory. The head comes this
/// way too and not with the client's future: when a connection breaks off right behind the first
/// bytes, that future may fail although the head and the bytes have come.
final class BodyQueue implements BodyHandler<Void>, BodySubscriber<Void> {
  private static final int AHEAD = 64;
  private static final long AT_ONCE = Duration.ofMillis(5).toNanos();
  private static final long SOON = Duration.ofSeconds(1).toNanos();

  /// One step of a response.
  sealed interface Piece {
    record Head(ResponseInfo info) implements Piece {}

    record Bytes(List<ByteBuffer> buffers) implements Piece {}

    /// @param error why the rest does not come, or null when all of it came
    record End(Throwable error) implements Piece {}
  }

  private final LinkedBlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private volatile Subscription subscription;
  private volatile boolean cancelled;
  private volatile boolean begun;

  @Override
  public BodySubscriber<Void> apply(ResponseInfo info) {
    begun = true;
    pieces.add(new Piece.Head(info));
    return this;
  }

  @Override
  public CompletionStage<Void> getBody() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    if (cancelled) given.cancel();
    else given.request(AHEAD);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    pieces.add(new Piece.Bytes(buffers));
  }

  @Override
  public void onError(Throwable error) {
    pieces.add(new Piece.End(error));
  }

  @Override
  public void onComplete() {
    pieces.add(new Piece.End(null));
  }

  /// Whether the head has come.
  boolean begun() {
    return begun;
  }

  /// Takes note of an answer that is complete. When it never came this way, it is that of a proxy
  /// that opens no tunnel: the client gives it as if it were the upstream's, without its body.
  void answeredInItsPlace(int status) {
    if (!begun) onError(ConnectionFailures.noTunnel(status));
  }

  /// The next piece, or null when none came within `nanos`.
  Piece take(long nanos) throws InterruptedException {
    Piece piece = pieces.poll();
    if (piece == null && nanos > 0) piece = pieces.poll(nanos, TimeUnit.NANOSECONDS);
    if (piece instanceof Piece.Bytes) subscription.request(1);
    return piece;
  }

  /// Reads and drops what may still come, so that the connection can be used again; a body that
  /// does not end soon is cut off. Returns within [#AT_ONCE], in which most bodies end: the next
  /// request may follow on the heels of this one.
  void drain() {
    if (endsWithin(AT_ONCE)) return;
    Threads.named("end of a body").start(() -> {
      if (!endsWithin(SOON)) cancel();
    });
  }

  private boolean endsWithin(long nanos) {
    long deadline = System.nanoTime() + nanos;
    try {
      for (Piece piece; (piece = take(deadline - System.nanoTime())) != null; ) {
        if (piece instanceof Piece.End) return true;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// Cuts the body off; the connection is closed (HTTP/1.1) or the stream reset (HTTP/2).
  void cancel() {
    cancelled = true;
    Subscription current = subscription;
    if (current != null) current.cancel();
  }
}
