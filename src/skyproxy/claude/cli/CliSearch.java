package skyproxy.claude.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import skyproxy.upstream.ProgramSearch;

/// Finds the Claude CLI on this computer.
///
/// npm puts no `claude.exe` on a Windows PATH, only shims: `claude.cmd` can be run by cmd.exe
/// alone, whose quoting rules and second process we avoid by starting what the shim points to. An
/// installation without install scripts leaves a small text in the place of the program, which is
/// passed over.
public record CliSearch(ProgramSearch search) {
  /// What to say to the player when there is none.
  public static final String MISSING = "The Claude CLI is not installed, or was not found."
      + " Install Claude Code, run `claude` once and log in; --claude tells where it is.";

  private static final System.Logger LOG = System.getLogger(CliSearch.class.getName());
  private static final int STUB = 4_096;
  private static final String STUB_SAYS = "native binary not installed";
  private static final String BEHIND_SHIM = "node_modules/@anthropic-ai/claude-code/bin/claude.exe";

  /// On this computer.
  public static CliSearch here() {
    return new CliSearch(ProgramSearch.here());
  }

  /// The CLI that `program` (a path, or a name to look for) means; null when there is none.
  public ClaudeCli find(String program) {
    Path oldInstaller = search.home().resolve(".claude").resolve("local");
    return search.find(program, oldInstaller).map(this::cli).filter(Objects::nonNull).findFirst()
        .orElse(null);
  }

  /// What starts a program that was found, or null when it is not whole.
  private ClaudeCli cli(Path place) {
    String name = place.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean shim = search.windows() && (name.endsWith(".cmd") || name.endsWith(".bat"));
    if (shim) return behindShim(place);
    if (!isStub(place)) return new ClaudeCli(place);
    LOG.log(Level.WARNING, "{0} is the rest of an incomplete installation. Install Claude Code"
        + " again, with install scripts allowed.", place);
    return null;
  }

  private ClaudeCli behindShim(Path shim) {
    Path program = shim.resolveSibling(BEHIND_SHIM);
    if (Files.isRegularFile(program)) return cli(program);
    return new ClaudeCli(shim, List.of("cmd.exe", "/c", shim.toString()));
  }

  /// The text that npm leaves when it may not run install scripts. On Windows any program is
  /// larger; elsewhere a small file may well be somebody's own script.
  private boolean isStub(Path file) {
    try {
      if (Files.size(file) > STUB) return false;
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      return text.contains(STUB_SAYS) || search.windows() && !text.startsWith("MZ");
    } catch (IOException unreadable) {
      return false;
    }
  }
}
