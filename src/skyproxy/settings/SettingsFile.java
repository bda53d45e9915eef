package skyproxy.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Stream;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.json.JsonWriter;

/// The settings file: read, and written so that it is the old one or the new one at any moment.
///
/// Its owner alone can read it. Holds nothing in memory; one thread at a time.
final class SettingsFile {
  private static final System.Logger LOG = System.getLogger(SettingsFile.class.getName());
  private static final String OWNER_ONLY = "rw-------";

  private final Path path;

  SettingsFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /// What is in it; a file that is not there is empty. Others lose the right to read it.
  ///
  /// @throws SettingsException when it can't be read or is not a JSON object
  Json.Obj read() throws SettingsException {
    try {
      byte[] bytes = Files.readAllBytes(path);
      tighten();
      if (Json.parse(bytes) instanceof Json.Obj content) return content;
      throw unusable("it must hold a JSON object, in braces (line 1, column 1)");
    } catch (NoSuchFileException none) {
      return Json.Obj.builder().build();
    } catch (JsonException broken) {
      throw unusable(broken.getMessage());
    } catch (IOException unreadable) {
      throw unusable(Files.isDirectory(path) ? "it is a folder" : String.valueOf(unreadable));
    }
  }

  private SettingsException unusable(String why) {
    return SettingsException.unusable("The settings file " + path + " can't be used: " + why
        + ". Correct it, or move it away; it was left as it is.");
  }

  /// Puts this in its place, whole or not at all.
  void write(Json.Obj content) throws IOException {
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path fresh = Files.createTempFile(target.getParent(), "config-", ".tmp");
    try {
      protect(fresh);
      StringBuilder text = new StringBuilder();
      indented(content, "\n", text);
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.append('\n').toString().getBytes(UTF_8));
        while (bytes.hasRemaining()) out.write(bytes);
        out.force(true); // the new name must not reach the disk before the new bytes
      }
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private void tighten() {
    var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) return; // on Windows its folder is the user's own
    try {
      var owner = PosixFilePermissions.fromString(OWNER_ONLY);
      if (!owner.containsAll(view.readAttributes().permissions())) view.setPermissions(owner);
    } catch (IOException refused) {
      LOG.log(Level.WARNING, "Others can read {0}, and that can''t be changed: {1}", path,
          refused.getMessage());
    }
  }

  private static void protect(Path file) throws IOException {
    var posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    var acl = Files.getFileAttributeView(file, AclFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString(OWNER_ONLY));
    } else if (acl != null) {
      acl.setAcl(Stream.of(acl.getOwner(), user(acl)).distinct().map(SettingsFile::all).toList());
    }
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

  /// People edit this file, so each member has a line of its own.
  private static void indented(Json value, String newline, StringBuilder out) {
    String deeper = newline + "  ";
    switch (value) {
      case Json.Obj object when !object.members().isEmpty() -> {
        String before = "{";
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          out.append(before).append(deeper).append(new Json.Str(member.getKey())).append(": ");
          indented(member.getValue(), deeper, out);
          before = ",";
        }
        out.append(newline).append('}');
      }
      case Json.Arr(var items) when items.stream().anyMatch(Json.Obj.class::isInstance) -> {
        String before = "[";
        for (Json item : items) {
          out.append(before).append(deeper);
          indented(item, deeper, out);
          before = ",";
        }
        out.append(newline).append(']');
      }
      case Json other -> JsonWriter.write(other, out);
    }
  }
}
