package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.OpenedPages;
import skyproxy.testing.Os;

/// `run.bat` as a player has it, beside the jar, on a Windows with no Java but those of the test.
@Tag("windows")
final class RunBatStartTest {
  /// The Java that runs the tests has no faults; the other one has, where it is beside it.
  private static final Path SOUND = Path.of(System.getProperty("java.home"));
  private static final Path FAULTY = SOUND.resolveSibling("java-old");
  private static final String INSTALL =
      "install --exact --id EclipseAdoptium.Temurin.25.JRE";
  private static final String QUESTION = "Java 25 is missing. Install it now? [Y/N] ";
  private static final String LINK = "https://adoptium.net/temurin/releases/?version=25";

  private static OpenedPages opened;
  @TempDir
  private Path temp;
  private Path project;
  private Path caller;
  private Path script;
  private final Map<String, String> environment = new TreeMap<>();

  /// Elsewhere the browser is that of whoever works there, and the links are opened.
  @BeforeAll
  static void set_the_browser(@TempDir Path folder) throws Exception {
    if (Os.wine()) opened = new OpenedPages(folder);
  }

  @BeforeEach
  void unpack() throws IOException {
    temp = temp.toRealPath();
    project = Files.createDirectories(temp.resolve("Łódź ä (a) & b; 日本!"));
    caller = Files.createDirectories(temp.resolve("caller's ä Ł! & (b)"));
    script = Files.copy(Path.of("run.bat"), project.resolve("run.bat"));
    for (String place : List.of("ProgramFiles", "LOCALAPPDATA", "USERPROFILE", "ProgramData")) {
      environment.put(place, Files.createDirectory(temp.resolve("The " + place)).toString());
    }
    environment.put("SystemRoot", System.getenv("SystemRoot"));
    environment.put("PATH", System.getenv("SystemRoot") + "\\System32");
  }

  @Test
  void java_starts_inside_the_folder_whatever_that_is_named_and_knows_the_caller_s()
      throws Exception {
    standIn();
    environment.put("JAVA_HOME", SOUND.toString());
    Run run = run("", "--config", "\"a b.json\"", "x;y", "C:\\d!\\");
    assertEquals(List.of(System.getProperty("java.version"), project.toString(),
        caller.toString(), "--config", "a b.json", "x;y", "C:\\d!\\"), run.lines());
    assertEquals(7, run.status());
  }

  @Test
  void the_real_jar_answers_from_such_a_folder() throws Exception {
    Files.copy(Path.of(System.getProperty("skyproxy.jar")),
        project.resolve("skyrimnet-proxy.jar"));
    environment.put("JAVA_HOME", SOUND.toString());
    Path said = temp.resolve("said");
    Process cmd = start(said, "--port", "0", "--claude", "off", "--codex", "off");
    try {
      until("it listens", () -> text(said).contains("Listening on http://"));
      String address = text(said).lines().filter(line -> line.startsWith("Listening on "))
          .findFirst().orElseThrow().substring("Listening on ".length());
      try (HttpClient http = HttpClient.newHttpClient()) {
        assertEquals(200, http.send(HttpRequest.newBuilder(URI.create(address + "/health"))
            .build(), BodyHandlers.ofString()).statusCode());
      }
    } finally {
      List<ProcessHandle> all = cmd.descendants().toList();
      all.forEach(ProcessHandle::destroyForcibly);
      cmd.destroyForcibly().waitFor();
      all.forEach(each -> each.onExit().join());
    }
  }

  @Test
  void a_java_without_faults_is_started_before_one_with_them() throws Exception {
    assumeTrue(Files.exists(FAULTY), "There is no second Java for Windows.");
    standIn();
    environment.put("JAVA_HOME", FAULTY.toString());
    assertEquals("25.0.2", run("").lines().getFirst());
    environment.merge("PATH", SOUND.resolve("bin").toString(), (a, b) -> a + ";" + b);
    assertEquals(System.getProperty("java.version"), run("").lines().getFirst());
  }

  @Test
  void the_first_java_without_faults_is_taken_and_only_then_one_with_them() throws Exception {
    showsTheChoice();
    String[] places = {"in JAVA_HOME", "on PATH 1", "on PATH 2",
        "The ProgramFiles\\Eclipse Adoptium\\jre-25.0.4.9-hotspot"};
    for (String[] row : new String[][] {
        {"25.0.4", "25.0.5", "27", "26.0.1", "0"},
        {"1.8.0_442", "25.0.4", "25.0.5", "27", "1"},
        {"25.0.3", "17.0.15", "25.0.12.1", "27", "2"},
        {"25", "25.0.3.9.1", "26", "27", "3"},
        {"26", "26.0.0", "28-ea", "26.0.1", "3"},
        {"21.0.1", "25.0.3", "25.0.2", "26", "1"},
        {"21.0.1", "24", "9", "25.0.1", "3"}}) {
      for (int i = 0; i < places.length; i++) java(places[i], row[i]);
      environment.put("JAVA_HOME", temp.resolve(places[0]).toString());
      environment.put("PATH", System.getenv("SystemRoot") + "\\System32;"
          + temp.resolve(places[1], "bin") + ";" + temp.resolve(places[2], "bin"));
      Run run = run("");
      assertEquals(List.of(chosen(places[Integer.parseInt(row[4])])), run.lines(),
          String.join(" ", row));
    }
  }

