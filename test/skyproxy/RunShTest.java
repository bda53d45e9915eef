package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `run.sh` in a folder of its own, with a made-up Java that says how it was called.
final class RunShTest {
  /// Builds when it is given the build, else prints one line for the process, the folder and
  /// each argument after `-jar FILE`.
  private static final String JAVA = """
      #!/bin/sh
      case $* in
        *src/build/Build.java) mkdir -p build && echo built >>build/skyrimnet-proxy.jar; exit;;
      esac
      echo "pid $$"
      echo "folder $(pwd)"
      while [ "$1" != -jar ]; do shift; done
      echo "jar $2"
      shift 2
      for argument; do echo "<$argument>"; done
      exit 7
      """;

  @TempDir
  private Path temp;
  private Path project;
  private Path jar;

  @BeforeEach
  void copy_the_script() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "run.sh needs a POSIX shell.");
    temp = temp.toRealPath();
    project = Files.createDirectories(temp.resolve("it's (a) $folder & more!"));
    jar = project.resolve("build", "skyrimnet-proxy.jar");
    executable(project.resolve("run.sh"), Files.readString(Path.of("run.sh")));
    java("jdk 25", "25.0.3", "java", "javac");
  }

  @Test
  void the_jar_is_built_when_it_is_missing() throws Exception {
    sources();
    Run run = run("jdk 25");
    assertEquals("built\n", Files.readString(jar));
    assertEquals("jar " + jar, run.lines().get(2));
  }

  @Test
  void the_jar_is_built_again_when_a_source_is_newer_and_only_then() throws Exception {
    sources();
    run("jdk 25");
    run("jdk 25");
    assertEquals("built\n", Files.readString(jar));
    Files.setLastModifiedTime(project.resolve("src"),
        FileTime.from(Instant.now().plusSeconds(60)));
    run("jdk 25");
    assertEquals("built\nbuilt\n", Files.readString(jar));
  }

  @Test
  void a_runtime_is_enough_when_there_is_nothing_to_build() throws Exception {
    sources();
    run("jdk 25");
    java("jre 26", "26", "java");
    assertEquals(7, run("jre 26").status());
    assertEquals("built\n", Files.readString(jar));
  }

  @Test
  void a_jar_beside_the_script_needs_no_sources() throws Exception {
    Path beside = Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    assertEquals("jar " + beside, run("jdk 25").lines().get(2));
  }

  @Test
  void arguments_arrive_as_they_were_given() throws Exception {
    Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    String[] given =
        {"--config", "a b.json", "", "$HOME", "`x`", "\"", "'", "*", "\\", "-jar", "!"};
    assertEquals(Stream.of(given).map(each -> "<" + each + ">").toList(),
        run("jdk 25", given).lines().subList(3, given.length + 3));
  }

  @Test
  void java_takes_the_place_of_the_shell_in_the_folder_of_the_caller() throws Exception {
    Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    Run run = run("jdk 25");
    assertEquals("pid " + run.pid(), run.lines().get(0));
    assertEquals("folder " + temp, run.lines().get(1));
    assertEquals(7, run.status());
  }

  @Test
  void the_script_may_be_started_by_a_link() throws Exception {
    Path beside = Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), project.resolve("run.sh"));
    assertEquals("jar " + beside, run("jdk 25", link).lines().get(2));
  }

  @Test
  void without_a_java_that_is_new_enough_one_line_says_what_to_install() throws Exception {
    Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    tooNew();
    assertEquals(new Run(0, 1, List.of("Java 99 or newer is needed: install Temurin 99 from "
        + "adoptium.net, or point JAVA_HOME at one.")), run("jdk 25").withoutPid());
  }

  @Test
  void without_a_jdk_that_is_new_enough_one_line_says_what_to_install() throws Exception {
    sources();
    tooNew();
    assertEquals(new Run(0, 1, List.of("A JDK 99 or newer is needed to build SkyrimNet Proxy: "
        + "install Temurin 99 (JDK) from adoptium.net, or point JAVA_HOME at one.")),
        run("jdk 25").withoutPid());
  }

  @Test
  void an_old_java_home_is_passed_over() throws Exception {
    Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    java("jdk 8", "1.8.0_442", "java", "javac");
    java("jdk 17", "17.0.15", "java", "javac");
    for (String old : List.of("jdk 8", "jdk 17", "none")) {
      ProcessBuilder shell = shell(old, project.resolve("run.sh"));
      shell.environment().merge("PATH", temp.resolve("jdk 25/bin:").toString(),
          (path, ours) -> ours + ":" + path);
      assertEquals(7, run(shell).status(), old);
    }
  }

  @Test
  void a_java_without_faults_comes_before_one_with_them_wherever_it_is_found() throws Exception {
    for (String sound : List.of("25.0.4", "25.0.12.1", "26.0.1", "27")) {
      assertEquals("second", chosen("25.0.3", sound), sound);
      assertEquals("first", chosen(sound, "25.0.3"), sound);
    }
    for (String faulty : List.of("25", "25.0.3.9.1", "26", "28-ea")) {
      assertEquals("second", chosen(faulty, "25.0.4"), faulty);
      assertEquals("first", chosen(faulty, "25.0.3"), faulty);
    }
    assertEquals("first", chosen("25.0.4", "27"), "JAVA_HOME before PATH");
  }

  /// Which of two Javas is taken, the first in JAVA_HOME, the second on PATH. Nothing else is seen.
  private String chosen(String first, String second) throws Exception {
    java("first", first, "java", "javac");
    java("second", second, "java", "javac");
    Path script = temp.resolve("run.sh");
    executable(script, Files.readString(project.resolve("run.sh"))
        .replaceAll("(?m)^      [/\"].*\\\\\\n", "")
        .replaceAll("(?m)^      [/\"].*; do\n", "; do\n"));
    ProcessBuilder shell = shell("first", script);
    shell.environment().put("RUN_SH", "jdk");
    shell.environment().merge("PATH", temp.resolve("second/bin:").toString(),
        (path, ours) -> ours + path);
    String home = run(shell).lines().getFirst();
    return temp.relativize(Path.of(home)).toString();
  }

  /// A run's output on both streams, and its end.
  private record Run(long pid, int status, List<String> lines) {
    Run withoutPid() {
      return new Run(0, status, lines);
    }
  }

  private Run run(String home, String... arguments) throws Exception {
    return run(home, project.resolve("run.sh"), arguments);
  }

  private Run run(String home, Path script, String... arguments) throws Exception {
    ProcessBuilder shell = shell(home, script);
    shell.command().addAll(List.of(arguments));
    return run(shell);
  }

  private ProcessBuilder shell(String home, Path script) {
    ProcessBuilder shell = new ProcessBuilder(script.toString()).directory(temp.toFile());
    shell.environment().put("JAVA_HOME", temp.resolve(home).toString());
    return shell;
  }

  private static Run run(ProcessBuilder shell) throws Exception {
    Process process = shell.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    return new Run(process.pid(), process.waitFor(), said.lines()
        .filter(line -> !line.startsWith("Building")).toList());
  }

  private void sources() throws IOException {
    Files.createDirectories(project.resolve("src", "build"));
    Files.createFile(project.resolve("src", "build", "Build.java"));
  }

  /// As if nothing on this machine were new enough.
  private void tooNew() throws IOException {
    Path script = project.resolve("run.sh");
    String text = Files.readString(script);
    assertTrue(text.contains("\nneeded=25\n"));
    executable(script, text.replace("\nneeded=25\n", "\nneeded=99\n"));
  }

  private void java(String home, String version, String... programs) throws IOException {
    Path bin = Files.createDirectories(temp.resolve(home).resolve("bin"));
    Files.writeString(bin.resolveSibling("release"), "JAVA_VERSION=\"" + version + "\"\n");
    for (String program : programs) {
      executable(bin.resolve(program), JAVA);
    }
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
