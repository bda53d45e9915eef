package skyproxy;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.files.OwnerFile;

/// The log on the disk, for players who have closed the console: `NAME-1.log`, `NAME-2.log` and so
/// on, of which the last few are kept. Their owner alone can read them.
///
/// No file is ever renamed, for Windows renames none that somebody reads. Several proxies may share
/// a folder: each writes to a file that no other has, and deletes none that another writes to. A
/// lock on the file says whose it is; it lies far behind all lines, since on Windows nobody could
/// read what is locked.
///
/// What can't be written is lost, and said once on the console; it is tried again after a rest. One
/// thread.
final class LogFile implements LogQueue.End {
  private static final System.Logger LOG = System.getLogger(LogFile.class.getName());
  private static final int LARGEST = 1_000_000;
  private static final int FILES = 5;
  private static final Duration REST = Duration.ofMinutes(1);
  private static final long MARK = Long.MAX_VALUE - 1;

  private final Path start;
  private final int largest;
  private final int files;
  private final long rest;
  private final Pattern name;
  private FileChannel channel;
  private long number;
  private long restsUntil;
  private long lost;
  private boolean complained;

  /// @param start the path of a file without `-1.log`
  LogFile(Path start) {
    this(start, LARGEST, FILES, REST);
  }

  /// @param largest bytes of a file
  /// @param files how many are kept, besides those that other proxies write to
  /// @param rest after a failure
  LogFile(Path start, int largest, int files, Duration rest) {
    this.start = start.toAbsolutePath();
    this.largest = largest;
    this.files = files;
    this.rest = rest.toNanos();
    name = Pattern.compile(Pattern.quote(start.getFileName() + "-") + "(\\d{1,9})\\.log");
  }

  @Override
  public void write(String line) {
    if (lost > 0 && restsUntil - System.nanoTime() > 0) {
      lost++;
      return;
    }
    try {
      if (lost > 0) {
        put("Lines that could not be written here: " + lost + System.lineSeparator());
      }
      lost = 0;
      put(line);
    } catch (IOException refused) {
      lost++;
      restsUntil = System.nanoTime() + rest;
      close();
      complain(refused);
    }
  }

  private void put(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    boolean full = channel != null && channel.position() > 0
        && channel.position() + bytes.remaining() > largest;
    if (full || channel == null || !Files.exists(file(number))) {
      close();
      open(full ? number + 1 : number);
      dropOldest();
    }
    long before = channel.position();
    try {
      while (bytes.hasRemaining()) channel.write(bytes);
    } catch (IOException noRoom) {
      cut(before);
      throw noRoom;
    }
  }

  /// Half a line would run into the next one.
  private void cut(long size) {
    try {
      channel.truncate(size);
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "{0} ends in half a line: {1}", file(number), gone.toString());
    }
  }

  private Path file(long which) {
    return start.resolveSibling(start.getFileName() + "-" + which + ".log");
  }

  /// Takes the last of the files that are there, or the first one behind it that can be had.
  private void open(long from) throws IOException {
    Files.createDirectories(start.getParent());
    TreeSet<Long> there = there();
    number = Math.max(Math.max(from, 1), there.isEmpty() ? 1 : there.last());
    while ((channel = taken(file(number))) == null) number++;
  }

  /// A file for us alone; null when it is another's, or full.
  private FileChannel taken(Path file) throws IOException {
    boolean fresh = created(file);
    FileChannel mine = null;
    try {
      mine = FileChannel.open(file, StandardOpenOption.WRITE);
      if (mine.tryLock(MARK, 1, false) != null && mine.size() < largest) {
        OwnerFile.tighten(file);
        return mine.position(mine.size());
      }
    } catch (OverlappingFileLockException another) {
      // of this very program
    } catch (FileSystemException held) {
      if (fresh) throw held;
    }
    if (mine != null) mine.close();
    return null;
  }

  private static boolean created(Path file) throws IOException {
    try {
      OwnerFile.create(file);
      return true;
    } catch (FileAlreadyExistsException there) {
      return false;
    }
  }

  private TreeSet<Long> there() throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(start.getParent())) {
      for (Path each : all) {
        Matcher found = name.matcher(each.getFileName().toString());
        if (found.matches()) numbers.add(Long.valueOf(found.group(1)));
      }
    } catch (DirectoryIteratorException unreadable) {
      throw unreadable.getCause();
    }
    return numbers;
  }

  /// One that somebody holds stays until the next time.
  private void dropOldest() throws IOException {
    TreeSet<Long> there = there();
    int tooMany = there.size() - files;
    for (long each : there) {
      if (tooMany-- <= 0) return;
      if (each != number) drop(file(each));
    }
  }

  private static void drop(Path file) {
    try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (old.tryLock(MARK, 1, false) != null) Files.deleteIfExists(file);
    } catch (IOException | OverlappingFileLockException held) {
      LOG.log(Level.DEBUG, "{0} is left: {1}", file, held.toString());
    }
  }

  /// Lets the file go; the next line opens it again.
  void close() {
    try {
      if (channel != null) channel.close();
    } catch (IOException lost) {
      LOG.log(Level.DEBUG, "{0} could not be closed: {1}", file(number), lost.toString());
    }
    channel = null;
  }

  private void complain(IOException refused) {
    if (complained) return;
    complained = true;
    String why = switch (refused) {
      case AccessDeniedException _ -> "there is no right to write there";
      case FileAlreadyExistsException _ -> "a file lies where its folder should be";
      default -> refused.getMessage();
    };
    LOG.log(Level.WARNING, "The log can''t be written to {0}: {1}. It is on the console alone;"
        + " everything else works.", file(Math.max(number, 1)), why);
  }
}
