import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// Compiles and packs `build/skyrimnet-proxy.jar`: run it as `java src/build/Build.java` in the
/// project's folder, with a JDK 25 or newer. With `--if-older` a jar newer than all sources stays;
/// with `--dist` the archive for players is made of it, in `build/dist`.
///
/// The one place that knows how. The Makefile, `run.sh` and `run.bat` all call it, so a player
/// on Windows gets the jar a developer gets, with nothing installed but the JDK. It is no part
/// of the program and not in the jar, and has a folder to itself because Java would take it for
/// a part of the module beside whose `module-info.java` it lay.
///
/// The same commit gives the same bytes: entries are in the order of their names and all have
/// one date. Where git can't tell the commit, the variable `COMMIT` may. The jar appears whole or
/// not at all, so two builds at once do no harm.
final class Build {
  /// The program's version; it reaches the program through the jar's manifest.
  private static final String VERSION = "1.0.0";

  private static final Path JAR = Path.of("build", "skyrimnet-proxy.jar").toAbsolutePath();
  private static final Path DIST = Path.of("build", "dist");
  private static final String DATE = "2026-01-01T00:00:00Z";
  private static final Path SOURCES = Path.of("src");
  private static final Path LAUNCHER = SOURCES.resolve("skyproxy", "Launcher.java");

  private Build() {}

  /// Exits with 1 when the sources do not compile; javac has then said why.
  public static void main(String[] args) {
    boolean ifOlder = List.of(args).contains("--if-older");
    try {
      if (!(ifOlder && isFresh()) && !pack()) {
        System.exit(1);
      }
      if (List.of(args).contains("--dist")) dist();
    } catch (IOException e) {
      // On Windows this is what a jar in use looks like.
      System.err.println("Could not write " + JAR + " (is the proxy still running?): " + e);
      System.exit(1);
    }
  }

  /// All that a player needs in one folder of one archive, and the sums to check it by.
  private static void dist() throws IOException {
    // The dates in an archive are those of a wall clock.
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    String name = "skyrimnet-proxy-" + VERSION;
    Path fresh = Files.createDirectories(DIST).resolve(name + ".new.zip");
    Files.deleteIfExists(fresh);
    try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + fresh.toUri()),
        Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
      add(zip.getPath(name), null);
      for (Path file : List.of(JAR, Path.of("run.bat"), Path.of("run.sh"), Path.of("LICENSE"))) {
        add(zip.getPath(name, file.getFileName().toString()), Files.readAllBytes(file));
      }
      // Without its picture, which is a file of the tests.
      add(zip.getPath(name, "README.md"), Files.readString(Path.of("README.md"))
          .replaceAll("(?m)^!\\[.*\\R\\R", "").getBytes(StandardCharsets.UTF_8));
    }
    Path archive = DIST.resolve(name + ".zip");
    Files.move(fresh, archive, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(DIST.resolve("SHA256SUMS"), sum(archive) + "  " + name + ".zip\n");
    System.out.println(archive);
  }

  /// @param content null for a folder
  private static void add(Path entry, byte[] content) throws IOException {
    if (content == null) Files.createDirectory(entry);
    else Files.write(entry, content);
    boolean runs = content == null || entry.toString().endsWith(".sh");
    Files.setPosixFilePermissions(entry,
        PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
    FileTime date = FileTime.from(Instant.parse(DATE));
    Files.getFileAttributeView(entry, BasicFileAttributeView.class).setTimes(date, date, date);
  }

  private static String sum(Path file) throws IOException {
    try {
      return HexFormat.of().formatHex(
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The commit that is built, with a `+` where the sources differ from it, or `unknown`.
  private static String commit() {
    String told = System.getenv("COMMIT");
    if (told != null) return told.strip();
    String commit = Files.exists(Path.of(".git")) ? git("rev-parse", "--short=12", "HEAD") : "";
    if (commit.isEmpty()) return "unknown";
    return git("status", "--porcelain", "src").isEmpty() ? commit : commit + "+";
  }

  /// Also "" where there is no git.
  private static String git(String... args) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(args));
    try {
      Process git = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? said.strip() : "";
    } catch (IOException none) {
      return "";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /// Folders count too: a file that was deleted changes its folder.
  private static boolean isFresh() throws IOException {
    if (!Files.exists(JAR)) {
      return false;
    }
    FileTime packed = Files.getLastModifiedTime(JAR);
    try (Stream<Path> all = Files.walk(SOURCES)) {
      for (Path path : all.toList()) {
        if (Files.getLastModifiedTime(path).compareTo(packed) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  /// False when a tool failed, after it has said why on stderr.
  private static boolean pack() throws IOException {
    Path work = Files.createTempDirectory(Files.createDirectories(JAR.getParent()), "packing-");
    try {
      Path classes = Files.createDirectory(work.resolve("classes"));
      Path packed = work.resolve("packed.jar");
      boolean good = compile(classes) && compileLauncher(classes);
      if (good) {
        copyResources(classes);
        good = jar(packed, classes, manifest(work));
      }
      if (good) {
        Files.move(packed, JAR, StandardCopyOption.REPLACE_EXISTING);
      }
      return good;
    } finally {
      delete(work);
    }
  }

  private static boolean compile(Path classes) throws IOException {
    List<String> args = new ArrayList<>(List.of(
        "--release", "25", "-encoding", "UTF-8", "-proc:none", "-Werror",
        "-Xlint:all,-serial", "-Xdoclint:all,-missing", "-d", classes.toString(),
        SOURCES.resolve("module-info.java").toString()));
    files().filter(Build::isJava).forEach(file -> args.add(file.toString()));
    return run("javac", args);
  }

  /// Over what [#compile] made of it: the launcher alone must load on the Java 8 that a double
  /// click may find. `-options` silences the remark that 8 is old.
  private static boolean compileLauncher(Path classes) {
    return run("javac", List.of("--release", "8", "-encoding", "UTF-8", "-proc:none", "-Werror",
        "-Xlint:all,-options", "-implicit:none", "-d", classes.toString(), LAUNCHER.toString()));
  }

  private static void copyResources(Path classes) throws IOException {
    for (Path file : files().filter(file -> !isJava(file)).toList()) {
      Path copy = classes.resolve(SOURCES.relativize(file));
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  private static Path manifest(Path work) throws IOException {
    return Files.writeString(work.resolve("MANIFEST.MF"), """
        Main-Class: skyproxy.Launcher
        Enable-Native-Access: ALL-UNNAMED
        Implementation-Title: SkyrimNet Proxy
        Implementation-Version: %s
        Build-Commit: %s
        """.formatted(VERSION, commit()));
  }

  private static boolean jar(Path jar, Path classes, Path manifest) {
    return run("jar", List.of("--create", "--file", jar.toString(), "--date", DATE,
        "--manifest", manifest.toString(), "--module-version", VERSION,
        "-C", classes.toString(), "."));
  }

  private static boolean run(String tool, List<String> args) {
    ToolProvider provider = ToolProvider.findFirst(tool).orElseThrow(() ->
        new IllegalStateException("This Java has no " + tool + ": a JDK is needed, not a JRE."));
    return provider.run(System.out, System.err, args.toArray(String[]::new)) == 0;
  }

  /// Every file of the program, in the order of their names.
  private static Stream<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(SOURCES.resolve("skyproxy"))) {
      return all.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  private static boolean isJava(Path file) {
    return file.toString().endsWith(".java");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