  @Test
  void java_is_found_wherever_installers_put_it() throws Exception {
    showsTheChoice();
    for (String place : List.of("The ProgramFiles\\Eclipse Adoptium\\jdk-25.0.4.9-hotspot",
        "The ProgramFiles\\Java\\jdk-25.0.4", "The ProgramFiles\\SapMachine\\JRE\\25",
        "The LOCALAPPDATA\\Programs\\Eclipse Adoptium\\jre-25.0.4.9-hotspot",
        "The LOCALAPPDATA\\Microsoft\\WinGet\\Packages\\a.java (1)\\jdk-25.0.4",
        "The USERPROFILE\\scoop\\apps\\temurin25-jre\\current",
        "The USERPROFILE\\.jdks\\temurin-25.0.4")) {
      java(place, "25.0.4");
      assertEquals(List.of(chosen(place)), run("").lines());
      Files.delete(temp.resolve(place, "release"));
    }
  }

  @Test
  void java_is_found_by_what_its_installer_wrote_into_the_registry() throws Exception {
    showsTheChoice();
    java("far & away", "25.0.4");
    String key = "HKCU\\SOFTWARE\\JavaSoft\\a test of SkyrimNet Proxy";
    registry("add", key, "/v", "JavaHome", "/d", temp.resolve("far & away").toString(), "/f");
    try {
      assertEquals(List.of(chosen("far & away")), run("").lines());
    } finally {
      registry("delete", key, "/f");
    }
  }

  @Test
  void where_there_is_none_windows_installs_it_and_the_proxy_starts() throws Exception {
    standIn();
    copyOf(SOUND, temp.resolve("made"));
    wingetMoves("made", "%ProgramFiles%\\Eclipse Adoptium");
    Run run = run("y\r\n");
    assertEquals(INSTALL, asked());
    assertEquals(QUESTION + System.getProperty("java.version"), run.lines().getFirst());
    assertEquals(7, run.status());
  }

  @Test
  void a_java_too_old_to_run_it_is_none() throws Exception {
    showsTheChoice();
    java("The ProgramFiles\\Java\\jre1.8.0_442", "1.8.0_442");
    java("made", "25.0.4");
    wingetMoves("made", "%LOCALAPPDATA%\\Programs\\Eclipse Adoptium");
    assertEquals(QUESTION + chosen("The LOCALAPPDATA\\Programs\\Eclipse Adoptium\\jre-25"),
        run("Yes\r\n").lines().getFirst());
    assertEquals(INSTALL, asked());
  }

  @Test
  void an_installation_that_fails_ends_in_the_link() throws Exception {
    showsTheChoice();
    winget("exit /b 5");
    Run run = run("Y\r\n");
    assertEquals(INSTALL, asked());
    assertEquals(QUESTION + "Java 25 could not be installed: see above. ", run.lines().get(0));
    assertTellsTheLink(run, 1);
  }

  @Test
  void whoever_says_no_gets_the_link_and_nothing_is_installed() throws Exception {
    showsTheChoice();
    winget("exit /b 0");
    for (String answer : List.of("n\r\n", "\r\n", "\"\r\n", "& echo y\r\n", "")) {
      Run run = run(answer);
      assertTrue(run.lines().getFirst().startsWith(QUESTION), run.toString());
      assertTrue(run.lines().toString().contains(LINK), run.toString());
      assertEquals(1, run.status());
    }
    assertFalse(Files.exists(temp.resolve("asked")));
  }

  @Test
  void without_winget_nobody_is_asked_and_the_link_is_opened() throws Exception {
    showsTheChoice();
    Os.assumeWine("Which browser is opened can be set for Wine alone.");
    assertTellsTheLink(run(""), 0);
    opened.await(LINK);
  }

  @Test
  void without_the_jar_one_line_says_where_it_belongs() throws Exception {
    Run run = run("");
    assertEquals("skyrimnet-proxy.jar is missing: put it beside run.bat, or unpack the whole zip"
        + " first. ", run.lines().getFirst());
    assertEquals(1, run.status());
  }

