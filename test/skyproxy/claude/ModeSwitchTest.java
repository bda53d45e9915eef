package skyproxy.claude;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.claude.cli.FakeClaudes.request;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Reply;
import skyproxy.chat.UsageWindow;
import skyproxy.claude.cli.FakeClaude;
import skyproxy.claude.cli.FakeClaudes;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;
import skyproxy.testing.Replies;

/// The mode `cli` as one of the modes of Claude, and changed while the proxy runs.
final class ModeSwitchTest {
  @TempDir
  private Path folder;

  private String key;

  /// Ways that were left end in the background.
  @AfterEach
  void awaitEnds() throws IOException {
    Path log = folder.resolve("log");
    if (!Files.exists(log)) return;
    for (String line : Files.readAllLines(log)) {
      long pid = FakeClaudes.pid(line);
      until("process " + pid + " is gone", () -> ProcessHandle.of(pid).isEmpty());
    }
    until("their shims are gone", () -> ProcessHandle.current().children().noneMatch(child ->
        child.info().command().orElse("").endsWith("cmd.exe")));
    until("its notes are gone too", () -> {
      String[] notes = folder.resolve("sessions").toFile().list();
      return notes == null || notes.length == 0;
    });
  }

  @Test
  void a_reply_that_runs_ends_as_it_began_and_the_next_one_goes_the_new_way() throws IOException {
    try (FakeUpstream upstream = new FakeUpstream(); ClaudeProvider claude = provider(upstream)) {
      upstream.answer(sse(Fixtures.text("claude/text.sse")));
      until("it is ready", () -> claude.health().ready());
      assertEquals("\"cli\"", claude.health().details().get("mode").toString());
      try (Reply running = claude.open(request("words 10 pause 20"))) {
        assertEquals(new Event.Text("w0 "), next(running));
        key = "sk-ant-api03-made-up";
        claude.use(ClaudeMode.API_KEY);
        assertTrue(answer(claude, "words 1").startsWith("Ten septims"));
        assertTrue(Replies.text(running).endsWith("w9 "));
      }
      claude.use(ClaudeMode.CLI);
      assertEquals("w0 ", answer(claude, "words 1"));
      claude.use(ClaudeMode.AUTO);
      assertEquals("\"api-key\"", claude.health().details().get("mode").toString());
    }
  }

  @Test
  void what_the_plan_has_left_is_told() throws IOException {
    try (FakeUpstream upstream = new FakeUpstream(); ClaudeProvider claude = provider(upstream)) {
      answer(claude, "words 1");
      until("it is known", () -> !claude.plan().isEmpty());
      UsageWindow window = claude.plan().getFirst();
      assertEquals("5 hours", window.name());
      assertEquals(25.0, window.usedPercent());
      assertEquals("allowed", window.state());
    }
  }

  @Test
  void without_a_cli_it_says_what_to_do() {
    try (FakeUpstream upstream = new FakeUpstream();
        ClaudeProvider claude = provider(upstream, folder.resolve("none").toString())) {
      assertEquals(Health.State.UNAVAILABLE, claude.health().state());
      assertTrue(claude.health().message().contains("Install Claude Code"));
    }
  }

  private static String answer(ClaudeProvider claude, String asked) {
    try (Reply reply = claude.open(request(asked))) {
      StringBuilder text = new StringBuilder();
      for (Event event; (event = reply.next(Duration.ofSeconds(60))) != null; ) {
        if (event instanceof Event.Text(var delta)) text.append(delta);
      }
      return text.toString();
    }
  }

  /// A script in the place of the CLI, which starts the fake one.
  private ClaudeProvider provider(FakeUpstream upstream) throws IOException {
    return provider(upstream, Os.shim(folder, "claude", Map.of(
        "FAKE_CLAUDE_LOG", folder.resolve("log").toString(),
        "FAKE_CLAUDE_HOME", folder.toString()), FakeClaude.command().command()).toString());
  }

  private ClaudeProvider provider(FakeUpstream upstream, String program) {
    return new ClaudeProvider(new ClaudeProvider.Setup(ClaudeMode.AUTO, program, () -> key,
        upstream.uri(), FakeClaudes.MODEL, 2, Limits.DEFAULT));
  }
}
