package skyproxy.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
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
import java.util.stream.Stream;

/// Writes files that their owner alone can read, each the old one or the new one at any moment.
/// Any thread, but two that write the same file at once leave it to chance whose it is.
public final class OwnerFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private OwnerFile() {}

  /// Puts a file in its place, whole or not at all, and makes its folder if need be. A symbolic
  /// link is replaced by the file; what it led to stays as it is.
  public static void write(Path file, byte[] content) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path fresh = temporary(target.getParent());
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) out.write(bytes);
        out.force(true); // the new name must not reach the disk before the new bytes
      }
      Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /// An empty file of its owner alone, which the caller deletes.
  public static Path temporary(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "new-", ".tmp");
    var posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    var acl = Files.getFileAttributeView(file, AclFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(OWNER_ONLY);
    } else if (acl != null) {
      acl.setAcl(Stream.of(acl.getOwner(), user(acl)).distinct().map(OwnerFile::all).toList());
    }
    return file;
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
