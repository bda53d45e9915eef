package skyproxy.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import skyproxy.testing.Fixtures;

/// A short run of [Fuzz], and all that it ever found.
@Tag("slow")
@Tag("anywhere")
final class FuzzTest {
  private static final long SEED = 20_261_126;
  private static final int INPUTS = 200;

  @Test
  void changed_inputs_are_read_or_refused() {
    Fuzz fuzz = new Fuzz(SEED);
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    for (Target target : Fuzz.targets()) fuzz.run(target, 0, INPUTS, end);
    System.out.println(fuzz.count() + ", seed " + SEED);
    assertEquals(List.of(), fuzz.crashes());
  }

  @TestFactory
  Stream<DynamicTest> samples_and_findings_are_read() {
    return Fuzz.targets().stream().map(target -> DynamicTest.dynamicTest(target.name(), () -> {
      for (byte[] sample : target.samples()) assertRead(target, sample, "a sample");
      Path folder = Fixtures.path("fuzz").resolve(target.name());
      if (!Files.isDirectory(folder)) return;
      try (Stream<Path> found = Files.list(folder)) {
        for (Path file : found.sorted().toList()) {
          assertRead(target, Files.readAllBytes(file), file.toString());
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }));
  }

  private static void assertRead(Target target, byte[] bytes, String what) {
    for (int way = 0; way < 5; way++) {
      assertNull(Fuzz.crash(target, bytes, new Random(way)), what);
    }
  }
}
