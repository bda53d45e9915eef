package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import skyproxy.testing.Os;

/// Folders that go, at the latest when the next proxy starts.
final class TempFoldersTest {
  /// Some 2,700 of the 4,096 characters that a path may have on Linux.
  private static final String DEEP = String.join("/", Collections.nCopies(18, "d".repeat(150)));

  @Test
  void a_folder_goes_with_all_that_is_in_it() throws IOException {
    Path folder = TempFolders.create();
    Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("c"), "text");
    TempFolders.delete(folder);
    assertFalse(Files.exists(folder));
  }

  @Test
  @Tag("windows")
  void a_folder_that_an_ending_process_still_holds_goes_a_moment_later() throws Exception {
    Path folder = TempFolders.create();
    Process holder = new ProcessBuilder("cmd.exe", "/c", "set /p X=").directory(folder.toFile())
        .redirectErrorStream(true).start();
    Thread ending = Thread.ofPlatform().start(() -> {
      LockSupport.parkNanos(100_000_000);
      holder.destroyForcibly();
    });
    TempFolders.delete(folder);
    assertFalse(Files.exists(folder));
    ending.join();
    holder.waitFor();
  }

  @Test
  void what_a_killed_proxy_left_goes_and_what_is_in_use_stays() throws Exception {
    Process ended = new ProcessBuilder(Os.java(), "-version")
        .redirectErrorStream(true).start();
    ended.getInputStream().readAllBytes();
    ended.waitFor();
    Path mine = TempFolders.create();
    String name = mine.getFileName().toString();
    String me = "-" + ProcessHandle.current().pid() + "-";
    Path left = mine.resolveSibling(name.replace(me, "-" + ended.pid() + "-"));
    Path other = mine.resolveSibling("skyrimnet-proxy-notes");
    Files.createDirectories(left.resolve("cc-socks"));
    boolean made = !Files.exists(other) && Files.createDirectory(other) != null;
    TempFolders.sweep();
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(mine));
    assertTrue(Files.exists(other));
    TempFolders.delete(mine);
    if (made) Files.delete(other);
  }

  @Test
  void a_folder_that_is_older_than_the_process_of_its_number_is_not_in_use() throws Exception {
    Path old = TempFolders.create();
    Path mine = TempFolders.create();
    Instant start = ProcessHandle.current().info().startInstant().orElseThrow();
    Files.setLastModifiedTime(old, FileTime.from(start.minusSeconds(60)));
    TempFolders.sweep();
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(mine));
    TempFolders.delete(mine);
  }

  /// A file system that loses a folder while it is walked says so in another way than by an
  /// `IOException`; so does one below the longest path that there can be.
  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "Paths grow too long by other rules here.")
  void a_folder_that_can_not_be_walked_is_left_behind_and_nothing_fails() throws IOException {
    Path folder = TempFolders.create();
    Path other = TempFolders.create();
    Path deep = Files.createDirectories(folder.resolve(DEEP));
    Files.createDirectories(other.resolve("top").resolve(DEEP));
    Files.move(other.resolve("top"), deep.resolve("top"));
    TempFolders.delete(folder);
    if (Files.exists(deep.resolve("top"))) Files.move(deep.resolve("top"), other.resolve("top"));
    TempFolders.delete(folder);
    TempFolders.delete(other);
    assertFalse(Files.exists(folder));
    assertFalse(Files.exists(other));
  }
}
