package skyproxy.claude.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.Subprocess;

/// The player's Claude CLI: starts it, in an empty folder of its own and an environment that
/// keeps it quick and quiet. Where it is, [CliSearch] knows. Any number of threads.
///
/// @param path what was found, for `/health` and messages
/// @param command what starts it: the path, or a launcher before it
public record ClaudeCli(Path path, List<String> command) {
  /// For players whose CLI says "Not logged in" to us and is logged in for them.
  public static final String LOGIN_IGNORED = "You are logged in to Claude Code, but this version of"
      + " it no longer uses your plan's login when another program starts it. Logging in again does"
      + " not help. Use an API key instead (Max and Ultra have API credit for it: see 'What do you"
      + " have?' on the proxy's page), or choose another model.";

  private static final System.Logger LOG = System.getLogger(ClaudeCli.class.getName());
  private static final int KEPT = 4_000;
  private static final boolean WINDOWS = File.separatorChar == '\\';

  public ClaudeCli {
    command = List.copyOf(command);
  }

  /// A program that needs no launcher.
  public ClaudeCli(Path path) {
    this(path, List.of(path.toString()));
  }

  /// One run of the CLI. Whoever started it closes it: the process and what it started end, and
  /// its folder goes.
  public static final class Run implements AutoCloseable {
    private final Subprocess child;
    private final Path folder;

    private Run(Subprocess child, Path folder) {
      this.child = child;
      this.folder = folder;
    }

    /// The process and its stderr.
    Subprocess child() {
      return child;
    }

    public Process process() {
      return child.process();
    }

    /// The end of what it wrote to stderr.
    public String stderr() {
      return child.stderr();
    }

    /// Reads all that it writes to stdout, which must not fill up; the beginning is kept. Comes
    /// true when the CLI closes it.
    public CompletableFuture<String> output() {
      CompletableFuture<String> text = new CompletableFuture<>();
      Thread.ofPlatform().daemon().name("output of the Claude CLI").start(() -> {
        try (InputStream in = process().getInputStream()) {
          byte[] start = in.readNBytes(KEPT);
          in.transferTo(OutputStream.nullOutputStream());
          text.complete(new String(start, StandardCharsets.UTF_8));
        } catch (IOException closed) {
          text.complete("");
        }
      });
      return text;
    }

    @Override
    public void close() {
      child.close();
      TempFolders.delete(folder);
    }
  }

  /// Starts it in its own folder.
  public Run start(List<String> arguments, Map<String, String> environment, boolean stdin)
      throws IOException {
    return start(null, arguments, environment, stdin);
  }

  /// Starts it.
  ///
  /// @param place the folder to start it in, or null for its own; temporary files go to its own
  /// @param environment set on top of ours
  /// @param stdin whether we shall write to it; an open pipe that nobody writes to costs the CLI
  ///     3 s of waiting, so it gets the null device otherwise
  /// @throws IOException when it can't be started
  Run start(Path place, List<String> arguments, Map<String, String> environment, boolean stdin)
      throws IOException {
    Path folder = TempFolders.create();
    try {
      List<String> line = new ArrayList<>(command);
      line.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(line)
          .directory((place == null ? folder : place).toFile());
      CliEnvironment.prepare(builder.environment(), folder, environment);
      if (!stdin) builder.redirectInput(nullDevice());
      return new Run(Subprocess.start(builder), folder);
    } catch (IOException | RuntimeException failed) {
      TempFolders.delete(folder);
      throw failed;
    }
  }

  private static Redirect nullDevice() {
    return Redirect.from(new File(WINDOWS ? "NUL" : "/dev/null"));
  }

  /// Whether it says that somebody is logged in when it is asked as a player may ask it; false when
  /// it does not know the question. Blocks for 10 s at the most.
  public boolean isLoggedIn() {
    return isLoggedIn(CliEnvironment.CONVERSATION);
  }

  /// @param environment that of the processes that answer
  boolean isLoggedIn(Map<String, String> environment) {
    String said = answer(List.of("auth", "status"), environment);
    try {
      return said != null && Cursor.of(Json.parse(said)).at("loggedIn").boolOr(false);
    } catch (JsonException | Cursor.Mismatch older) {
      return false;
    }
  }

  /// What `--version` says, such as `2.1.330`; null when it says nothing of the kind. Blocks for
  /// 10 s at the most.
  String version() {
    String said = answer(List.of("--version"), Map.of());
    String first = said == null ? "" : said.strip().split("\\s", 2)[0];
    return first.matches("\\d+\\.\\d+.*") ? first : null;
  }

  /// What it answers to a question that needs nobody else; null when it does not.
  private String answer(List<String> question, Map<String, String> environment) {
    try (Run run = start(question, environment, false)) {
      Process process = run.process();
      if (!process.waitFor(10, TimeUnit.SECONDS)) return null;
      return new String(process.getInputStream().readNBytes(KEPT), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "{0} could not be started: {1}", path, failed.getMessage());
      return null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
