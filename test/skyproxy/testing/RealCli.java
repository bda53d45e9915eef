package skyproxy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The real programs some tests start: both vendors' CLIs, OpenAI's SDK on Node, a browser.
///
/// Whatever is missing skips the test that asked for it, with a sentence that says what is. So
/// does a network: these programs call home by themselves, so a test with one of them is run only
/// where nothing but loopback can be reached. `make test-cli`, `test-browser` and `check` see to
/// both.
public final class RealCli {
  private static final Path FOLDER =
      Path.of(System.getProperty("skyproxy.cli", "build/cli")).toAbsolutePath();

  private RealCli() {}

  /// The Claude CLI.
  public static Path claude() {
    return command("claude");
  }

  /// The Codex CLI.
  public static Path codex() {
    return command("codex");
  }

  /// OpenAI's SDK: runs a script (CommonJS, so `require('openai')`) with Node, ready to start.
  public static ProcessBuilder openAiSdk(Path script, String... args) {
    assumeIsolated();
    Path modules = FOLDER.resolve("node_modules");
    assumeTrue(Files.exists(modules.resolve("openai")),
        "OpenAI's SDK is not there: `make test-cli` fetches it where npm can be had.");
    ProcessBuilder node = node(script, args);
    node.environment().put("NODE_PATH", modules.toString());
    return node;
  }

  /// A script that needs nothing but Node, ready to start.
  public static ProcessBuilder node(Path script, String... args) {
    ProcessBuilder node = new ProcessBuilder(onPath("node").toString(),
        script.toAbsolutePath().toString());
    node.command().addAll(Stream.of(args).toList());
    return node;
  }

  /// The version of a package that was fetched, by its name: the Makefile's, or with `LATEST=1` the
  /// newest.
  public static String version(String name) throws IOException {
    assumeIsolated();
    Path ready = FOLDER.resolve("ready");
    assumeTrue(Files.exists(ready), "`make test-cli` fetches " + name + " where npm can be had.");
    String fetched = " " + Files.readString(ready).strip() + " ";
    int at = fetched.indexOf(" " + name + "@") + name.length() + 2;
    return fetched.substring(at, fetched.indexOf(' ', at));
  }

  /// A browser; as root it wants `--no-sandbox`, and `--headless` anywhere.
  public static Path chromium() {
    assumeIsolated();
    return onPath("chromium");
  }

  /// Skips the test unless loopback is all the network there is.
  public static void assumeIsolated() {
    assumeTrue(isolated(), "A network can be reached, and the real programs are started only "
        + "where none can: make test-cli, test-browser and check see to it by `unshare`.");
  }

  private static boolean isolated() {
    try {
      return NetworkInterface.networkInterfaces().allMatch(RealCli::harmless);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean harmless(NetworkInterface network) {
    try {
      return network.isLoopback() || !network.isUp();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path command(String name) {
    assumeIsolated();
    Path command = Os.WINDOWS ? FOLDER.resolve(Os.program(name))
        : FOLDER.resolve("node_modules", ".bin", name);
    assumeTrue(Files.isExecutable(command) && (Os.WINDOWS || Files.exists(FOLDER.resolve("ready"))),
        "The real " + name + " is not there: `make test-cli` fetches it where npm can be had.");
    return command;
  }

  private static Path onPath(String name) {
    Path found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(found != null, name + " is not on PATH: install it to run this test.");
    return found;
  }

  /// What a program that ends by itself prints, both streams together.
  public static String output(ProcessBuilder program) throws IOException, InterruptedException {
    Process process = program.redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      String output = new String(process.getInputStream().readAllBytes());
      process.waitFor();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
