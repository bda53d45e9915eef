package skyproxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Program;

/// The file that the next start is quicker by, made and used by the real script and a real Java.
@Tag("jar")
final class StartCacheTest {
  private static final String SOON = "-D" + QuietTime.PROPERTY + "=1500";
  /// A training gives way to everybody.
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final String NEVER = "-D" + QuietTime.PROPERTY + "=3600000";

  @TempDir
  private Path temp;
  private Path jar;
  private Path script;
  private Path caches;

  @BeforeEach
  void unpack() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "What a Java maps is read in /proc.");
    Path folder = Files.createDirectories(temp.resolve("it's (a) $folder & more!"));
    script = folder.resolve("run.sh");
    Files.copy(Path.of("run.sh"), script);
    assertTrue(script.toFile().setExecutable(true));
    jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")),
        folder.resolve("skyrimnet-proxy.jar"));
    caches = temp.resolve("a cache", "skyrimnet-proxy");
  }

  private Program start(String... options) throws IOException {
    Program program = Program.byScript(script, temp, Map.of("XDG_CACHE_HOME",
        caches.getParent().toString()), List.of(options));
    program.awaitListening();
    return program;
  }

  private static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      Thread.sleep(50);
    }
  }

  private static List<Path> in(Path folder) {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isMade() {
    return in(caches).size() == 1 && in(caches).getFirst().toString().endsWith(".aot");
  }

  private static boolean startedFrom(Path cache, Program program) throws IOException {
    return Files.readString(Path.of("/proc", "" + program.process().pid(), "maps"))
        .contains(cache.toString());
  }

  /// Of the version that `--version` tells: the new program must run, whatever was cached.
  private String version() throws Exception {
    try (Program asked = Program.byScript(script, temp, Map.of("XDG_CACHE_HOME",
        caches.getParent().toString()), List.of(), "--version")) {
      return asked.stdout();
    }
  }

  /// Puts another program in the place of the jar: one word of a class is another one.
  private void replaceJar() throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Path changed = zip.getPath("skyproxy", "Release.class");
      String bytes = Files.readString(changed, ISO_8859_1);
      assertTrue(bytes.contains("SkyrimNet Proxy "));
      Files.writeString(changed, bytes.replace("SkyrimNet Proxy ", "Another program "), ISO_8859_1);
    }
  }

  @Test
  void a_cache_is_made_when_nobody_asks_and_a_jar_that_is_replaced_runs_its_own_classes()
      throws Exception {
    try (Program first = start(SOON)) {
      until("a cache is made", this::isMade);
      assertEquals(200, first.get("/health").statusCode());
    }
    Path cache = in(caches).getFirst();
    try (Program second = start(NEVER)) {
      assertTrue(startedFrom(cache, second));
      assertEquals(List.of(cache), in(caches), "it came up: no mark is left");
      assertTrue(second.post("/v1/chat/completions", """
          {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""").body().contains("demo"));
    }
    assertTrue(version().startsWith("SkyrimNet Proxy "), version());
    replaceJar();
    assertTrue(version().startsWith("Another program "), version());
    // Half a cache is of no use, and the first line that is printed is still where it listens.
    Path next = caches.resolve(cacheName());
    byte[] whole = Files.readAllBytes(cache);
    Files.write(next, Arrays.copyOf(whole, whole.length / 2));
    try (Program other = start(SOON)) {
      until("a whole one is there and the old one gone",
          () -> isMade() && sizeOf(next) > whole.length / 2);
      assertEquals(200, other.get("/health").statusCode());
    }
    try (Program again = start(NEVER)) {
      assertTrue(startedFrom(next, again));
    }
    assertTrue(version().startsWith("Another program "), version());
  }

  @Test
  void an_end_in_the_middle_of_the_making_leaves_nothing() throws Exception {
    Path work = caches.resolve("making");
    try (Program program = start(SOON)) {
      until("a training runs", () -> !in(work).isEmpty());
      program.process().destroy();
      assertEquals(143, program.exitStatus());
      assertEquals(List.of(), in(caches));
    }
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException gone) {
      return 0;
    }
  }

  @Test
  void a_cache_with_which_no_start_came_up_is_not_used_again() throws Exception {
    String name = cacheName();
    Path cache = Files.writeString(Files.createDirectories(caches).resolve(name), "no cache");
    Files.createFile(caches.resolve(name + ".starting"));
    try (Program program = start(NEVER)) {
      assertEquals(200, program.get("/health").statusCode());
      assertEquals(List.of(), in(caches), cache + " is removed");
    }
  }

  /// The name that the script gives, as a training is told it.
  private String cacheName() throws Exception {
    try (Program program = start(NEVER)) {
      String environment =
          Files.readString(Path.of("/proc", "" + program.process().pid(), "environ"), ISO_8859_1);
      String path = environment.substring(environment.indexOf(StartCache.VARIABLE + "=")
          + StartCache.VARIABLE.length() + 1).split("\0")[0];
      return Path.of(path).getFileName().toString();
    }
  }

  @Test
  void whoever_calls_ends_the_training_and_so_does_the_end_of_the_proxy() throws Exception {
    try (Program program = start(SOON)) {
      until("the training runs", () -> !program.children().isEmpty());
      List<ProcessHandle> training = program.children();
      program.post("/v1/chat/completions", """
          {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""");
      until("it has ended", () -> training.stream().noneMatch(ProcessHandle::isAlive));
      until("nothing is left of it", () -> in(caches).isEmpty());
      until("it begins again in the next quiet", () -> !program.children().isEmpty());
      List<ProcessHandle> again = program.children();
      program.process().destroyForcibly().waitFor();
      until("nobody is left", () -> again.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void where_nothing_can_be_written_or_none_is_wanted_nobody_hears_of_it() throws Exception {
    Files.createFile(temp.resolve("a cache"));
    for (Map<String, String> environment : List.of(
        Map.of("XDG_CACHE_HOME", caches.getParent().toString()),
        Map.of("SKYRIMNET_PROXY_CACHE", "off"))) {
      try (Program program = Program.byScript(script, temp, environment, List.of(SOON))) {
        program.awaitListening();
        Thread.sleep(3_000);
        assertEquals(200, program.get("/health").statusCode());
        assertEquals(List.of(), program.children());
        assertFalse(program.stderr().matches("(?s).*(?i)(cache|denied|directory).*"),
            program.stderr());
      }
    }
    assertNotEquals(List.of(), in(temp));
    assertFalse(Files.exists(temp.resolve(".cache")));
  }
}
