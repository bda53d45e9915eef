package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;
import skyproxy.testing.RawClient;

/// A console that takes no more lines, as that of Windows does when somebody has clicked into it.
final class StillConsoleTest {
  /// With a line of the log for each, more than a pipe and the log's own queue hold.
  private static final int REQUESTS = 1_600;

  @TempDir
  private Path folder;

  @Test
  void it_holds_up_no_answer_and_says_later_what_is_missing() throws Exception {
    Process program = new ProcessBuilder(Os.java(), Os.QUIET, "-XX:+UseSerialGC", "-jar",
        Path.of(System.getProperty("skyproxy.jar")).toAbsolutePath().toString(), "--port", "0",
        "--claude", "off", "--codex", "off", "--verbose", "--config",
        folder.resolve("config.json").toString()).directory(folder.toFile()).start();
    try (BufferedReader said = program.inputReader(); BufferedReader log = program.errorReader()) {
      String first = said.readLine();
      String path = "/" + "nothing".repeat(40);
      int port = Integer.parseInt(first.substring(first.lastIndexOf(':') + 1));
      try (RawClient client = new RawClient(port)) {
        for (int i = 0; i < REQUESTS; i++) {
          assertEquals(404, client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .answer().status());
        }
      }
      String line;
      do {
        line = log.readLine();
        assertTrue(line != null, "nothing was missing");
      } while (!line.contains(" missing here: the console stood still"));
    } finally {
      program.destroyForcibly().onExit().join();
    }
  }
}
