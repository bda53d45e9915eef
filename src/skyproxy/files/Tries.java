package skyproxy.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;

/// Does what another program may stand in the way of, again and again for a while.
///
/// Windows refuses to read or replace a file that a virus scanner, a synchronized folder, an
/// indexer or an editor holds just then, mostly for some milliseconds. It says the same of a file
/// that is never to be had, so that one takes as long.
final class Tries {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Tries() {}

  /// One of these tries.
  interface Try<T> {
    T run() throws IOException;
  }

  /// What the first try gives that succeeds; the last failure when none does.
  static <T> T until(Try<T> once) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return once.run();
      } catch (NoSuchFileException missing) {
        throw missing;
      } catch (FileSystemException held) {
        if (System.nanoTime() - end > 0) throw held;
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return once.run();
      }
    }
  }
}
