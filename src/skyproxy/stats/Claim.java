package skyproxy.stats;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Which of several proxies on one settings file writes the figures: the first of them, until it
/// ends. The system takes the lock back however that happens.
final class Claim implements AutoCloseable {
  private FileChannel channel;
  private boolean ours = true;

  /// @param file holds nothing, and is made if need be
  Claim(Path file) {
    try {
      Files.createDirectories(file.getParent());
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      ours = channel.tryLock() != null;
    } catch (IOException | OverlappingFileLockException unknown) {
      // Where nothing can be locked nobody else is known of; the latter is of this very program.
    }
  }

  boolean ours() {
    return ours;
  }

  @Override
  public void close() {
    try {
      if (channel != null) channel.close();
    } catch (IOException gone) {
      // The end of the program closes it too.
    }
  }
}
