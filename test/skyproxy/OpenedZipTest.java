package skyproxy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;

/// Which temporary folders are those of a zip that was opened and not unpacked.
final class OpenedZipTest {
  @TempDir
  private Path temporary;

  private boolean holds(String place) throws Exception {
    Path inside = Files.createDirectories(temporary.resolve(place));
    assertFalse(OpenedZip.holds(temporary.relativize(inside).toAbsolutePath(), temporary), place);
    return OpenedZip.holds(inside, temporary);
  }

  @Test
  void the_folders_of_windows_and_of_the_archive_programs_are_known() throws Exception {
    for (String place : List.of("Temp1_SkyrimNet Proxy.zip", "Temp2_a.ZIP/SkyrimNet Proxy",
        "5f5b1d5c-0a0e-4f3a-8d8f-1c2b3a4d5e6f_skyrimnet-proxy.zip.e6f/SkyrimNet Proxy",
        "7zO0C4A1B2D", "7zO0C4A.tmp/proxy", "Rar$EXa12345.6789", "Rar$DRa8104.1/proxy",
        "BNZ.65f1a2b3/x", "wz5e1c")) {
      assertTrue(holds(place), place);
    }
  }

  @Test
  void other_folders_below_the_temporary_one_are_folders_like_others() throws Exception {
    for (String place : List.of("clone", "skyrimnet-proxy/build", "zip", "unzipped/7zO", "wizard",
        "Rare", "junit-123/Games! #1 50%")) {
      assertFalse(holds(place), place);
    }
    assertFalse(OpenedZip.holds(temporary, temporary));
    assertFalse(OpenedZip.holds(temporary.resolveSibling("a.zip.elsewhere"), temporary));
  }

  @Test
  void the_temporary_folder_may_be_named_in_another_way() throws Exception {
    Path inside = Files.createDirectories(temporary.resolve("Temp1_a.zip"));
    Path link = temporary.resolve("link");
    Os.link(link, temporary);
    assertTrue(OpenedZip.holds(inside, link));
  }
}
