package skyproxy.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
