package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;
import skyproxy.upstream.ProgramSearch;

/// The places where npm and others put Codex, on every system.
final class CodexCliTest {
  @TempDir Path given;
  private Path temp;

  @BeforeEach
  void resolveLinks() throws IOException {
    temp = given.toRealPath();
  }

  private CodexCli.Machine windows(Path... path) {
    return machine(true, ";", path);
  }

  private CodexCli.Machine linux(Path... path) {
    return machine(false, ":", path);
  }

  private CodexCli.Machine machine(boolean windows, String separator, Path... path) {
    String folders = Stream.of(path).map(Path::toString).collect(Collectors.joining(separator));
    return new CodexCli.Machine(new ProgramSearch(windows, Map.of("PATH", folders)::get,
        temp.resolve("home")), false, false, Map.of());
  }

  private Path file(String name, String content) throws IOException {
    Path file = temp.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    file.toFile().setExecutable(true);
    return file;
  }

  private static void finds(Path program, CodexCli cli) {
    assertEquals(List.of(program.toString()), cli.command());
  }

  @Test
  void a_native_program_on_path_is_started_itself() throws IOException {
    Path program = file("bin/codex", "\u007fELF");
    CodexCli cli = CodexCli.find("codex", linux(temp.resolve("no"), temp.resolve("bin")));
    finds(program, cli);
    assertEquals(program, cli.path());
  }

  @Test
  void behind_a_global_npm_link_lies_the_nested_program() throws IOException {
    Path js = file("lib/node_modules/@openai/codex/bin/codex.js", "#!/usr/bin/env node\n");
    file("lib/node_modules/@openai/codex/package.json", "{}");
    Path program = file("lib/node_modules/@openai/codex/node_modules/@openai/codex-linux-x64/"
        + "vendor/x86_64-unknown-linux-musl/bin/codex", "\u007fELF");
    Files.createDirectories(temp.resolve("bin"));
    Os.link(temp.resolve("bin/codex"), js);
    finds(program, CodexCli.find("codex", linux(temp.resolve("bin"))));
  }

  @Test
  void behind_a_local_npm_link_lies_the_hoisted_program() throws IOException {
    Path js = file("node_modules/@openai/codex/bin/codex.js", "#!/usr/bin/env node\n");
    file("node_modules/@openai/codex/package.json", "{}");
    Path program = file("node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/"
        + "codex/codex", "\u007fELF");
    finds(program, CodexCli.find(js.toString(), linux()));
  }

  @Test
  void beside_a_windows_shim_lies_the_program() throws IOException {
    file("npm/codex.cmd", "@node \"%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js\" %*");
    Path program = file("npm/node_modules/@openai/codex/node_modules/@openai/codex-win32-x64/"
        + "vendor/x86_64-pc-windows-msvc/bin/codex.exe", "MZ");
    CodexCli cli = CodexCli.find("codex", windows(temp.resolve("npm")));
    finds(program, cli);
    assertEquals("codex.cmd", cli.path().getFileName().toString());
  }

  @Test
  void an_exe_goes_before_a_shim() throws IOException {
    file("npm/codex.cmd", "@node");
    Path program = file("npm/codex.exe", "MZ");
    finds(program, CodexCli.find("codex", windows(temp.resolve("npm"))));
  }

  @Test
  void a_shim_without_a_program_is_started_through_node_or_the_shell() throws IOException {
    Path shim = file("npm/codex.cmd", "@node");
    assertEquals(List.of("cmd.exe", "/c", shim.toString()),
        CodexCli.find("codex", windows(temp.resolve("npm"))).command());
    Path js = file("npm/node_modules/@openai/codex/bin/codex.js", "");
    assertEquals(List.of("node", js.toString()),
        CodexCli.find(shim.toString(), windows()).command());
  }

  @Test
  void a_path_is_taken_as_it_is_and_need_not_name_its_ending_on_windows() throws IOException {
    Path program = file("x y/codex.exe", "MZ");
    finds(program, CodexCli.find(temp.resolve("x y/codex").toString(), windows()));
    finds(program, CodexCli.find(program.toString(), windows()));
  }

  @Test
  void it_is_found_where_installers_put_it_though_the_path_lacks_that() throws IOException {
    finds(file("home/.local/bin/codex", "\u007fELF"), CodexCli.find("codex", linux()));
  }

  @Test
  void what_is_not_there_is_not_found() throws IOException {
    Files.createDirectories(temp.resolve("bin/no-codex"));
    assertNull(CodexCli.find("no-codex", linux(temp, temp.resolve("bin"))));
    assertNull(CodexCli.find(temp.resolve("nowhere/codex").toString(), linux()));
    assertNull(CodexCli.find("\0", linux(temp)));
  }

  @Test
  void keys_in_the_environment_do_not_take_the_place_of_the_login() throws IOException {
    file("bin/codex", "\u007fELF");
    var machine = new CodexCli.Machine(linux(temp.resolve("bin")).search(), false, false,
        Map.of("CODEX_API_KEY", "sk-x", "CODEX_ACCESS_TOKEN", "x", "OTHER", "y"));
    Map<String, String> environment = CodexCli.find("codex", machine)
        .process(temp, List.of("--version")).environment();
    assertFalse(environment.containsKey("CODEX_API_KEY"));
    assertFalse(environment.containsKey("CODEX_ACCESS_TOKEN"));
    assertEquals("y", environment.get("OTHER"));
    assertEquals(temp.toString(), environment.get("CODEX_HOME"));
    assertTrue(environment.containsKey("PATH") || environment.containsKey("Path"));
  }
}
