package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;

/// Children on a Windows that does not tie them to the program.
final class SubprocessTest {
  @TempDir
  private Path folder;

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "The jobs are Windows'.")
  void where_there_is_no_job_they_run_all_the_same_and_one_line_says_what_that_means()
      throws Exception {
    Path log = folder.resolve("log");
    Process program = new ProcessBuilder(Os.java(), Os.QUIET, "--illegal-native-access=deny",
        "-cp", System.getProperty("java.class.path"), Starter.class.getName())
        .directory(Path.of("").toAbsolutePath().toFile()).redirectError(log.toFile()).start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("Hail!Hail!", said.replaceAll("\\s", ""));
    assertEquals(0, program.waitFor());
    assertEquals(1, Files.readAllLines(log).stream()
        .filter(line -> line.contains("If the proxy is killed, the programs that it has started go"
            + " on for a while, since Windows does not tie them to it: kernel32 can't be called"))
        .count(), Files.readString(log));
  }

  /// Starts two children, one after the other.
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws Exception {
      for (int i = 0; i < 2; i++) {
        try (Subprocess child =
            Subprocess.start(new ProcessBuilder("cmd.exe", "/c", "echo Hail!"))) {
          child.process().getInputStream().transferTo(System.out);
          child.process().waitFor();
        }
      }
      System.out.flush();
    }
  }
}
