package skyproxy.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import skyproxy.testing.Os;

/// A program under measurement, in a JVM of its own with the options of run.sh.
final class Program implements AutoCloseable {
  private final Process process;
  private final int port;
  private final long startMillis;

  private Program(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Os.java(), "-XX:+UseSerialGC", "-Xms16m", "-Xmx512m"));
    command.addAll(List.of(arguments));
    long start = System.nanoTime();
    process = new ProcessBuilder(command).directory(folder.toFile())
        .redirectError(folder.resolve("stderr").toFile()).start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    startMillis = (System.nanoTime() - start) / 1_000_000;
    if (line == null) throw new IOException(Files.readString(folder.resolve("stderr")));
    port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  static Program bare(Path folder, int upstream) throws IOException {
    return new Program(folder, "-cp", absolute(System.getProperty("java.class.path")),
        "skyproxy.bench.BareRelay", Integer.toString(upstream));
  }

  static Program proxy(Path folder, int upstream) throws IOException {
    Path settings = folder.resolve("config.json");
    Files.writeString(settings, "{\"providers\":{\"up\":{\"base_url\":\"http://127.0.0.1:"
        + upstream + "/v1\"}}}");
    return new Program(folder, "-jar", absolute(System.getProperty("skyproxy.jar")), "--port", "0",
        "--config", settings.toString(), "--claude", "off", "--codex", "off");
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(java.io.File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(java.io.File.pathSeparator, entries);
  }

  int port() {
    return port;
  }

  long startMillis() {
    return startMillis;
  }

  /// Resident memory, where the system tells it in `/proc`.
  long residentMegabytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) return 0;
    return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
