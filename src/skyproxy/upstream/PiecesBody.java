package skyproxy.upstream;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;

/// The body of a request, in pieces that nobody changes any more. Can be sent more than once.
///
/// The JDK's own publisher of an array copies it and sends 16 KiB at a time, with a turn through
/// its threads for each: at a picture of three megabytes that is most of the work.
public final class PiecesBody implements BodyPublisher {
  private static final int SMALL = 16 << 10;
  private static final int LARGE = 128 << 10;

  private final List<ByteBuffer> portions;
  private final long length;

  /// @param pieces left as they are, and sent from where they lie
  public PiecesBody(List<ByteBuffer> pieces) {
    length = pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    portions = pieces.size() == 1 && length <= LARGE ? pieces : portions(pieces, length);
  }

  /// The same bytes in portions that are worth a write each: what is small travels with the next.
  private static List<ByteBuffer> portions(List<ByteBuffer> pieces, long length) {
    List<ByteBuffer> portions = new ArrayList<>();
    int most = length <= LARGE ? (int) length : SMALL;
    ByteBuffer small = ByteBuffer.allocate(most);
    for (ByteBuffer piece : pieces) {
      ByteBuffer left = piece.duplicate();
      while (left.hasRemaining()) {
        if (small.position() == 0 && left.remaining() > most) {
          // The end of it is left for what follows.
          portions.add(taken(left, Math.min(LARGE, left.remaining() - SMALL / 2)));
          continue;
        }
        small.put(taken(left, small.remaining()));
        if (small.hasRemaining()) continue;
        portions.add(small.flip());
        small = ByteBuffer.allocate(most);
      }
    }
    if (small.position() > 0) portions.add(small.flip());
    return portions;
  }

  private static ByteBuffer taken(ByteBuffer from, int most) {
    int size = Math.min(most, from.remaining());
    ByteBuffer taken = from.slice(from.position(), size);
    from.position(from.position() + size);
    return taken;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Sending(subscriber));
  }

  /// One time that the body is sent. The client asks for one portion after the other, from any
  /// thread, and may ask for the next while it is given one.
  private final class Sending implements Subscription {
    private final Subscriber<? super ByteBuffer> to;
    private long asked;
    private int next;
    private boolean giving;
    private boolean over;

    Sending(Subscriber<? super ByteBuffer> to) {
      this.to = to;
    }

    @Override
    public void request(long count) {
      synchronized (this) {
        if (over) return;
        asked = count <= 0 ? -1 : asked + count < 0 ? Long.MAX_VALUE : asked + count;
        if (giving) return;
        giving = true;
      }
      while (step()) { }
    }

    /// Gives one portion; false when there is nothing to be given now.
    private boolean step() {
      ByteBuffer portion = null;
      boolean wrong;
      synchronized (this) {
        wrong = asked < 0;
        giving = !over && (wrong || asked > 0 || next == portions.size());
        if (!giving) return false;
        if (wrong || next == portions.size()) {
          over = true;
        } else {
          asked--;
          portion = portions.get(next++).duplicate();
        }
      }
      if (wrong) to.onError(new IllegalArgumentException("asked for less than one portion"));
      else if (portion == null) to.onComplete();
      else to.onNext(portion);
      return true;
    }

    @Override
    public synchronized void cancel() {
      over = true;
    }
  }
}
