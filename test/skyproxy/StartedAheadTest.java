package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Cursor;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;
import skyproxy.testing.Replies;

/// For whom a CLI that lies on PATH is started ahead: not for somebody who may never ask for it.
@Tag("slow")
final class StartedAheadTest {
  private static final String ASK = """
      {"model":"claude-haiku-5-5","messages":[{"role":"user","content":"Hail!"}]}""";

  @TempDir
  private Path folder;
  private Path starts;

  @BeforeEach
  void put_a_cli_on_the_path() throws IOException {
    starts = folder.resolve("starts");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    String hang = "\"" + String.join("\" \"", FakeCli.claude("hang").command()) + "\"";
    Os.script(bin.resolve(Os.WINDOWS ? "claude.cmd" : "claude"), Os.WINDOWS
        ? "@echo started>>\"" + starts + "\"\r\n@" + hang + "\r\n"
        : "#!/bin/sh\necho started >>'" + starts + "'\nexec /bin/cat >/dev/null\n");
  }

  private Program program(String config, String... options) throws IOException {
    Files.writeString(folder.resolve("c.json"), config);
    List<String> all = new ArrayList<>(
        List.of("--port", "0", "--codex", "off", "--config", "c.json"));
    all.addAll(List.of(options));
    Program program = Program.start(folder, Map.of(), all.toArray(String[]::new));
    program.awaitListening();
    return program;
  }

  private void asked(Duration ago) throws IOException {
    Files.writeString(folder.resolve("c-stats.json"), """
        {"since":"2026-01-01T00:00:00Z","day":"2026-01-01","today":[],"all":[],
         "asked":{"claude":"%s"}}""".formatted(Instant.now().minus(ago)));
  }

  /// As the page does, which leaves no child behind in its first moments.
  private static void stop(Program program) throws Exception {
    assertEquals(200, program.post("/config/stop", "{}").statusCode());
    program.exitStatus();
  }

  private void isStarted(String config, String... options) throws Exception {
    try (Program program = program(config, options)) {
      Replies.until("it is started for " + config, () -> Files.exists(starts));
      stop(program);
    }
    Files.delete(starts);
  }

  @Test
  void nobody_starts_it_before_somebody_asks() throws Exception {
    asked(Duration.ofDays(8));
    try (Program program = program("{\"aliases\":{\"lydia\":\"demo, auto\"}}")) {
      Thread.sleep(1_500); // it would be started after 300 ms
      assertFalse(Files.exists(starts));
      assertEquals(List.of(), program.children());
      Cursor health = program.json("/health");
      assertEquals("unconfigured", health.at("status").string());
      assertFalse(health.at("claude").at("auth_cached").bool());
      assertTrue(health.at("claude").at("error").isMissing());
      assertTrue(health.at("claude").at("path").string().contains("claude"));
      assertTrue(program.get("/v1/models").body().contains("claude-haiku-5-5"));
      try (RawClient game = program.client()) {
        game.post("/v1/chat/completions", ASK);
        Replies.until("it is started", () -> Files.exists(starts));
      }
      stop(program);
    }
  }

  @Test
  void it_is_started_for_who_names_one_of_its_models() throws Exception {
    isStarted("{\"default_model\":\"demo > claude-haiku-5-5\"}");
    isStarted("{\"aliases\":{\"lydia\":\"claude-haiku-5-5\"}}");
    isStarted("{\"jobs\":{\"mood\":\"claude-haiku-5-5\"}}");
  }

  @Test
  void it_is_started_for_who_has_set_it_up_or_asked_it_lately() throws Exception {
    isStarted("{}", "--claude-mode", "cli");
    isStarted("{\"claude\":\"claude\"}");
    asked(Duration.ofDays(6));
    isStarted("{}");
  }

  @Test
  void it_is_started_for_who_names_it_on_the_page() throws Exception {
    try (Program program = program("{}")) {
      assertEquals(200, program.post("/config/jobs",
          "{\"jobs\":{\"mood\":\"claude-haiku-5-5\"}}").statusCode());
      Replies.until("it is started", () -> Files.exists(starts));
      stop(program);
    }
  }
}
