package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// The report for others: all that helps, and nothing that is the player's alone.
final class ReportTest {
  @TempDir
  Path folder;

  @Test
  void it_tells_of_everything_but_secrets_and_words_of_the_game() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream();
        Program proxy = Program.listening(folder, "--config", "config.json")) {
      upstream.answer(FakeUpstream.status(401).body("""
          {"error":{"message":"Bad key sk-planted-secret-1234 for: whisper of Nocturnal"}}"""));
      assertEquals(200, proxy.post("/config/server", "{\"name\":\"local\",\"base_url\":\""
          + upstream.url() + "/v1\",\"api_key\":\"sk-planted-secret-1234\"}").statusCode());
      proxy.post("/v1/chat/completions", """
          {"model":"local:lydia > demo","messages":[{"role":"user",\
          "content":"whisper of Nocturnal"}]}""");
      proxy.post("/v1/chat/completions", """
          {"model":"local:lydia","messages":[{"role":"user","content":"whisper of Nocturnal"}]}""");
      String report = proxy.json("/config/report").at("report").string();
      assertTrue(report.startsWith("SkyrimNet Proxy 1."), report);
      assertTrue(report.contains("Java " + Runtime.version()), report);
      assertTrue(report.contains(System.getProperty("os.name")), report);
      assertTrue(report.contains("\nDemo: ready, 1 model\n"), report);
      assertTrue(report.contains("\nlocal: "), report);
      assertTrue(report.contains("2 requests, 1 failed, the game called "), report);
      assertTrue(report.matches("(?s).*Last errors:\n\\S+Z other local:lydia: unauthorized after"
          + " \\d+ ms, failed 503\n\\S+Z other local:lydia: unauthorized after \\d+ ms, answered"
          + "\n"), report);
      for (String secret : new String[] {"planted", "whisper", "Nocturnal", folder.toString()}) {
        assertFalse(report.contains(secret), report);
      }
    }
  }
}
