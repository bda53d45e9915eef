package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// A computer that is off the net: looking a name up never ends. The table of names is a pipe that
/// nobody writes to.
@Tag("slow")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "There are no named pipes.")
final class NameLookupTest {
  @TempDir
  private Path folder;

  @Test
  void a_name_that_is_never_found_keeps_nobody_from_speaking() throws Exception {
    Path names = folder.resolve("names");
    assertEquals(0, new ProcessBuilder("mkfifo", names.toString()).start().waitFor());
    Path settings = Files.writeString(folder.resolve("config.json"), """
        {"anthropic_api_key":"sk-ant-made-up","providers":{"far":{
        "base_url":"http://far.example/v1","first_token_seconds":1,"max_concurrent":1}}}""");
    try (Program program = Program.with(folder, Map.of("jdk.net.hosts.file", names.toString()),
        "--config", settings.toString(), "--claude-mode", "api-key",
        "--anthropic-url", "http://claude.example")) {
      String line = """
          {"model":"%s","stream":true,"messages":[{"role":"user","content":"Hi"}]}""";
      String spoken = program.post("/v1", line.formatted("far:m > demo")).body();
      assertTrue(spoken.contains("data: [DONE]"), spoken);
      try (RawClient claude = program.client().post("/v1", line.formatted("claude-sonnet-5-5"))) {
        claude.lineStarting(": waiting");
        for (String path : new String[] {"/health", "/stats", "/v1/models"}) {
          assertEquals(200, program.get(path).statusCode());
        }
      }
      // The client has hung up.
      while (program.json("/stats").at("running").integer() > 0) Thread.sleep(50);
    }
  }
}
