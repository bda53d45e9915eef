package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Program;
import skyproxy.testing.Replies;

/// The work that is left for when nobody asks.
final class QuietTimeTest {
  private static final int TAKEN = 300;
  private Duration quiet = Duration.ZERO;
  private int done;

  @Test
  void it_is_done_once_each_time_that_nobody_has_asked_for_long_enough() {
    QuietTime time = new QuietTime(() -> quiet, Duration.ofSeconds(60), () -> done++);
    for (int round = 1; round <= 2; round++) {
      for (int seconds : new int[] {0, 30, 59, 60, 90, 3_600}) {
        quiet = Duration.ofSeconds(seconds);
        time.look();
        assertEquals(seconds < 60 ? round - 1 : round, done, seconds + " seconds");
      }
    }
  }

  @Test
  void work_that_fails_is_done_again_the_next_time() {
    QuietTime time = new QuietTime(() -> quiet, Duration.ofSeconds(60), () -> {
      done++;
      throw new IllegalStateException("made up");
    });
    for (int seconds : new int[] {60, 0, 60}) {
      quiet = Duration.ofSeconds(seconds);
      time.look();
    }
    assertEquals(2, done);
  }

  /// By the collector that a PC gets without any option, and by the scripts' too.
  @Test
  void a_heap_that_has_grown_is_given_back_when_nobody_asks(@TempDir Path folder)
      throws Exception {
    try (Program program = grown(folder, 1_500)) {
      assumeTrue(resident(program) > 0, "Memory is read from Linux' /proc.");
      Replies.until("it is given back", () -> resident(program) < TAKEN / 2);
      assertTrue(program.process().isAlive());
    }
  }

  @Test
  void so_it_is_while_the_game_asks_when_a_picture_has_passed(@TempDir Path folder)
      throws Exception {
    try (Program program = grown(folder, 3_600_000)) {
      assumeTrue(resident(program) > 0, "Memory is read from Linux' /proc.");
      ask(program, "\"Who goes there?\"");
      assertTrue(resident(program) > TAKEN / 2, "words alone");
      ask(program, "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
          + "AAAA".repeat(500_000) + "\"}}]");
      Replies.until("it is given back", () -> {
        ask(program, "\"Who goes there?\"");
        return resident(program) < TAKEN / 2;
      });
    }
  }

  /// One whose heap has grown already.
  ///
  /// @param quiet the milliseconds that count as a quiet time
  private static Program grown(Path folder, int quiet) throws IOException {
    return Program.plain(folder, List.of("-XX:+UseG1GC", "-XX:InitialHeapSize=" + TAKEN + "m",
        "-XX:+AlwaysPreTouch", "-D" + QuietTime.PROPERTY + "=" + quiet));
  }

  private static void ask(Program program, String content) {
    try {
      String body = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":"
          + content + "}]}";
      assertEquals(200, program.post("/v1/chat/completions", body).statusCode());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static long resident(Program program) {
    try {
      return program.residentMegabytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
