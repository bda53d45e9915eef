package skyproxy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import skyproxy.threads.Threads;
import skyproxy.upstream.Subprocess;
import skyproxy.windows.Windows;

/// Makes the file that Java starts from in half the time: classes as they are once loaded and
/// linked, and how often each loop ran. https://openjdk.org/jeps/483, 514, 515
///
/// The scripts say where it belongs ([#VARIABLE]) and hand it to Java from the next start on. Java
/// does not check that it fits the jar, so its name holds the jar's sum, Java's version and the
/// collector, and whatever of them changes asks for another file. A file that lets no start come up
/// would do so for ever: a mark beside it, which [#came] removes, tells the scripts.
///
/// Made by a [Training], a process of its own that gives way to everybody, ends when the game
/// calls, and writes elsewhere: what is in place is whole and was tried. Whatever goes wrong leaves
/// things as they are.
final class StartCache {
  /// Of the environment: the path of the file, or any other word when there shall be none.
  static final String VARIABLE = "SKYRIMNET_PROXY_CACHE";
  private static final System.Logger LOG = System.getLogger(StartCache.class.getName());
  private static final String MARK = ".starting";
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration TO_CLEAR = Duration.ofSeconds(2);
  private static final long LOOK = 200;
  /// Nothing else of the environment concerns a training, and keys least of all.
  private static final Set<String> ENVIRONMENT = Set.of("PATH", "HOME", "USERPROFILE", "TEMP",
      "TMP", "TMPDIR", "SYSTEMROOT", "WINDIR", "LANG", "LC_ALL");

  private final Path file;
  private boolean tried;
  private Thread maker;

  private StartCache(Path file) {
    this.file = file;
  }

  /// Null where there shall be none.
  private static String path() {
    String path = System.getenv(VARIABLE);
    return path != null && path.endsWith(".aot") ? path : null;
  }

  /// To be called as soon as the program runs: its start came up.
  static void came() {
    String path = path();
    if (path == null) return;
    try {
      Files.deleteIfExists(Path.of(path + MARK));
    } catch (IOException | IllegalArgumentException held) {
      LOG.log(Level.DEBUG, "The next start goes without a cache: {0}", held.getMessage());
    }
  }

  /// The one that the script asked for, or null.
  static StartCache wanted() {
    String path = path();
    boolean usable = path != null && Release.jar() != null
        && Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(path);
    return usable ? new StartCache(Path.of(path)) : null;
  }

  /// Makes it in the background where it is missing or of no use.
  ///
  /// @param called whether the game asks for something: then it is left for another time
  synchronized void make(BooleanSupplier called) {
    if (tried || !needed()) return;
    tried = true;
    maker = Threads.named("start cache").start(() -> {
      try {
        if (!makeAlone(called)) again();
      } catch (IOException | RuntimeException failed) {
        LOG.log(Level.DEBUG, "No start cache: {0}", failed.toString());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    });
  }

  /// At the end of the program: nothing is left of a training that runs.
  void close() {
    Thread running;
    synchronized (this) {
      tried = true;
      running = maker;
    }
    if (running == null) return;
    running.interrupt();
    try {
      running.join(TO_CLEAR);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void again() {
    tried = false;
  }

  private boolean needed() {
    if (!Files.exists(file)) return true;
    boolean used = arguments().contains("-XX:AOTCache=" + file)
        && System.getProperty("java.vm.info").contains("sharing");
    return !used && !isYounger();
  }

  /// Another proxy may have made it meanwhile.
  private boolean isYounger() {
    try {
      Instant start = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
      return Files.getLastModifiedTime(file).toInstant().isAfter(start);
    } catch (IOException gone) {
      return false;
    }
  }

  /// False when the game called.
  private boolean makeAlone(BooleanSupplier called)
      throws IOException, InterruptedException {
    Path work = Files.createDirectories(file.getParent()).resolve("making");
    Path lock = file.resolveSibling("making.lock");
    boolean ours = false;
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE,
        StandardOpenOption.WRITE)) {
      ours = channel.tryLock() != null;
      if (!ours) return true; // another proxy is at it
      try {
        return make(Files.createDirectories(work), called);
      } finally {
        clear(work);
      }
    } finally {
      if (ours) remove(lock); // Windows keeps one that is open
    }
  }

  private boolean make(Path work, BooleanSupplier called)
      throws IOException, InterruptedException {
    Path fresh = work.resolve("fresh.aot");
    List<String> training = java("-XX:AOTCacheOutput=" + fresh, "-D" + Training.PROPERTY + "=true");
    training.addAll(Training.arguments(work));
    List<String> trial = java("-XX:AOTCache=" + fresh, "-XX:AOTMode=on", "-Xlog:disable");
    trial.add("--version");
    if (!ran(training, called) || !ran(trial, called)) return false;
    try (FileChannel written = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    removeOlder();
    LOG.log(Level.DEBUG, "The next start is quicker, by {0}", file);
    return true;
  }

  /// This Java with the options of its own that a cache depends on, and this jar.
  private static List<String> java(String... options) {
    List<String> command = new ArrayList<>();
    if (!Windows.here()) command.addAll(List.of("nice", "-n", "10"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    arguments().stream().filter(each -> each.startsWith("-XX:") || each.startsWith("-Xm"))
        .filter(each -> !each.matches("-XX:(AOT|StartFlightRecording|Flight).*"))
        .forEach(command::add);
    command.add("-D" + Threads.PROPERTY + "=" + Threads.kind().wireName());
    command.addAll(List.of(options));
    command.addAll(List.of("-jar", System.getProperty("java.class.path")));
    return command;
  }

  private static List<String> arguments() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  /// False when the game called.
  ///
  /// @throws IOException when it failed
  private static boolean ran(List<String> command, BooleanSupplier called)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD);
    builder.environment().keySet().removeIf(
        name -> !ENVIRONMENT.contains(name.toUpperCase(Locale.ROOT)));
    try (Subprocess child = Subprocess.start(builder)) {
      long end = System.nanoTime() + LONGEST.toNanos();
      while (!child.process().waitFor(LOOK, TimeUnit.MILLISECONDS)) {
        boolean late = System.nanoTime() > end;
        if (!late && !called.getAsBoolean()) continue;
        List<ProcessHandle> family = child.process().descendants().toList();
        child.process().destroyForcibly(); // if it were asked to end, it would write the file
        family.forEach(ProcessHandle::destroyForcibly);
        if (late) throw new IOException("a training does not end");
        return false;
      }
      if (child.process().exitValue() != 0) throw new IOException(child.lastWords());
      return true;
    }
  }

  private void removeOlder() throws IOException {
    try (Stream<Path> all = Files.list(file.getParent())) {
      for (Path each : all.toList()) {
        String name = each.getFileName().toString();
        if (name.matches(".*\\.aot(\\" + MARK + ")?") && !each.equals(file)) remove(each);
      }
    }
  }

  private static void clear(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(StartCache::remove);
    }
  }

  /// One that another Java has open stays on Windows, until the next time.
  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException held) {
      LOG.log(Level.DEBUG, "{0} is left: {1}", path, held.getMessage());
    }
  }
}
