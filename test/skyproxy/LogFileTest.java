package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.testing.Replies;

/// The log on the disk: bounded, each proxy's whole, its owner's alone, and in nobody's way.
@Tag("slow")
final class LogFileTest {
  private static final Duration NONE = Duration.ZERO;
  private static final String DEMO = """
      {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""";

  private final List<LogFile> opened = new ArrayList<>();

  @TempDir
  private Path folder;

  /// Windows deletes no folder in which a file is open.
  @AfterEach
  void close() {
    opened.forEach(LogFile::close);
  }

  private LogFile file() {
    return file(folder, NONE);
  }

  private LogFile file(Path place, Duration rest) {
    LogFile file = new LogFile(place.resolve("config"), 100, 3, rest);
    opened.add(file);
    return file;
  }

  private static void write(LogFile log, int from, int to) {
    for (int i = from; i <= to; i++) log.write("line " + i + "\n");
  }

  /// The files by their numbers.
  private TreeMap<Integer, String> files() throws IOException {
    TreeMap<Integer, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.toList()) {
        String name = each.getFileName().toString();
        if (name.matches("config-\\d+\\.log")) {
          found.put(Integer.valueOf(name.replaceAll("\\D", "")), Files.readString(each));
        }
      }
    }
    return found;
  }

  private static String lines(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "line " + i + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void the_last_lines_are_there_in_their_order_and_the_rest_is_gone() throws IOException {
    write(file(), 10, 99);
    assertEquals(List.of(6, 7, 8), List.copyOf(files().keySet()));
    assertEquals(lines(70, 99), String.join("", files().values()));
    files().values().forEach(each -> assertTrue(each.length() <= 100, each));
  }

  @Test
  void a_line_that_is_longer_than_a_file_is_kept_whole() throws IOException {
    LogFile log = file();
    log.write("short\n");
    log.write("long ".repeat(50) + "\n");
    log.write("short\n");
    assertEquals("short\n" + "long ".repeat(50) + "\nshort\n",
        String.join("", files().values()));
  }

  @Test
  void its_owner_alone_can_read_it() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "Windows has no file modes.");
    Path old = Files.writeString(folder.resolve("config-1.log"), "old\n");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r--r--"));
    write(file(), 10, 40);
    for (int each : files().keySet()) {
      assertEquals("rw-------", PosixFilePermissions.toString(
          Files.getPosixFilePermissions(folder.resolve("config-" + each + ".log"))));
    }
  }

  @Test
  void what_another_settings_file_has_for_a_log_is_left_alone() throws IOException {
    for (String name : List.of("config-1-1.log", "other-1.log", "config-x.log", "config-1.json")) {
      Files.writeString(folder.resolve(name), name);
    }
    write(file(), 10, 99);
    for (String name : List.of("config-1-1.log", "other-1.log", "config-x.log", "config-1.json")) {
      assertEquals(name, Files.readString(folder.resolve(name)));
    }
  }

  @Test
  void who_reads_a_file_is_in_nobody_s_way() throws IOException {
    LogFile log = file();
    write(log, 10, 12);
    try (InputStream reader = new FileInputStream(folder.resolve("config-1.log").toFile())) {
      write(log, 13, 99);
      assertEquals(lines(10, 23).substring(0, 24), new String(reader.readNBytes(24)));
      assertTrue(String.join("", files().values()).endsWith(lines(76, 99)));
    }
    write(log, 100, 112);
    assertEquals(3, files().size(), "what was held went with the next one");
  }

  @Test
  void a_file_that_is_deleted_begins_anew() throws IOException {
    LogFile log = file();
    write(log, 10, 12);
    assumeTrue(!Os.WINDOWS, "Windows keeps the name until the file is closed.");
    Files.delete(folder.resolve("config-1.log"));
    write(log, 13, 14);
    assertEquals(lines(13, 14), String.join("", files().values()));
  }

  @Test
  void another_one_of_this_program_gets_files_of_its_own() throws IOException {
    LogFile one = file();
    LogFile two = file();
    for (int i = 10; i < 99; i++) {
      one.write("one " + i + "\n");
      if (i % 10 == 0) two.write("two " + i + "\n");
    }
    String all = String.join("", files().values());
    for (int i = 10; i < 99; i += 10) assertTrue(all.contains("two " + i + "\n"), all);
    assertTrue(all.contains("one 98\n"), all);
    assertTrue(files().values().stream().noneMatch(
        each -> each.contains("one") && each.contains("two")), all);
  }

  /// What the program logs meanwhile.
  private static List<String> warnings(Runnable meanwhile) {
    List<String> said = new ArrayList<>();
    Logger logger = Logger.getLogger(LogFile.class.getName());
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord line) {
        if (line.getLevel().intValue() >= Level.WARNING.intValue()) said.add(line.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      meanwhile.run();
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    return said;
  }

  @Test
  void a_place_that_can_not_be_written_to_is_said_once_and_tried_again() throws IOException {
    Path place = folder.resolve("place");
    Files.writeString(place, "a file in the place of the folder");
    LogFile log = file(place, NONE);
    assertEquals(1, warnings(() -> write(log, 10, 20)).size());
    Files.delete(place);
    write(log, 21, 22);
    assertEquals("Lines that could not be written here: 11" + System.lineSeparator()
        + lines(21, 22), Files.readString(place.resolve("config-1.log")));
  }

  @Test
  void after_a_failure_it_rests() throws IOException {
    Path place = Files.writeString(folder.resolve("place"), "a file in the place of the folder");
    LogFile log = file(place, Duration.ofHours(1));
    assertEquals(1, warnings(() -> write(log, 10, 11)).size());
    Files.delete(place);
    write(log, 12, 20);
    assertFalse(Files.exists(place));
  }

  private static long answered(String log) {
    return log.lines().filter(line -> line.contains(" demo answered")).count();
  }

  private String all() {
    try {
      return String.join("", files().values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void two_proxies_do_not_garble_each_other_s_log() throws Exception {
    Path settings = Files.writeString(folder.resolve("config.json"), "{}");
    String[] how = {"--verbose", "--config", settings.toString()};
    try (Program one = Program.listening(Files.createDirectory(folder.resolve("a")), how);
        Program two = Program.listening(Files.createDirectory(folder.resolve("b")), how)) {
      for (int i = 0; i < 10; i++) {
        for (Program each : List.of(one, two)) {
          assertEquals(200, each.post("/v1", DEMO).statusCode());
        }
      }
      // To end a program is to kill it on Windows, with the lines that it has not written yet.
      Replies.until("all is written", () -> answered(all()) == 20);
      one.end();
      two.end();
    }
    assertEquals(2, files().size());
    for (String log : files().values()) {
      assertEquals(10, answered(log), log);
      assertTrue(log.lines().allMatch(
          line -> line.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [A-Z]+ .*")), log);
    }
  }

  /// Also that it says on the console where the log lies.
  @Test
  void the_log_lies_beside_the_settings_but_not_beside_the_jar() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "The place is that of Linux.");
    Path place = Files.createDirectory(folder.resolve("place"));
    Path settings = Files.writeString(place.resolve("mine.json"), "{}");
    try (Program program = Program.listening(folder, "--config", settings.toString())) {
      program.end();
      assertTrue(program.stderr().contains("The log is kept in " + place + "/mine-N.log"),
          program.stderr());
      assertTrue(Files.exists(place.resolve("mine-1.log")));
    }
    Path jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")), place.resolve("proxy.jar"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(place.resolve("config.json"), """
        {"port":0,"codex":"off","claude":"off"}""");
    Process process = new ProcessBuilder(Os.java(), "-Duser.home=" + folder, "-jar",
        jar.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      process.inputReader().readLine();
    } finally {
      process.destroy();
      process.onExit().join();
    }
    assertFalse(Files.exists(place.resolve("config-1.log")));
  }

  @Test
  void a_full_disk_is_said_once_and_holds_up_no_answer() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "The limit is a Unix shell's.");
    Path place = Files.createDirectory(folder.resolve("place"));
    Path jar = Path.of(System.getProperty("skyproxy.jar")).toAbsolutePath();
    // No file may grow beyond 4 KB, or 8 where the shell counts in larger blocks.
    Process process = new ProcessBuilder("/bin/sh", "-c", "ulimit -f 8; exec \"$@\"", "sh",
        Os.java(), "-XX:-UsePerfData", "-jar", jar.toString(), "--port", "0", "--verbose",
        "--claude", "off", "--codex", "off", "--config", place.resolve("c.json").toString())
        .start();
    List<String> said = new ArrayList<>();
    Thread reader = Thread.ofVirtual().start(() ->
        process.errorReader().lines().forEach(said::add));
    try {
      String address = process.inputReader().readLine().substring("Listening on ".length());
      int port = Integer.parseInt(address.replaceAll(".*:", ""));
      for (int i = 0; i < 300; i++) {
        try (RawClient client = new RawClient(port)) {
          assertEquals(404, client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .answer().status());
        }
      }
    } finally {
      process.toHandle().destroy(); // and what it says is still read
      reader.join();
    }
    assertEquals(1, said.stream().filter(line -> line.contains("The log can't be written")).count(),
        said.toString());
    assertEquals(300, said.stream().filter(line -> line.contains(" GET /nothing 404")).count());
    String log = Files.readString(place.resolve("c-1.log"));
    assertTrue(log.length() > 3_000 && log.endsWith("\n"), log);
  }
}
