package skyproxy.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;

/// Files that are there whole, for their owner alone, with nothing left beside them.
final class OwnerFileTest {
  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("kept").resolve("file.json");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private static String rights(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private void assumePosix() {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "Windows has no file modes.");
  }

  @Test
  void the_new_file_takes_the_place_of_the_old_one_and_its_folder_is_made() throws IOException {
    for (String text : new String[] {"a longer first text", "second"}) {
      OwnerFile.write(file, text.getBytes(UTF_8));
      assertEquals(text, Files.readString(file));
      assertEquals(List.of("file.json"), names(file.getParent()));
    }
  }

  @Test
  void its_owner_alone_can_read_it() throws IOException {
    assumePosix();
    OwnerFile.write(file, new byte[] {1});
    assertEquals("rw-------", rights(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    OwnerFile.tighten(file);
    assertEquals("rw-------", rights(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    OwnerFile.tighten(file);
    assertEquals("r--------", rights(file), "a right that was taken is not given back");
  }

  @Test
  void a_link_is_replaced_and_what_it_leads_to_stays() throws IOException {
    assumePosix();
    Path real = Files.writeString(folder.resolve("real.json"), "the real one");
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, real);
    OwnerFile.write(file, "a copy".getBytes(UTF_8));
    assertEquals("the real one", Files.readString(real));
    assertFalse(Files.isSymbolicLink(file));
  }

  @Test
  void what_can_not_be_put_in_place_leaves_nothing_behind() throws IOException {
    Files.createDirectories(file.resolve("a folder with something in it"));
    assertThrows(IOException.class, () -> OwnerFile.write(file, new byte[] {1}));
    assertEquals(List.of("file.json"), names(file.getParent()));
  }

  @Test
  void what_a_killed_program_left_goes_and_what_another_one_writes_stays() throws Exception {
    Process ended = new ProcessBuilder(Os.java(), "-version").redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    ended.waitFor();
    Files.createDirectories(file.getParent());
    String another = "new-" + ProcessHandle.current().pid() + "-1.tmp";
    for (String name : List.of("new-" + ended.pid() + "-1.tmp", another, "new-mine.tmp")) {
      Files.writeString(file.resolveSibling(name), "half");
    }
    OwnerFile.write(file, new byte[] {1});
    assertEquals(List.of("file.json", another, "new-mine.tmp"), names(file.getParent()));
  }

  @Test
  void a_file_that_is_held_for_a_moment_is_replaced_a_moment_later() throws IOException {
    OwnerFile.write(file, "old".getBytes(UTF_8));
    AtomicInteger tries = new AtomicInteger();
    OwnerFile.write(file, "new".getBytes(UTF_8), (fresh, target) -> {
      if (tries.incrementAndGet() < 4) throw new AccessDeniedException(target.toString());
      Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
    });
    assertEquals("new", Files.readString(file));
    assertEquals(4, tries.get());
  }

  @Test
  void a_file_that_stays_held_is_named_in_words_for_a_player() throws IOException {
    OwnerFile.write(file, "old".getBytes(UTF_8));
    IOException held = assertThrows(IOException.class,
        () -> OwnerFile.write(file, "new".getBytes(UTF_8), (fresh, target) -> {
          throw new FileSystemException(fresh.toString(), target.toString(), "The process ...");
        }));
    assertEquals("Another program (a virus scanner, OneDrive, an editor) holds "
        + file.toAbsolutePath() + ".", held.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("file.json"), names(file.getParent()));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void windows_lets_nobody_replace_what_is_open_and_then_does() throws Exception {
    OwnerFile.write(file, "old".getBytes(UTF_8));
    try (InputStream holder = new FileInputStream(file.toFile())) {
      assertTrue(assertThrows(IOException.class, () -> OwnerFile.write(file, new byte[] {1}))
          .getMessage().startsWith("Another program "));
      Thread late = Thread.ofVirtual().start(() -> {
        try (holder) {
          Thread.sleep(300);
        } catch (InterruptedException | IOException e) {
          throw new AssertionError(e);
        }
      });
      OwnerFile.write(file, "new".getBytes(UTF_8));
      late.join();
    }
    assertEquals("new", Files.readString(file));
  }

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "Elsewhere what is open can be deleted.")
  void what_is_to_go_and_is_still_open_goes_when_it_is_closed() throws Exception {
    Path used = OwnerFile.temporary(folder);
    Thread late;
    try (InputStream holder = new FileInputStream(used.toFile())) {
      late = Thread.ofVirtual().start(() -> OwnerFile.drop(used));
      Thread.sleep(200);
      assertEquals(-1, holder.read());
      assertTrue(Files.exists(used));
    }
    late.join();
    assertFalse(Files.exists(used));
  }

  @Test
  void a_name_may_have_characters_that_the_code_page_lacks() throws IOException {
    Path foreign;
    try {
      foreign = folder.resolve("Łódź 日本").resolve("Ł.json");
    } catch (InvalidPathException lacking) {
      assumeTrue(false, "This locale has no such names.");
      return;
    }
    for (String text : new String[] {"old", "new"}) OwnerFile.write(foreign, text.getBytes(UTF_8));
    assertEquals("new", new String(OwnerFile.read(foreign), UTF_8));
  }

  @Test
  void a_folder_that_can_not_be_written_to_is_named() throws IOException {
    Files.writeString(folder.resolve("kept"), "a file in the place of the folder");
    String message = assertThrows(IOException.class, () -> OwnerFile.write(file, new byte[] {1}))
        .getMessage();
    assertTrue(message.startsWith(file.getParent() + " can't be written to"), message);
  }
}
