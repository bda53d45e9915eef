package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.sse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.testing.RealCli;

/// The running program and the real Claude CLI, with a made-up login, in the mode `direct`.
@Tag("cli")
@Tag("claude")
final class RealClaudeTest {
  private static final String TOKEN = "sk-ant-oat01-made-up-0123456789";
  private static final Pattern CALLED = Pattern.compile("Captured .* after ([\\d,.]+) ms"
      + " \\((\\d+) calls\\); keeping (?<kept>[\\d,.]+) of (?<sent>[\\d,.]+) bytes");

  private final FakeUpstream upstream = new FakeUpstream();

  @TempDir
  private Path folder;

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  void the_running_proxy_captures_the_cli_and_answers_every_sample_of_the_game()
      throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    try (Program program = start(Map.of("CLAUDE_CODE_OAUTH_TOKEN", TOKEN),
        RealCli.claude())) {
      await(program, "auth_cached", "true");
      Samples.askAll(program);
      figures();
      assertFalse(get(program).contains("sk-ant"));
      awaitNoLeftovers();
      assertEquals(List.of(), program.children(), "the CLI has ended by itself");
    }
    for (Received call : upstream.requests()) {
      assertEquals("/v1/messages?beta=true", call.path());
      assertEquals("Bearer " + TOKEN, call.header("authorization"));
      assertTrue(call.header("user-agent").startsWith("claude-cli/"));
      assertFalse(call.text().contains("system-reminder"));
      assertFalse(call.text().contains("Say ok"));
    }
    assertEquals(14, upstream.requests().size());
    assertFalse(Files.readString(folder.resolve("stderr")).contains("sk-ant"));
  }

  @Test
  void what_an_older_cli_sends_the_plain_way_leaves_as_little() throws Exception {
    upstream.answer(_ -> sse(Fixtures.text("claude/text.sse")));
    Path old = Os.WINDOWS ? Os.script(folder.resolve("old-claude.cmd"), """
        @echo off\r
        for %%%%A in (%%*) do if "%%%%~A"=="--safe-mode" goto old\r
        "%s" %%*\r
        exit /b\r
        :old\r
        echo error: unknown option '--safe-mode' 1>&2\r
        exit /b 1\r
        """.formatted(RealCli.claude())) : Os.script(folder.resolve("old-claude"), """
        #!/bin/sh
        case " $* " in *' --safe-mode '*) echo "error: unknown\
         option '--safe-mode'" >&2; exit 1;; esac
        exec %s "$@"
        """.formatted(RealCli.claude()));
    try (Program program = start(Map.of("CLAUDE_CODE_OAUTH_TOKEN", TOKEN), old)) {
      await(program, "auth_cached", "true");
      Samples.askAll(program);
      figures();
      awaitNoLeftovers();
    }
    assertFalse(upstream.requests().getFirst().text().contains("system-reminder"));
  }

  @Test
  void a_cli_that_is_not_logged_in_is_told_of_in_health() throws Exception {
    try (Program program = start(Map.of(), RealCli.claude())) {
      assertTrue(await(program, "error", "log in").contains("Run `claude`"));
    }
  }

  /// Prints what the log says of the capture, and holds it to what is promised.
  private void figures() throws Exception {
    Matcher said = CALLED.matcher("");
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    while (!said.reset(Files.readString(folder.resolve("stderr"))).find()) {
      assertTrue(System.nanoTime() < end, "the log tells nothing of the capture");
      Thread.sleep(10);
    }
    System.out.printf("direct: spawn to captured %s ms, %s request(s), the CLI sent %s bytes,"
        + " the template has %s%n", said.group(1), said.group(2), said.group("sent"),
        said.group("kept"));
    assertEquals("1", said.group(2));
    assertTrue(Integer.parseInt(said.group("kept").replaceAll("\\D", "")) < 1_024);
  }

  private Program start(Map<String, String> login, Path cli) throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Map<String, String> environment = new HashMap<>(login);
    environment.put("HOME", home.toString());
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    Program program = Program.start(folder, environment, "--port", "0", "--codex", "off",
        "--claude", cli.toString(), "--claude-mode", "direct",
        "--anthropic-url", upstream.url());
    program.awaitListening();
    return program;
  }

  /// The CLI goes on for a moment after its call; its folder goes with it.
  private void awaitNoLeftovers() throws Exception {
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    while (!leftovers().isEmpty() && System.nanoTime() < end) Thread.sleep(10);
    assertEquals(List.of(), leftovers());
  }

  private List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("tmp"))) {
      return files.filter(file -> !file.getFileName().toString().startsWith("hsperf")).toList();
    }
  }

  /// Waits until a member of the `claude` object of `/health` contains this.
  private static String await(Program program, String member, String wanted) throws Exception {
    long end = System.nanoTime() + Os.PATIENCE.toNanos();
    while (true) {
      Cursor at = Cursor.of(Json.parse(get(program))).at("claude").at(member);
      String now = String.valueOf(at.json());
      if (now.contains(wanted)) return now;
      assertTrue(System.nanoTime() < end, now);
      Thread.sleep(10);
    }
  }

  private static String get(Program program) throws IOException {
    try (RawClient client = program.client()) {
      return client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text();
    }
  }
}
