package skyproxy.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The packed jar in a process of its own, as a player starts it.
///
/// It sees no settings but those of the test: home, configuration and PATH lie in the test's
/// folder.
public final class Program implements AutoCloseable {
  private static final long PATIENCE = 60;

  private final Process process;
  private final Path folder;
  private String address;

  private Program(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /// Starts it, and does not wait.
  public static Program start(Path folder, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Os.java(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.home=" + folder, "-jar",
        Path.of(System.getProperty("skyproxy.jar")).toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
        .redirectError(folder.resolve("stderr").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", folder.resolve("bin").toString());
    builder.environment().putAll(environment);
    return new Program(builder.start(), folder);
  }

  /// Starts it on a free port, without any CLI, and waits until it listens.
  public static Program listening(Path folder, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(
        List.of("--port", "0", "--claude", "off", "--codex", "off"));
    all.addAll(List.of(arguments));
    Program program = start(folder, Map.of(), all.toArray(String[]::new));
    program.awaitListening();
    return program;
  }

  /// Reads the first line of stdout, which must say where it listens.
  public void awaitListening() throws IOException {
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    if (line == null || !line.startsWith("Listening on http://")) {
      throw new IOException("it said " + line + " and " + stderr());
    }
    address = line.substring("Listening on ".length());
  }

  public String address() {
    return address;
  }

  public int port() {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  public Process process() {
    return process;
  }

  public RawClient client() throws IOException {
    return new RawClient(port());
  }

  /// Waits for its end.
  public int exitStatus() throws InterruptedException {
    if (process.waitFor(PATIENCE, TimeUnit.SECONDS)) return process.exitValue();
    throw new AssertionError("it does not end");
  }

  /// What it wrote to stdout and nobody has read.
  public String stdout() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line; (line = process.inputReader().readLine()) != null; ) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  public String stderr() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
