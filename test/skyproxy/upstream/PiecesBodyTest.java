package skyproxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;

/// The bytes of a body come whole, in order and only as they are asked for.
final class PiecesBodyTest {

  /// Takes what comes, and asks for more in a given way.
  private static final class Taker implements Subscriber<ByteBuffer> {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final long ahead;
    private Subscription from;
    private int portions;
    private boolean complete;
    private Throwable error;

    /// @param ahead how many are asked for each time one comes; 0 leaves it to the test
    Taker(long ahead) {
      this.ahead = ahead;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      from = subscription;
      if (ahead > 0) from.request(ahead);
    }

    @Override
    public void onNext(ByteBuffer portion) {
      portions++;
      byte[] bytes = new byte[portion.remaining()];
      portion.get(bytes);
      all.writeBytes(bytes);
      if (ahead > 0) from.request(ahead);
    }

    @Override
    public void onError(Throwable why) {
      error = why;
    }

    @Override
    public void onComplete() {
      assertTrue(!complete, "ended twice");
      complete = true;
    }
  }

  private static List<ByteBuffer> pieces(Random random, int... sizes) {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (int size : sizes) {
      byte[] bytes = new byte[size + 7];
      random.nextBytes(bytes);
      pieces.add(ByteBuffer.wrap(bytes, 5, size).asReadOnlyBuffer());
    }
    return pieces;
  }

  private static byte[] joined(List<ByteBuffer> pieces) {
    var all = new ByteArrayOutputStream();
    for (ByteBuffer piece : pieces) {
      byte[] bytes = new byte[piece.remaining()];
      piece.duplicate().get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static Taker taken(PiecesBody body, long ahead) {
    Taker taker = new Taker(ahead);
    body.subscribe(taker);
    return taker;
  }

  @Test
  void pieces_of_all_sizes_come_whole_and_as_often_as_they_are_asked_for() {
    Random random = new Random(1);
    int[][] all = {{0}, {1}, {300}, {60, 200_000, 1}, {60, 3_000_000, 2_000, 40_000, 17},
        {16_384}, {131_072}, {131_073}, {1, 131_072}, {0, 16_384, 0, 16_384, 100_000}, {}};
    for (int[] sizes : all) {
      List<ByteBuffer> pieces = pieces(random, sizes);
      byte[] expected = joined(pieces);
      PiecesBody body = new PiecesBody(pieces);
      assertEquals(expected.length, body.contentLength());
      for (long ahead : new long[] {1, 2, Long.MAX_VALUE}) {
        Taker taker = taken(body, ahead);
        assertTrue(taker.complete);
        assertArrayEquals(expected, taker.all.toByteArray());
        assertArrayEquals(expected, joined(pieces));
      }
    }
  }

  @Test
  void random_pieces_come_whole() {
    Random random = new Random(2);
    for (int round = 0; round < 300; round++) {
      int[] sizes = random.ints(random.nextInt(12), 0, random.nextBoolean() ? 300 : 60_000)
          .toArray();
      List<ByteBuffer> pieces = pieces(random, sizes);
      assertArrayEquals(joined(pieces), taken(new PiecesBody(pieces), 1).all.toByteArray());
    }
  }

  @Test
  void a_large_body_leaves_in_a_few_portions() {
    Taker taker = taken(new PiecesBody(pieces(new Random(3), 60, 3_000_000, 1)), 1);
    assertTrue(taker.portions <= 26, taker.portions + " portions");
  }

  @Test
  void nothing_comes_that_was_not_asked_for() {
    Taker taker = taken(new PiecesBody(pieces(new Random(4), 300_000)), 0);
    assertEquals(0, taker.portions);
    taker.from.request(2);
    assertEquals(2, taker.portions);
    taker.from.cancel();
    taker.from.request(5);
    assertEquals(2, taker.portions);
    assertTrue(!taker.complete);
  }

  @Test
  void to_ask_for_nothing_is_an_error() {
    Taker taker = taken(new PiecesBody(List.of(ByteBuffer.wrap("hi".getBytes(UTF_8)))), 0);
    taker.from.request(0);
    assertInstanceOf(IllegalArgumentException.class, taker.error);
  }
}
