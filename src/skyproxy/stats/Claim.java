package skyproxy.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Which of several proxies on one settings file writes the figures: the first of them, until it
/// ends, however that happens.
///
/// A file says which process that is, and since when, for its number is given away again. It is
/// locked while it is read and written and not kept open, since on Windows that would hold its
/// folder.
final class Claim implements AutoCloseable {
  private static final int LONGEST = 100;

  private final Path file;
  private final boolean ours;

  /// @param file is made if need be
  Claim(Path file) {
    this.file = file;
    boolean taken = false;
    try {
      Files.createDirectories(file.getParent());
      taken = !take();
    } catch (IOException | OverlappingFileLockException unknown) {
      // Where nothing can be written nobody else is known of; the latter is of this very program.
    }
    ours = !taken;
  }

  private boolean take() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
        StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.lock();
      ByteBuffer read = ByteBuffer.allocate(LONGEST);
      channel.read(read);
      String holder = new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII);
      if (runs(holder)) return false;
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(
          name(ProcessHandle.current()).getBytes(StandardCharsets.US_ASCII)), 0);
      return true;
    }
  }

  /// Whether it is another program, and runs.
  private static boolean runs(String holder) {
    if (holder.equals(name(ProcessHandle.current()))) return false;
    String number = holder.replaceFirst(" .*", "");
    return number.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(number))
        .filter(each -> each.isAlive() && name(each).equals(holder)).isPresent();
  }

  private static String name(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }

  boolean ours() {
    return ours;
  }

  @Override
  public void close() {
    if (!ours) return;
    try {
      Files.deleteIfExists(file);
    } catch (IOException held) {
      // The next one sees that its process is gone.
    }
  }
}
