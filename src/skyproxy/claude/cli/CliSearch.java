package skyproxy.claude.cli;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Finds the Claude CLI on this computer.
///
/// npm puts no `claude.exe` on a Windows PATH, only shims: `claude.cmd` can be run by cmd.exe
/// alone, whose quoting rules and second process we avoid by starting what the shim points to. An
/// installation without install scripts leaves a small text in the place of the program, which is
/// passed over. A game launcher's PATH is often short, so the usual places are looked at too.
///
/// @param variable looks up an environment variable, null when it is not set
/// @param home the user's folder
public record CliSearch(boolean windows, Function<String, String> variable, Path home) {
  /// What to say to the player when there is none.
  public static final String MISSING = "The Claude CLI is not installed, or was not found."
      + " Install Claude Code, run `claude` once and log in; --claude tells where it is.";

  private static final System.Logger LOG = System.getLogger(CliSearch.class.getName());
  private static final int STUB = 4_096;
  private static final String STUB_SAYS = "native binary not installed";
  private static final String BEHIND_SHIM = "node_modules/@anthropic-ai/claude-code/bin/claude.exe";

  /// On this computer.
  public static CliSearch here() {
    return new CliSearch(File.separatorChar == '\\', System::getenv,
        Path.of(System.getProperty("user.home")));
  }

  /// The CLI that `program` (a path, or a name to look for) means; null when there is none.
  public ClaudeCli find(String program) {
    if (program.indexOf('/') >= 0 || windows && program.indexOf('\\') >= 0) {
      return one(path(program));
    }
    List<Path> places = new ArrayList<>();
    for (Path folder : searchPath()) {
      if (windows) places.add(folder.resolve(program + ".exe"));
      if (!windows || program.endsWith(".exe") || program.endsWith(".cmd")) {
        places.add(folder.resolve(program));
      }
    }
    if (windows) searchPath().forEach(folder -> places.add(folder.resolve(program + ".cmd")));
    if (program.equals("claude")) places.addAll(usualPlaces());
    for (Path place : places) {
      ClaudeCli found = one(place);
      if (found != null) return found;
    }
    return null;
  }

  private List<Path> searchPath() {
    String value = variable.apply("PATH");
    List<Path> folders = new ArrayList<>();
    for (String part : value == null ? new String[0] : value.split(windows ? ";" : ":")) {
      String clean = part.replace("\"", "").strip();
      Path folder = clean.isEmpty() ? null : path(clean);
      if (folder != null) folders.add(folder);
    }
    return folders;
  }

  private List<Path> usualPlaces() {
    if (!windows) {
      return List.of(home.resolve(".local/bin/claude"), home.resolve(".claude/local/claude"),
          Path.of("/opt/homebrew/bin/claude"), Path.of("/usr/local/bin/claude"));
    }
    String roaming = variable.apply("APPDATA");
    Path npm = roaming == null ? home.resolve("AppData/Roaming/npm")
        : Path.of(roaming).resolve("npm");
    return List.of(home.resolve(".local/bin/claude.exe"), npm.resolve("claude.cmd"));
  }

  /// What can be started there, or null.
  private ClaudeCli one(Path place) {
    if (place == null || !Files.isRegularFile(place)) return null;
    String name = place.getFileName().toString().toLowerCase(Locale.ROOT);
    if (windows && (name.endsWith(".cmd") || name.endsWith(".bat"))) return behindShim(place);
    if (isStub(place)) {
      LOG.log(Level.WARNING, "{0} is the rest of an incomplete installation. Install Claude Code"
          + " again, with install scripts allowed.", place);
      return null;
    }
    return windows || Files.isExecutable(place) ? new ClaudeCli(place.toAbsolutePath()) : null;
  }

  private ClaudeCli behindShim(Path shim) {
    Path program = shim.resolveSibling(BEHIND_SHIM);
    if (Files.isRegularFile(program)) return isStub(program) ? null : one(program);
    Path full = shim.toAbsolutePath();
    return new ClaudeCli(full, List.of("cmd.exe", "/c", full.toString()));
  }

  /// The text that npm leaves when it may not run install scripts. On Windows any program is
  /// larger; elsewhere a small file may well be somebody's own script.
  private boolean isStub(Path file) {
    try {
      if (Files.size(file) > STUB) return false;
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      return text.contains(STUB_SAYS) || windows && !text.startsWith("MZ");
    } catch (IOException unreadable) {
      return false;
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException nonsense) {
      return null;
    }
  }
}
