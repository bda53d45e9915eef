package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// The deltas of a stream and the moment it is opened, as the settings have it.
final class ChunkSinkTest {
  private static final String ASK = """
      {"stream":true,"messages":[{"role":"user","content":"Hi"}]}""";
  private static final Event END = new Event.Finish(FinishReason.STOP, Usage.NONE);

  @TempDir
  private Path folder;

  private List<String> deltas(String config, Object... steps) throws IOException {
    try (TestProxy proxy = new TestProxy(folder, config, ScriptedProvider.of(steps))) {
      return proxy.post("/v1", ASK).text().lines().filter(line -> line.startsWith("data: {"))
          .map(line -> Cursor.of(Json.parse(line.substring(6))).at("choices").at(0).at("delta"))
          .filter(delta -> !delta.at("content").isMissing())
          .map(delta -> delta.at("content").string()).toList();
    }
  }

  @Test
  void words_come_whole_unless_that_is_not_wanted() throws Exception {
    Object[] steps = {new Event.Text("Ten sep"), new Event.Text("tims."), END};
    assertEquals(List.of("", "Ten ", "septims."), deltas("{}", steps));
    assertEquals(List.of("", "Ten sep", "tims."), deltas("{\"whole_words\":false}", steps));
  }

  @Test
  void what_comes_together_leaves_together_and_waits_for_nothing_that_comes_later()
      throws Exception {
    Semaphore gate = new Semaphore(0);
    ScriptedProvider upstream = ScriptedProvider.of(new Event.Text("Ten "),
        new Event.Text("septims. "), gate, new Event.Text("And "), new Event.Text("more."), END);
    try (TestProxy proxy = new TestProxy(folder, "{}", upstream);
        RawClient client = new RawClient(proxy.port())) {
      client.post("/v1", ASK);
      int pieces = 0;
      for (String line = ""; !line.equals("0"); line = client.line()) {
        if (line.matches("[0-9a-f]+")) pieces++;
        if (line.contains("septims")) gate.release();
      }
      assertEquals(2, pieces);
    }
  }

  /// Until then an answer or a failure has a status of its own.
  @Test
  void a_silent_stream_is_not_opened_before_three_seconds() throws Exception {
    ScriptedProvider upstream =
        ScriptedProvider.of(Duration.ofSeconds(4), new Event.Text("Aye."), END);
    try (TestProxy proxy = new TestProxy(folder, "{}", upstream);
        RawClient client = new RawClient(proxy.port())) {
      long asked = System.nanoTime();
      client.post("/v1", ASK);
      assertEquals("HTTP/1.1 200 OK", client.line());
      assertTrue(System.nanoTime() - asked >= 3_000_000_000L, "opened early");
      assertEquals(": waiting", client.lineStarting(":"));
      assertTrue(client.lineStarting("data: {").contains("role"));
    }
  }
}
