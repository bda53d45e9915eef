package skyproxy.testing;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The system that the tests run on: how it names programs, and the Java that runs them.
public final class Os {
  public static final boolean WINDOWS = File.separatorChar == '\\';

  /// An option for a JVM under Wine, which it would else ask what Wine can not tell, and say so
  /// on stderr.
  public static final String QUIET =
      "-XX:ActiveProcessorCount=" + Runtime.getRuntime().availableProcessors();

  /// How long a test waits for what must come, before it fails. Generous: what is slow on a busy
  /// machine is no fault, and under Wine programs start ten times as slowly.
  public static final Duration PATIENCE = Duration.ofSeconds(WINDOWS ? 300 : 60);

  private Os() {}

  /// The file name of a program.
  public static String program(String name) {
    return WINDOWS ? name + ".exe" : name;
  }

  /// Makes a symbolic link; skips the test where none can be made, or none be read through: Windows
  /// wants a right for it, and under Wine the links lead nowhere.
  public static void link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      abort("No symbolic link can be made here: " + e.getMessage());
    }
    assumeTrue(Files.exists(link), "A symbolic link can't be read through here.");
  }

  /// Writes a program file that sets variables and starts a program with the arguments it is
  /// given: a shell script, on Windows a `.cmd`.
  public static Path shim(Path folder, String name, Map<String, String> environment,
      List<String> command) throws IOException {
    StringBuilder text = new StringBuilder(WINDOWS ? "@echo off\r\n" : "#!/bin/sh\n");
    environment.forEach((key, value) -> text.append(WINDOWS
        ? "set \"" + key + "=" + value + "\"\r\n" : "export " + key + "='" + value + "'\n"));
    if (!WINDOWS) text.append("exec ");
    String quote = WINDOWS ? "\"" : "'";
    for (String word : command) text.append(quote).append(word).append(quote).append(' ');
    return script(folder.resolve(WINDOWS ? name + ".cmd" : name),
        text.append(WINDOWS ? "%*\r\n" : "\"$@\"\n").toString());
  }

  /// Writes a program file.
  public static Path script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    if (!file.toFile().setExecutable(true)) throw new IOException(file + " can't be executed");
    return file;
  }

  /// Skips the test on a real Windows, whose user's settings it would change.
  public static void assumeWine(String reason) {
    assumeTrue(wine(), reason);
  }

  /// Whether this Windows belongs to nobody.
  public static boolean wine() {
    return System.getenv().keySet().stream().anyMatch(name -> name.startsWith("WINE"));
  }

  /// The words before a command that is to run without rights, as nobody where root runs these
  /// tests. Skips the test where that can't be done.
  public static List<String> withoutRights() {
    if (WINDOWS || !System.getProperty("user.name").equals("root")) return List.of();
    List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        "--inh-caps=-all", "--bounding-set=-all");
    List<String> trial = new ArrayList<>(nobody);
    trial.addAll(List.of("test", "-x", java()));
    try {
      int refused = new ProcessBuilder(trial).start().waitFor();
      assumeTrue(refused == 0, "Nobody has no right to start this Java.");
    } catch (IOException | InterruptedException lacking) {
      abort("There is no setpriv: " + lacking.getMessage());
    }
    return nobody;
  }

  /// The Java that runs these tests, to start another one with.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", program("java")).toString();
  }
}
