package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Folders that go, at the latest when the next proxy starts.
final class TempFoldersTest {

  @Test
  void a_folder_goes_with_all_that_is_in_it() throws IOException {
    Path folder = TempFolders.create();
    Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("c"), "text");
    TempFolders.delete(folder);
    assertFalse(Files.exists(folder));
  }

  @Test
  void what_a_killed_proxy_left_goes_and_what_is_in_use_stays() throws Exception {
    Process ended = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-version")
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
}
