package skyproxy.claude.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.upstream.ProgramSearch;

/// The places of the CLI on each system, and what a run of it gets and leaves.
final class ClaudeCliTest {
  private static final String STUB = "#!/bin/sh\necho 'claude native binary not installed.'\n";

  @TempDir
  private Path folder;

  @Test
  void it_is_found_on_the_path() throws IOException {
    Path claude = program("bin/claude", "#!/bin/sh\n");
    assertEquals(claude, unix("/nowhere:" + folder.resolve("bin")).find("claude").path());
  }

  @Test
  void it_is_found_where_its_installer_puts_it_though_the_path_lacks_that() throws IOException {
    Path claude = program(".local/bin/claude", "#!/bin/sh\n");
    assertEquals(claude, unix("/nowhere").find("claude").path());
  }

  @Test
  void it_is_found_where_an_older_installer_put_it() throws IOException {
    Path claude = program(".claude/local/claude", "#!/bin/sh\n");
    assertEquals(claude, unix("/nowhere").find("claude").path());
  }

  @Test
  void a_configured_path_is_taken_as_it_is_or_not_at_all() throws IOException {
    Path claude = program("elsewhere/my-claude", "#!/bin/sh\n");
    program(".local/bin/claude", "#!/bin/sh\n");
    assertEquals(claude, unix("").find(claude.toString().replace('\\', '/')).path());
    assertNull(unix("").find(folder.resolve("missing/claude").toString().replace('\\', '/')));
  }

  @Test
  void the_rest_of_an_incomplete_installation_is_passed_over() throws IOException {
    program("npm/claude", STUB);
    Path claude = program("other/claude", "#!/bin/sh\n");
    assertEquals(claude,
        unix(folder.resolve("npm") + ":" + folder.resolve("other")).find("claude").path());
  }

  @Test
  void what_is_no_program_is_not_found() throws IOException {
    Files.createDirectories(folder.resolve("bin/claude"));
    assertNull(unix(folder.resolve("bin").toString()).find("claude"));
    assertNull(unix("\0").find("cla\0ude"));
  }

  @Test
  void windows_takes_the_program_behind_the_shim_of_npm() throws IOException {
    Files.createDirectories(folder.resolve("npm"));
    Files.writeString(folder.resolve("npm/claude.cmd"), "@ECHO off\r\n");
    Files.writeString(folder.resolve("npm/claude"), "#!/bin/sh\n");
    Path exe = program("npm/node_modules/@anthropic-ai/claude-code/bin/claude.exe",
        "MZ" + "x".repeat(5_000));
    ClaudeCli found = windows(folder.resolve("npm").toString()).find("claude");
    assertEquals(exe, found.path());
    assertEquals(List.of(exe.toString()), found.command());
  }

  @Test
  void windows_prefers_a_real_program_and_knows_a_stub_by_its_size() throws IOException {
    Files.createDirectories(folder.resolve("npm"));
    Files.writeString(folder.resolve("npm/claude.cmd"), "@ECHO off\r\n");
    program("npm/node_modules/@anthropic-ai/claude-code/bin/claude.exe", STUB);
    Path exe = program(".local/bin/claude.exe", "MZ" + "x".repeat(5_000));
    assertEquals(exe, windows(folder.resolve("npm").toString()).find("claude").path());
  }

  @Test
  void windows_starts_a_strange_shim_by_cmd_as_a_last_resort() throws IOException {
    Files.createDirectories(folder.resolve("npm"));
    Path shim = folder.resolve("npm/claude.cmd");
    Files.writeString(shim, "@ECHO off\r\n");
    assertEquals(List.of("cmd.exe", "/c", shim.toString()),
        windows("\"" + folder.resolve("npm") + "\"").find("claude").command());
  }

  @Test
  void a_run_has_an_empty_folder_of_its_own_and_leaves_nothing() throws Exception {
    String[] said;
    try (ClaudeCli.Run run = FakeCli.claude("where").start(List.of(), Map.of(), false)) {
      said = new String(run.process().getInputStream().readAllBytes(), UTF_8).split("\\R");
      assertTrue(Files.isDirectory(Path.of(said[0])));
    }
    assertEquals(said[0], said[1], "TMPDIR is the same folder");
    assertEquals("0", said[2], "files in it");
    assertEquals("-1", said[3], "the first byte of stdin");
    assertFalse(Files.exists(Path.of(said[0])));
  }

  @Test
  void the_environment_of_a_run_keeps_loopback_off_proxies() throws Exception {
    Map<String, String> environment = Map.of("ANTHROPIC_BASE_URL", "http://127.0.0.1:1/x",
        "NO_PROXY", "example.com");
    try (ClaudeCli.Run run = FakeCli.claude("environment").start(List.of(), environment, false)) {
      Set<String> said = Set.of(
          new String(run.process().getInputStream().readAllBytes(), UTF_8).split("\\R"));
      assertTrue(said.contains("NO_PROXY=example.com,127.0.0.1,localhost,::1"), said.toString());
      assertTrue(said.contains("CLAUDE_CODE_MAX_RETRIES=0"));
      assertTrue(said.contains("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1"));
    }
  }

  @Test
  void a_run_that_is_closed_ends() throws Exception {
    ClaudeCli.Run run = FakeCli.claude("hang").start(List.of(), Map.of(), true);
    assertTrue(run.process().isAlive());
    run.close();
    assertTrue(run.process().waitFor(10, TimeUnit.SECONDS));
  }

  @Test
  void its_version_is_the_number_it_tells() {
    assertEquals("2.1.330", FakeCli.claude("works").version());
    assertNull(FakeCli.claude("dies").version());
    assertNull(new ClaudeCli(folder.resolve("missing")).version());
  }

  private Path program(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertTrue(file.toFile().setExecutable(true) || file.toString().endsWith(".exe"));
    return file;
  }

  private CliSearch unix(String path) {
    return new CliSearch(new ProgramSearch(false, Map.of("PATH", path)::get, folder));
  }

  private CliSearch windows(String path) {
    return new CliSearch(new ProgramSearch(true,
        Map.of("PATH", path, "APPDATA", folder.toString())::get, folder));
  }
}
