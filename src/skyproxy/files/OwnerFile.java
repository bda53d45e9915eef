package skyproxy.files;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Writes files that their owner alone can read, each the old one or the new one at any moment.
/// Any thread, but two that write the same file at once leave it to chance whose it is.
///
/// A file that another program holds is tried again for two seconds, and then named as such.
public final class OwnerFile {
  private static final System.Logger LOG = System.getLogger(OwnerFile.class.getName());
  /// The name of what is being written holds the number of the process that writes it.
  private static final String FRESH = "new-";
  private static final Pattern LEFT = Pattern.compile(FRESH + "(\\d{1,18})-.*\\.tmp");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private OwnerFile() {}

  /// Puts a finished file in the place of another.
  interface Move {
    void move(Path fresh, Path target) throws IOException;
  }

  /// All that is in a file.
  ///
  /// @throws IOException saying why not, in words for a player; `NoSuchFileException` as it is
  public static byte[] read(Path file) throws IOException {
    try {
      return Tries.until(() -> Files.readAllBytes(file));
    } catch (AccessDeniedException refused) {
      throw Files.isReadable(file) ? held(file, refused)
          : new IOException("There is no right to read " + file + ".", refused);
    } catch (NoSuchFileException missing) {
      throw missing;
    } catch (FileSystemException refused) {
      throw held(file, refused);
    }
  }

  /// Puts a file in its place, whole or not at all, and makes its folder if need be. A symbolic
  /// link is replaced by the file; what it led to stays as it is.
  ///
  /// @throws IOException saying why not, in words for a player
  public static void write(Path file, byte[] content) throws IOException {
    write(file, content, (fresh, target) -> Files.move(fresh, target,
        StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE));
  }

  static void write(Path file, byte[] content, Move move) throws IOException {
    Path target = file.toAbsolutePath();
    Path fresh = fresh(target.getParent());
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) out.write(bytes);
        out.force(true); // the new name must not reach the disk before the new bytes
      }
      if (Files.isDirectory(target)) throw new IOException(target + " is a folder.");
      Tries.until(() -> {
        move.move(fresh, target);
        return null;
      });
    } catch (FileSystemException refused) {
      boolean locked = Files.exists(target) && !Files.isWritable(target);
      throw locked ? new IOException(target + " is write-protected: allow changes in its"
          + " properties.", refused) : held(target, refused);
    } finally {
      drop(fresh);
    }
  }

  /// Deletes a file that has served its purpose; one that stays held is left, which harms nobody.
  public static void drop(Path file) {
    try {
      Tries.until(() -> Files.deleteIfExists(file));
    } catch (IOException held) {
      LOG.log(Level.DEBUG, "{0} is left: {1}", file, held.getMessage());
    }
  }

  private static IOException held(Path file, IOException refused) {
    return new IOException("Another program (a virus scanner, OneDrive, an editor) holds " + file
        + ".", refused);
  }

  private static Path fresh(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
      sweep(folder);
      return temporary(folder);
    } catch (AccessDeniedException refused) {
      throw new IOException("There is no right to write in " + folder
          + ": move what lies there to a folder of your own.", refused);
    } catch (FileSystemException refused) {
      String reason = refused.getReason() == null ? "it is no folder" : refused.getReason();
      throw new IOException(folder + " can't be written to: " + reason + ".", refused);
    }
  }

  /// Adds to the end of a file, which is made if need be. It is with the system when this returns,
  /// and survives the end of the process, not that of the power.
  ///
  /// @throws IOException when it can't be written now; nothing of it is there then
  public static void append(Path file, byte[] content) throws IOException {
    if (!Files.exists(file)) write(file, new byte[0]);
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) out.write(bytes);
    }
  }

  /// An empty file of its owner alone, which the caller drops.
  public static Path temporary(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, FRESH + ProcessHandle.current().pid() + "-", ".tmp");
    keep(file);
    return file;
  }

  /// Removes what programs of this kind were writing in a folder when they were killed. What can't
  /// be removed stays until the next time.
  public static void sweep(Path folder) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, FRESH + "*.tmp")) {
      for (Path each : all) {
        Matcher name = LEFT.matcher(each.getFileName().toString());
        if (name.matches() && !isAlive(Long.parseLong(name.group(1)))) drop(each);
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      LOG.log(Level.DEBUG, "{0} can''t be looked through: {1}", folder, unreadable.toString());
    }
  }

  /// Whether there is a process of this number, be it another one by now.
  public static boolean isAlive(long process) {
    return ProcessHandle.of(process).filter(ProcessHandle::isAlive).isPresent();
  }

  /// Makes an empty file of its owner alone, which is not there yet.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException when it is
  public static void create(Path file) throws IOException {
    Files.createFile(file);
    keep(file);
  }

  /// Leaves an empty file to its owner alone.
  private static void keep(Path file) throws IOException {
    var posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    var acl = Files.getFileAttributeView(file, AclFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(OWNER_ONLY);
    } else if (acl != null) {
      acl.setAcl(Stream.of(acl.getOwner(), user(acl)).distinct().map(OwnerFile::all).toList());
    }
  }

  /// Takes from others the right to read a file that somebody else has written. Windows is left
  /// as it is: there its folder is the user's own.
  ///
  /// @throws IOException when that can't be changed
  public static void tighten(Path file) throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null || OWNER_ONLY.containsAll(view.readAttributes().permissions())) return;
    view.setPermissions(OWNER_ONLY);
  }

  private static AclEntry all(UserPrincipal who) {
    return AclEntry.newBuilder().setType(AclEntryType.ALLOW).setPrincipal(who)
        .setPermissions(EnumSet.allOf(AclEntryPermission.class)).build();
  }

  /// What a program writes that was started as administrator belongs to all administrators, and
  /// the same user could not read it without that right. The name alone might be another's, or
  /// the computer's; an account that is not found by it has to do with the owner.
  private static UserPrincipal user(AclFileAttributeView acl) throws IOException {
    String domain = System.getenv("USERDOMAIN");
    String name = System.getProperty("user.name");
    try {
      return FileSystems.getDefault().getUserPrincipalLookupService()
          .lookupPrincipalByName(domain == null ? name : domain + "\\" + name);
    } catch (IOException unnamed) {
      return acl.getOwner();
    }
  }
}
