package skyproxy.claude.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Folders for what the CLI writes while it runs, all of which go when it ends.
///
/// Their names hold the id of our process, so that those of a proxy that was killed can be told
/// from those in use, and go when the next one starts. Any number of threads.
final class TempFolders {
  private static final System.Logger LOG = System.getLogger(TempFolders.class.getName());
  private static final Path PLACE = Path.of(System.getProperty("java.io.tmpdir"));
  private static final String PREFIX = "skyrimnet-proxy-";
  /// Milliseconds to wait before each further try: some 600 in all.
  private static final int[] WAITS = {10, 20, 40, 80, 160, 320};
  /// Systems tell the start of a process by a clock of their own.
  private static final Duration ROUNDING = Duration.ofSeconds(5);
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-\\w+");

  private TempFolders() {}

  static Path create() throws IOException {
    return Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
  }

  /// Removes a folder with all that is in it. On Windows a process that is ending still holds the
  /// folder it worked in: then it is tried again for a moment, and left to [#sweep].
  static void delete(Path folder) {
    try {
      for (int wait : WAITS) {
        if (removed(folder)) return;
        Thread.sleep(wait);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    removed(folder);
  }

  private static boolean removed(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) Files.deleteIfExists(path);
      return true;
    } catch (NoSuchFileException gone) {
      return true;
    } catch (IOException | UncheckedIOException busy) {
      LOG.log(Level.DEBUG, "{0} could not be removed: {1}", folder, busy.getMessage());
      return false;
    }
  }

  /// Windows gives the number of a process that has ended to the next one, which may be this one.
  private static boolean isYounger(ProcessHandle process, Instant touched) {
    return process.info().startInstant().orElse(touched).isAfter(touched.plus(ROUNDING));
  }

  /// Removes what proxies left that were killed.
  static void sweep() {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PLACE, PREFIX + "*")) {
      for (Path folder : folders) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        if (!name.matches()) continue;
        Instant touched = Files.getLastModifiedTime(folder).toInstant();
        boolean inUse = ProcessHandle.of(Long.parseLong(name.group(1)))
            .filter(process -> process.isAlive() && !isYounger(process, touched)).isPresent();
        if (!inUse) removed(folder);
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      LOG.log(Level.DEBUG, "{0}: {1}", PLACE, unreadable.getMessage());
    }
  }
}
