package skyproxy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;

/// The worst inputs that anybody could think of, those of `test/fixtures/fuzz/worst.jsonl`: a
/// hundred times as much of one may take a thousand times as long, and no longer. What grows with
/// the square of its length would take ten thousand times as long.
///
/// Each is a head, a piece repeated as often as there is room, and a tail, with as many closing
/// pieces in between where things are nested.
final class LinearTimeTest {
  private static final int FACTOR = 10;
  private static final int TRIES = 5;

  /// Counts what a thread itself has worked, however busy the machine is.
  private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

  /// What takes no time at all is not compared by the clock's last digit.
  private static final long LEAST = 200_000;

  /// What takes longer is done with twenty times as much, which may take two hundred times as long.
  private static final long SLOW = 20_000_000;

  private record Worst(Target target, String what, Cursor at) {
    private byte[] of(int size) {
      String unit = text("unit");
      String close = text("close");
      int times = size / (unit + close).getBytes(UTF_8).length;
      var bytes = new ByteArrayOutputStream(size + 1_000);
      bytes.writeBytes(text("head").getBytes(UTF_8));
      bytes.writeBytes(unit.repeat(times).getBytes(UTF_8));
      bytes.writeBytes(text("middle").getBytes(UTF_8));
      bytes.writeBytes(close.repeat(times).getBytes(UTF_8));
      bytes.writeBytes(text("tail").getBytes(UTF_8));
      return bytes.toByteArray();
    }

    private String text(String member) {
      return at.at(member).stringOr("");
    }

    /// How long it takes to read or refuse so many bytes.
    private long nanos(byte[] bytes) {
      Input input = new Input(bytes, new Random(1));
      long begun = CLOCK.getCurrentThreadCpuTime();
      try {
        target.once().of(input);
      } catch (Exception refused) {
        assertTrue(refused.getClass().getName().startsWith("skyproxy."), () -> "" + refused);
      }
      return CLOCK.getCurrentThreadCpuTime() - begun;
    }
  }

  @TestFactory
  @Tag("jar")
  Stream<DynamicTest> a_hundred_times_as_much_takes_no_thousand_times_as_long() {
    return all(2_000);
  }

  @TestFactory
  @Tag("large")
  Stream<DynamicTest> nor_do_ten_megabytes() {
    return all(100_000);
  }

  private static Stream<DynamicTest> all(int size) {
    Map<String, Target> targets =
        Fuzz.targets().stream().collect(Collectors.toMap(Target::name, target -> target));
    List<Worst> all = new ArrayList<>();
    Fixtures.text("fuzz/worst.jsonl").lines().forEach(line -> {
      Cursor at = Cursor.of(Json.parse(line));
      all.add(new Worst(targets.get(at.at("target").string()), at.at("what").string(), at));
    });
    return all.stream().map(worst -> DynamicTest.dynamicTest(
        worst.target.name() + ": " + worst.what, () -> check(worst, size)));
  }

  private static void check(Worst worst, int size) throws Exception {
    byte[] small = worst.of(size);
    for (int warm = 0; warm < 3; warm++) worst.nanos(small);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) least = Math.min(least, worst.nanos(small));
    int times = least > SLOW ? 20 : 100;
    long limit = Math.max(least, LEAST) * FACTOR * times;
    byte[] large = worst.of(times * size);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && best > limit; i++) {
      best = Math.min(best, nanos(worst, large, limit));
    }
    assertTrue(best <= limit, "took " + best / 1_000 + " us for " + large.length + " bytes, and "
        + least / 1_000 + " us for " + small.length);
  }

  /// On a thread of its own, so that what would take for ever ends the test.
  private static long nanos(Worst worst, byte[] bytes, long limit) throws Exception {
    var done = new CompletableFuture<Long>();
    Thread reader = Thread.ofPlatform().daemon().start(() -> {
      try {
        done.complete(worst.nanos(bytes));
      } catch (Throwable failed) {
        done.completeExceptionally(failed);
      }
    });
    while (true) {
      try {
        return done.get(20, TimeUnit.MILLISECONDS);
      } catch (TimeoutException working) {
        long worked = CLOCK.getThreadCpuTime(reader.threadId());
        if (worked > 3 * limit) {
          throw new AssertionError("it has not been read after " + worked / 1_000_000 + " ms");
        }
      } catch (ExecutionException failed) {
        throw new AssertionError("with " + bytes.length + " bytes", failed.getCause());
      }
    }
  }
}
