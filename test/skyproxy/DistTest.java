package skyproxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.RealCli;

/// The archive for players: the same bytes each time, and all that is needed to start.
@Tag("jar")
final class DistTest {
  @TempDir
  private Path folder;

  @Test
  void two_archives_of_one_commit_are_the_same_and_can_be_started() throws Exception {
    Path first = dist(folder.resolve("first"), "UTC");
    Path second = dist(folder.resolve("se cönd"), "Asia/Tokyo");
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    String sum = HexFormat.of().formatHex(
        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(first)));
    assertEquals(sum + "  " + first.getFileName() + "\n",
        Files.readString(first.resolveSibling("SHA256SUMS")));

    Path unpacked = unpack(first);
    try (Stream<Path> files = Files.list(unpacked)) {
      assertEquals(List.of("LICENSE", "README.md", "run.bat", "run.sh", "skyrimnet-proxy.jar"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertTrue(Files.readString(unpacked.resolve("run.bat")).contains("\r\n"), "lines of Windows");
    String readme = Files.readString(unpacked.resolve("README.md"));
    assertTrue(readme.contains("](LICENSE)"));
    Matcher link = Pattern.compile("\\]\\((?!https:|#)([^)]*)\\)").matcher(readme);
    while (link.find()) assertTrue(Files.exists(unpacked.resolve(link.group(1))), link.group());
    for (Path file : List.of(unpacked.resolve("skyrimnet-proxy.jar"), unpacked)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    Process run = new ProcessBuilder(unpacked.resolve("run.sh").toString(), "--port", "0",
        "--claude", "off", "--codex", "off", "--config", folder.resolve("c.json").toString())
        .directory(folder.toFile()).redirectError(folder.resolve("log").toFile()).start();
    try {
      String line = run.inputReader().readLine();
      assertTrue(line != null && line.startsWith("Listening on http://"), line);
    } finally {
      run.destroy();
      run.waitFor();
      Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private Path dist(Path copy, String zone) throws Exception {
    for (Path file : Tree.files()) {
      if (file.startsWith("test")) continue;
      Path to = copy.resolve(file);
      Files.createDirectories(to.getParent());
      Files.copy(file, to);
    }
    ProcessBuilder build = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Duser.timezone=" + zone, "src/build/Build.java", "--dist").directory(copy.toFile());
    build.environment().putAll(Map.of("COMMIT", "0123456789ab", "TZ", zone));
    return copy.resolve(RealCli.output(build).strip());
  }

  private Path unpack(Path archive) throws Exception {
    try (FileSystem zip = FileSystems.newFileSystem(archive,
        Map.of("enablePosixFileAttributes", "true")); Stream<Path> all =
            Files.walk(zip.getPath("/"))) {
      for (Path entry : all.skip(1).toList()) {
        Path to = folder.resolve("unpacked").resolve(entry.toString().substring(1));
        Files.createDirectories(to.getParent());
        Files.copy(entry, to);
        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(entry));
      }
    }
    try (Stream<Path> one = Files.list(folder.resolve("unpacked"))) {
      return one.findFirst().orElseThrow();
    }
  }
}
