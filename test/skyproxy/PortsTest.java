package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.OpenedPages;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.windows.PortOwner;

/// A port that can't be had: in use by one of us, by another program, or kept by the system.
@Tag("slow")
final class PortsTest {
  @TempDir
  private Path folder;

  /// The one line that is said on stderr before it ends with status 1. It has a folder of its own,
  /// for the first program may say something too.
  private String refusal(String... arguments) throws Exception {
    try (Program program = Program.start(second(), Map.of(), arguments)) {
      assertEquals("", program.stdout());
      assertEquals(1, program.exitStatus(), program.stderr());
      assertEquals(1, program.stderr().lines().count(), program.stderr());
      return program.stderr().strip();
    }
  }

  private Path second() throws IOException {
    return Files.createDirectories(folder.resolve("second"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void a_port_that_is_taken_is_said_in_one_line(String taken) throws Exception {
    InetAddress address = InetAddress.ofLiteral(taken);
    assumeTrue(NetworkInterface.getByInetAddress(address) != null, "There is no IPv6 here.");
    try (ServerSocket other = new ServerSocket(0, 1, address)) {
      String port = Integer.toString(other.getLocalPort());
      String line = refusal("--port", port);
      assertTrue(line.startsWith("Port " + port + " of " + taken + " can't be used: "), line);
      assertTrue(line.matches(".* has it\\. Stop that program, or choose another port with"
          + " --port\\. (\\d+) is free: --port \\1, and the same in the game\\."), line);
      if (Os.WINDOWS) {
        assertTrue(line.contains("java.exe (process " + ProcessHandle.current().pid()), line);
      }
    }
  }

  @Test
  void a_second_start_names_the_first_by_its_version_and_page() throws Exception {
    // In a folder of its own, for each writes its log there.
    try (Program first = Program.listening(Files.createDirectory(folder.resolve("first")))) {
      String line = refusal("--port", Integer.toString(first.port()));
      assertTrue(line.matches("Port " + first.port() + " of 127\\.0\\.0\\.1 can't be used:"
          + " SkyrimNet Proxy \\d+\\.\\d+\\.\\d+ is running there already\\..*"), line);
      assertTrue(line.contains("Its page is " + first.address() + ";"), line);
    }
  }

  @Test
  void a_second_start_that_is_to_open_the_page_opens_that_of_the_first() throws Exception {
    OpenedPages opened = new OpenedPages(second());
    try (Program first = Program.listening(folder);
        Program second = Program.start(second(), Map.of(), "--open", "--port",
            Integer.toString(first.port()))) {
      assertEquals("SkyrimNet Proxy is running already: opening " + first.address() + "\n",
          second.stdout());
      assertEquals(0, second.exitStatus(), second.stderr());
      opened.await(first.address());
    }
  }

  @Test
  void another_program_on_the_port_is_not_opened() throws Exception {
    OpenedPages opened = new OpenedPages(second());
    try (FakeUpstream other = new FakeUpstream()) {
      other.answer(FakeUpstream.json("{\"status\":\"healthy\",\"version\":\"1.0.0\"}"));
      String line = refusal("--open", "--port", Integer.toString(other.port()));
      assertTrue(line.contains(" has it. Stop that program"), line);
      assertFalse(opened.has("http://127.0.0.1:" + other.port()));
    }
  }

  /// As a user who has no right to port 80: a port that nobody has is not in use.
  @Test
  void a_port_that_the_system_keeps_for_itself_is_not_called_in_use() throws Exception {
    assumeTrue(nobodyMayHavePort80(), "Here everybody may have every port.");
    if (!Os.WINDOWS) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    Path jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")), folder.resolve("p.jar"));
    List<String> command = new ArrayList<>(Os.withoutRights());
    command.addAll(List.of(Os.java(), Os.QUIET, "-jar", jar.toString(), "--port", "80", "--config",
        folder.resolve("c.json").toString(), "--claude", "off", "--codex", "off"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), line);
    String why = Os.WINDOWS ? "Windows has reserved it, as it does with ranges of ports for Hyper-V"
        + " and WSL (netsh interface ipv4 show excludedportrange protocol=tcp shows them)."
        : "the system lets only administrators use ports below 1024.";
    assertTrue(line.startsWith("Port 80 of 127.0.0.1 can't be used: " + why + " Choose another"
        + " port with --port. "), line);
    assertTrue(line.strip()
        .matches(".* (80\\d\\d) is free: --port \\1, and the same in the game\\."), line);
  }

  private static boolean nobodyMayHavePort80() throws IOException {
    try (ServerSocket tried = new ServerSocket()) {
      tried.bind(new InetSocketAddress("127.0.0.1", 80));
      // Of root's right nothing is left to who is started without. Some containers have no such
      // ports.
      Path first = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
      return !Os.WINDOWS && Files.exists(first)
          && Integer.parseInt(Files.readAllLines(first).getFirst().strip()) > 80;
    } catch (BindException refused) {
      return Os.WINDOWS ? PortOwner.of(80) == null
          : refused.getMessage().toLowerCase(Locale.ROOT).contains("permission");
    }
  }
}