  private static void assertTellsTheLink(Run run, int line) {
    assertEquals(List.of("Java 25 is missing: install Temurin 25 (JRE) from ",
        LINK + " and start run.bat again. "), run.lines().subList(line, line + 2));
    assertEquals(1, run.status());
  }

  /// A run's output on both streams, and its end.
  private record Run(int status, List<String> lines) {}

  /// Runs the script from the caller's folder as a double click does; then it waits for a key
  /// where it failed.
  private Run run(String stdin, String... arguments) throws Exception {
    Path said = temp.resolve("said");
    Process cmd = start(said, arguments);
    try (OutputStream in = cmd.getOutputStream()) {
      in.write((stdin + (stdin.isEmpty() ? "" : "\r\n")).getBytes(StandardCharsets.US_ASCII));
    }
    int status = cmd.waitFor();
    // What Wine lets a JVM say, and that the window stays open after a failure.
    String ours = text(said).replaceAll("OpenJDK .* process group affinity .*\\R", "");
    return new Run(status,
        ours.lines().filter(line -> !line.startsWith("Press any key")).toList());
  }

  /// The output goes to a file, for a browser that was opened would hold a pipe.
  private Process start(Path said, String... arguments) throws IOException {
    String command = "\"\"" + script + "\" " + String.join(" ", arguments) + "\"";
    ProcessBuilder cmd = new ProcessBuilder("cmd.exe", "/c", command).directory(caller.toFile())
        .redirectErrorStream(true).redirectOutput(said.toFile());
    cmd.environment().clear();
    cmd.environment().putAll(environment);
    return cmd.start();
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException unreadable) {
      return "";
    }
  }

  private static String registry(String... arguments) throws Exception {
    ProcessBuilder reg = new ProcessBuilder("reg.exe").redirectErrorStream(true);
    reg.command().addAll(List.of(arguments));
    Process process = reg.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    process.waitFor();
    return said;
  }

  /// Puts a program in the place of the jar that says how it was called.
  private void standIn() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Said.class.getName());
    String name = Said.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar = new JarOutputStream(
        Files.newOutputStream(project.resolve("skyrimnet-proxy.jar")), manifest);
        InputStream in = Said.class.getClassLoader().getResourceAsStream(name)) {
      jar.putNextEntry(new ZipEntry(name));
      in.transferTo(jar);
    }
  }

  /// Has the script say which Java it would start, so that any can be made up.
  private void showsTheChoice() throws IOException {
    Files.createFile(project.resolve("skyrimnet-proxy.jar"));
    Matcher start = Pattern.compile("(?m)^\"%FOUND%\\\\bin\\\\java\\.exe\" .*-jar \"%JAR%\" %\\*")
        .matcher(Files.readString(script));
    assertTrue(start.find());
    Files.writeString(script, start.replaceAll("echo \"%FOUND%\""));
  }

  private String chosen(String home) {
    return '"' + temp.resolve(home).toString() + (home.startsWith("on PATH") ? "\\bin\\.." : "")
        + '"';
  }

  private void java(String home, String version) throws IOException {
    Path bin = Files.createDirectories(temp.resolve(home, "bin"));
    Files.write(bin.resolve("java.exe"), new byte[0]);
    Files.writeString(bin.resolveSibling("release"),
        "IMPLEMENTOR=\"Somebody\"\r\nJAVA_VERSION=\"" + version + "\"\r\nMODULES=\"a b\"\r\n");
  }

  /// A `winget` that notes what it is asked for, and does this.
  private void winget(String does) throws IOException {
    Path bin = Files.createDirectories(temp.resolve("apps"));
    Files.writeString(bin.resolve("winget.cmd"),
        "@echo %*>\"" + temp.resolve("asked") + "\"\r\n@" + does + "\r\n");
    environment.merge("PATH", bin.toString(), (path, ours) -> path + ";" + ours);
  }

  private void wingetMoves(String home, String place) throws IOException {
    winget("mkdir \"" + place + "\"\r\n@move \"" + temp.resolve(home) + "\" \"" + place
        + "\\jre-25\" >nul");
  }

  private static void copyOf(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) Files.copy(each, to.resolve(from.relativize(each).toString()));
    }
  }

  private String asked() throws IOException {
    return Files.readString(temp.resolve("asked")).strip();
  }

  /// A program in the place of the proxy.
  static final class Said {
    private Said() {}

    /// Prints how it was called.
    public static void main(String[] args) {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.println(System.getProperty("java.version"));
      out.println(System.getProperty("user.dir"));
      out.println(System.getenv("SKYRIMNET_PROXY_FROM"));
      List.of(args).forEach(out::println);
      System.exit(7);
    }
  }
}
