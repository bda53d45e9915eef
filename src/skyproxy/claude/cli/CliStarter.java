package skyproxy.claude.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts CLI processes for conversations, all in one empty folder: the CLI tells the model where
/// it runs, and a path that changes from process to process would keep what follows it in the
/// prompt from being read from Anthropic's cache.
///
/// A program that is killed can't end its children. They see the end of their stdin: one that
/// waits ends at once, one that speaks ends its reply first, which nobody hears. On Linux each is
/// therefore tied to the thread that starts it, and told to end when that is gone.
final class CliStarter implements AutoCloseable {
  private static final List<String> TETHER = List.of("setpriv", "--pdeathsig", "TERM");

  private final ClaudeCli plain;
  private final CliArguments arguments = new CliArguments();
  private final Map<String, String> environment = new HashMap<>(CliEnvironment.CONVERSATION);
  private final Path home;
  private Path place;
  private ClaudeCli cli;

  /// @param environment set for every process
  /// @param home the CLI's own folder
  CliStarter(ClaudeCli cli, Map<String, String> environment, Path home) {
    plain = cli;
    this.environment.putAll(environment);
    this.home = home;
  }

  /// The CLI's own folder when nobody says otherwise.
  static Path usualHome() {
    String set = System.getenv("CLAUDE_CONFIG_DIR");
    return set == null || set.isBlank() ? Path.of(System.getProperty("user.home"), ".claude")
        : Path.of(set);
  }

  CliArguments arguments() {
    return arguments;
  }

  /// Whether the CLI says of itself that somebody is logged in. Blocks for some seconds.
  boolean isLoggedIn() {
    return plain.isLoggedIn(environment);
  }

  /// Starts one; always called by the same thread.
  CliProcess start(String model) throws IOException {
    if (!Files.isExecutable(plain.path())) {
      throw new IOException(plain.path() + " can't be started.");
    }
    if (cli == null) cli = tethered(plain);
    if (place == null || !Files.isDirectory(place)) {
      place = TempFolders.create();
    }
    return new CliProcess(cli.start(place, arguments.of(model), environment, true), model, home);
  }

  @Override
  public void close() {
    if (place != null) TempFolders.delete(place);
  }

  private static ClaudeCli tethered(ClaudeCli cli) {
    if (!System.getProperty("os.name").equals("Linux") || !canTether()) return cli;
    List<String> command = new ArrayList<>(TETHER);
    command.addAll(cli.command());
    return new ClaudeCli(cli.path(), command);
  }

  /// Whether there is a `setpriv` that can; that of BusyBox can't.
  private static boolean canTether() {
    List<String> command = new ArrayList<>(TETHER);
    command.add("true");
    File nothing = new File("/dev/null");
    try {
      Process process = new ProcessBuilder(command).redirectInput(nothing)
          .redirectErrorStream(true).redirectOutput(Redirect.to(nothing)).start();
      return process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
