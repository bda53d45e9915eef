package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Programs in their places on each system, under all their names.
final class ProgramSearchTest {
  @TempDir Path given;
  private Path folder;

  @BeforeEach
  void resolveLinks() throws IOException {
    folder = given.toRealPath();
  }

  private ProgramSearch unix(String path) {
    return new ProgramSearch(false, Map.of("PATH", path)::get, folder.resolve("home"));
  }

  private ProgramSearch windows(String path) {
    return new ProgramSearch(true,
        Map.of("PATH", path, "APPDATA", folder.resolve("data").toString())::get,
        folder.resolve("home"));
  }

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "");
  }

  private Path program(String name) throws IOException {
    Path file = file(name);
    file.toFile().setExecutable(true);
    return file;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void finds(List<Path> programs, ProgramSearch search, String wanted,
      Path... more) {
    assertEquals(programs, search.find(wanted, more).toList());
  }

  @Test
  void the_path_goes_before_the_usual_places_and_those_before_what_the_vendor_adds()
      throws IOException {
    Path usual = program("home/.local/bin/some-cli");
    Path vendors = program("home/.some/some-cli");
    Path onPath = program("bin/some-cli");
    finds(List.of(onPath, usual, vendors), unix("/nowhere:" + path("bin")), "some-cli",
        folder.resolve("home/.some"));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no right to run a file.")
  void what_can_not_be_run_is_passed_over() throws IOException {
    file("a/some-cli");
    Files.createDirectories(folder.resolve("b/some-cli"));
    finds(List.of(), unix(path("a") + ":" + path("b")), "some-cli");
    finds(List.of(), unix("\0"), "some\0cli");
    finds(List.of(), unix(path("a")), "");
    finds(List.of(), unix(path("a")), "/");
  }

  @Test
  void a_path_is_looked_for_nowhere_else() throws IOException {
    Path program = program("x y/some-cli");
    finds(List.of(program), unix(""), program.toString().replace('\\', '/'));
    finds(List.of(), unix(path("x y")), path("other/some-cli"));
  }

  @Test
  void on_windows_a_name_means_its_endings_folder_by_folder_and_never_a_script_for_unix()
      throws IOException {
    file("npm/some-cli");
    Path shim = file("npm/some-cli.cmd");
    Path exe = file("bin/some-cli.exe");
    Path other = file("bin/some-cli.cmd");
    finds(List.of(shim, exe, other), windows("\"" + path("npm") + "\";;" + path("bin")),
        "some-cli");
    finds(List.of(shim, other), windows(path("npm") + ";" + path("bin")), "some-cli.cmd");
  }

  @Test
  void on_windows_the_usual_places_are_those_of_its_installers() throws IOException {
    Path exe = file("home/.local/bin/some-cli.exe");
    Path shim = file("data/npm/some-cli.cmd");
    finds(List.of(exe, shim), windows(path("nowhere")), "some-cli");
  }

  @Test
  void on_windows_a_path_need_not_name_its_ending_either() throws IOException {
    Path exe = file("x/some-cli.exe");
    finds(List.of(exe), windows(""), path("x/some-cli"));
    finds(List.of(exe), windows(""), exe.toString());
    Path shim = file("y/some.cli.CMD");
    finds(List.of(shim), windows(""), shim.toString());
    Path script = file("z/cli.js");
    finds(List.of(script), windows(""), script.toString());
  }
}
