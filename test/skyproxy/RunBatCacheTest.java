package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `run.bat` and the file that the next start is quicker by, with a sum that the test makes up.
@Tag("windows")
final class RunBatCacheTest {
  private static final Duration PATIENCE = Duration.ofMinutes(9);
  private static final Pattern START =
      Pattern.compile("(?m)^(\"%FOUND%\\\\bin\\\\java\\.exe\" -XX:\\+UseG1GC.*) -jar .*");

  @TempDir
  private Path temp;
  private Path project;
  private Path script;
  private Path caches;
  private Path cache;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void unpack() throws IOException {
    temp = temp.toRealPath();
    project = Files.createDirectories(temp.resolve("Games ä (a) & b!"));
    Files.copy(Path.of(System.getProperty("skyproxy.jar")),
        project.resolve("skyrimnet-proxy.jar"));
    script = Files.copy(Path.of("run.bat"), project.resolve("run.bat"));
    Path local = Files.createDirectory(temp.resolve("Local & (b)!"));
    caches = local.resolve("skyrimnet-proxy");
    cache = caches.resolve("java-" + System.getProperty("java.version") + "-g1-1f2e3d.aot");
    String system = System.getenv("SystemRoot");
    Path bin = Files.createDirectory(temp.resolve("bin"));
    Files.writeString(bin.resolve("certutil.cmd"), "@echo SHA256 hash of a file:\r\n"
        + "@echo 1f 2e 3d\r\n@echo CertUtil: done\r\n");
    environment.putAll(Map.of("SystemRoot", system, "LOCALAPPDATA", local.toString(),
        "APPDATA", local.toString(), "TEMP", temp.toString(), "JAVA_HOME",
        System.getProperty("java.home"), "PATH", system + "\\System32;" + bin));
    replace("%SystemRoot%\\System32\\certutil.exe", "certutil.cmd");
  }

  private void replace(String part, String by) throws IOException {
    String text = Files.readString(script);
    assertTrue(text.contains(part));
    Files.writeString(script, text.replace(part, by));
  }

  private Process start(Path said) throws IOException {
    String command = "\"\"" + script + "\" --port 0 --claude off --codex off\"";
    ProcessBuilder cmd = new ProcessBuilder("cmd.exe", "/c", command).directory(temp.toFile())
        .redirectErrorStream(true).redirectOutput(said.toFile());
    cmd.environment().clear();
    cmd.environment().putAll(environment);
    return cmd.start();
  }

  /// What Java would be told of the cache, and where the program is told that it belongs.
  private List<String> told() throws Exception {
    Path said = temp.resolve("said");
    assertEquals(0, start(said).waitFor());
    return Files.readAllLines(said).stream().filter(line -> line.startsWith("told "))
        .map(line -> line.replaceAll("told .*-XX:ConcGCThreads=1", "").strip()).toList();
  }

  @Test
  void it_is_named_by_jar_and_java_and_given_to_java_where_it_is_there() throws Exception {
    Matcher start = START.matcher(Files.readString(script));
    assertTrue(start.find());
    Files.writeString(script, start.replaceAll(
        "echo told $1\r\necho told -XX:ConcGCThreads=1 \"%SKYRIMNET_PROXY_CACHE%\""));
    String place = '"' + cache.toString() + '"';
    assertEquals(List.of("", place), told());
    Files.createDirectories(caches);
    Files.writeString(cache, "no cache");
    assertEquals(List.of("-XX:AOTCache=" + place + " -Xlog:disable", place), told());
    Path mark = caches.resolve(cache.getFileName() + ".starting");
    assertTrue(Files.exists(mark), "nobody says that the start came up");
    assertEquals(List.of("", place), told());
    assertFalse(Files.exists(cache) || Files.exists(mark));
    environment.put("SKYRIMNET_PROXY_CACHE", "off");
    assertEquals(List.of("", "\"off\""), told());
    environment.remove("SKYRIMNET_PROXY_CACHE");
    replace("certutil.cmd", "none.cmd");
    assertEquals(List.of("", "\"\""), told());
  }

  @Test
  void it_is_made_in_a_quiet_time_and_the_next_start_goes_from_it() throws Exception {
    environment.put("JDK_JAVA_OPTIONS", "-Dskyproxy.quiet=1500");
    listening(() -> Files.exists(cache) && !Files.exists(caches.resolve("making")));
    assertTrue(Files.size(cache) > 1_000_000);
    long made = Files.getLastModifiedTime(cache).toMillis();
    long begun = System.nanoTime();
    listening(() -> System.nanoTime() - begun > Duration.ofSeconds(10).toNanos());
    assertEquals(made, Files.getLastModifiedTime(cache).toMillis(), "it is of use");
    try (var all = Files.list(caches)) {
      assertEquals(List.of(cache), all.filter(each -> each.toString().contains(".aot")).toList());
    }
  }

  /// Starts the jar, and ends it when it listens and something is so.
  private void listening(BooleanSupplier so) throws Exception {
    Path said = temp.resolve("said");
    Process cmd = start(said);
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!Files.readString(said).contains("Listening on http://") || !so.getAsBoolean()) {
        assertTrue(System.nanoTime() < end, () -> "not in time: " + said);
        Thread.sleep(100);
      }
    } finally {
      List<ProcessHandle> all = cmd.descendants().toList();
      all.forEach(ProcessHandle::destroyForcibly);
      cmd.destroyForcibly().waitFor();
      all.forEach(each -> each.onExit().join());
    }
  }
}
