package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.testing.Os;
import skyproxy.testing.Program;

/// A proxy that is killed, as the task manager does it, and leaves nothing behind for long.
final class KilledProgramTest {
  @TempDir
  private Path folder;
  private Path temporary;

  @BeforeEach
  void place() throws IOException {
    temporary = Files.createDirectory(folder.resolve("temporary"));
  }

  private Program start() throws IOException {
    String how = "-Djava.io.tmpdir=\"" + temporary.toString().replace("\\", "\\\\") + "\"";
    Program program = Program.start(folder, Map.of("JDK_JAVA_OPTIONS", how),
        "--port", "0", "--codex", "off", "--claude", FakeCli.program(folder, "hang").toString());
    program.awaitListening();
    return program;
  }

  private List<Path> left() {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.filter(each -> each.getFileName().toString().startsWith("skyrimnet-")).toList();
    } catch (IOException busy) {
      throw new AssertionError(busy);
    }
  }

  private static <T> T await(Supplier<T> found) throws InterruptedException {
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    T value;
    while ((value = found.get()) == null) {
      assertTrue(System.nanoTime() < end, "it never comes");
      Thread.sleep(20);
    }
    return value;
  }

  private static List<ProcessHandle> clis(Program program) {
    List<ProcessHandle> all = program.process().descendants()
        .filter(each -> each.info().command().orElse("").contains("java")).toList();
    return all.isEmpty() ? null : all;
  }

  /// Elsewhere a CLI that waits sees the end of its stdin.
  @Test
  @Tag("windows")
  void its_children_end_with_it_and_its_folders_go_when_the_next_one_starts() throws Exception {
    List<Path> before;
    try (Program program = start()) {
      List<ProcessHandle> children = await(() -> clis(program));
      before = await(() -> left().isEmpty() ? null : left());
      program.process().destroyForcibly();
      for (ProcessHandle child : children) child.onExit().get(60, TimeUnit.SECONDS);
      assertFalse(program.stderr().contains("WARN"), program.stderr());
    }
    try (Program program = start()) {
      await(() -> before.stream().anyMatch(Files::exists) ? null : true);
      assertTrue(program.process().isAlive());
    }
  }
}
