package skyproxy.codex;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import skyproxy.files.OwnerFile;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.json.JsonWriter;

/// Our own `CODEX_HOME`: settings made to order, and the player's login lent to it.
///
/// The login's refresh token can be used once. Whoever renews the login from a copy breaks the
/// original, and behind a hard link Codex burns the token and then refuses to save the new one.
/// So `auth.json` is a symbolic link, through which Codex writes to the real file as it does by
/// itself; where the system allows none, a copy *without* the refresh token, which can't renew
/// anything and is written anew when the real file changes. The real folder is never written to.
final class CodexHome {
  private static final System.Logger LOG = System.getLogger(CodexHome.class.getName());

  private final Path folder;
  private final Path realAuth;
  private final Path auth;
  private final boolean mayLink;
  private volatile boolean copied;

  /// @param folder ours
  /// @param real where `codex login` keeps its files
  /// @param mayLink whether to try a symbolic link
  CodexHome(Path folder, Path real, boolean mayLink) {
    this.folder = folder.toAbsolutePath();
    this.realAuth = real.toAbsolutePath().resolve("auth.json");
    this.auth = this.folder.resolve("auth.json");
    this.mayLink = mayLink;
  }

  Path folder() {
    return folder;
  }

  /// An empty folder, for Codex to work in.
  Path empty() {
    return folder.resolve("empty");
  }

  Path catalog() {
    return folder.resolve("models.json");
  }

  CodexLogin login() {
    return CodexLogin.read(realAuth);
  }

  /// Whether the login is a copy, which can't be renewed from here.
  boolean copied() {
    return copied;
  }

  void create() throws IOException {
    Files.createDirectories(empty());
    OwnerFile.sweep(folder);
    if (!posix()) return;
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  private boolean posix() {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /// A file with the shortest instructions there can be.
  Path instructions() throws IOException {
    Path file = folder.resolve("instructions.md");
    write(file, (CodexConfig.INSTRUCTIONS + "\n").getBytes(StandardCharsets.UTF_8));
    return file;
  }

  void configure(List<String> lines) throws IOException {
    write(folder.resolve("config.toml"), (String.join("\n", lines) + "\n")
        .getBytes(StandardCharsets.UTF_8));
  }

  /// Makes the slim list of models out of the bundled one.
  ///
  /// @return false when that is none
  boolean slimCatalog(byte[] bundled) throws IOException {
    try {
      if (Json.parse(bundled) instanceof Json.Obj all && all.get("models") instanceof Json.Arr) {
        write(catalog(), JsonWriter.bytes(CodexConfig.catalog(all)));
        return true;
      }
    } catch (JsonException | ClassCastException odd) {
      LOG.log(Level.DEBUG, "Codex lists its models in an unknown form: {0}", odd.getMessage());
    }
    return false;
  }

  /// Lends the login, or sees that what was lent is still right.
  ///
  /// @throws IOException when the real one can't be read, or ours not be written
  void lendLogin() throws IOException {
    if (mayLink && link()) {
      copied = false;
    } else {
      copy();
      copied = true;
    }
  }

  private boolean link() {
    try {
      if (sameFolder()) return true;
      if (!Files.isSymbolicLink(auth) || !Files.readSymbolicLink(auth).equals(realAuth)) {
        Files.deleteIfExists(auth);
        Files.createSymbolicLink(auth, realAuth);
      }
      return leads();
    } catch (IOException | UnsupportedOperationException | SecurityException refused) {
      LOG.log(Level.DEBUG, "No symbolic link to the login of Codex: {0}", refused.getMessage());
      return false;
    }
  }

  /// Some systems make links behind which nothing can be opened, and Codex would find no login. A
  /// login that itself can't be read just now says nothing about the link.
  private boolean leads() {
    boolean leads = Files.isReadable(auth) || !Files.isReadable(realAuth);
    if (!leads) LOG.log(Level.DEBUG, "The link to the login of Codex leads nowhere.");
    return leads;
  }

  private boolean sameFolder() throws IOException {
    return Files.exists(realAuth.getParent())
        && Files.isSameFile(folder, realAuth.getParent());
  }

  private void copy() throws IOException {
    if (sameFolder()) return;
    try {
      Json.Obj login = (Json.Obj) Json.parse(OwnerFile.read(realAuth));
      if (login.get("tokens") instanceof Json.Obj tokens) {
        login = login.with("tokens", tokens.with("refresh_token", new Json.Str("")));
      }
      write(auth, JsonWriter.bytes(login));
    } catch (JsonException | ClassCastException odd) {
      throw new IOException(realAuth + " can't be read", odd);
    }
  }

  /// A file of its owner alone, which the caller drops.
  Path temporary() throws IOException {
    return OwnerFile.temporary(folder);
  }

  /// Puts a file in place, but for one that is there already.
  private void write(Path file, byte[] bytes) throws IOException {
    boolean same = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Arrays.equals(OwnerFile.read(file), bytes);
    if (!same) OwnerFile.write(file, bytes);
  }
}
