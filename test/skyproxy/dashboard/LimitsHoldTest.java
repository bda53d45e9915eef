package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.json.Cursor;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Os;
import skyproxy.testing.Program;

/// Limits that the page sets hold at once, for requests from then on.
final class LimitsHoldTest {
  private static final String QUESTION = """
      {"model":"a/b","messages":[{"role":"user","content":"Who goes there?"}]}""";

  @TempDir
  Path folder;

  @Test
  void a_request_after_the_change_finds_the_new_places() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore asked = new Semaphore(0);
    var game = Executors.newCachedThreadPool();
    try (FakeUpstream upstream = new FakeUpstream();
        Program proxy = Program.listening(folder, "--config", "config.json",
            "--openrouter-url", upstream.url() + "/v1")) {
      upstream.answer(request -> held(request, asked, gate));
      set(proxy, "openrouter-key", "{\"key\":\"sk-or-made-up\"}");
      set(proxy, "limits", "{\"provider\":\"openrouter\",\"max_concurrent\":1}");
      var first = game.submit(() -> proxy.post("/v1/chat/completions", QUESTION).statusCode());
      await(asked);
      var second = game.submit(() -> proxy.post("/v1/chat/completions", QUESTION).statusCode());
      long end = System.nanoTime() + Os.PATIENCE.toNanos();
      while (proxy.json("/stats").at("waiting").array().isEmpty() && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      set(proxy, "limits", "{\"provider\":\"openrouter\",\"max_concurrent\":2,"
          + "\"silence_seconds\":12}");
      Cursor limits = proxy.json("/stats").at("providers").array().stream()
          .filter(each -> each.at("name").string().equals("openrouter")).findFirst().orElseThrow()
          .at("limits");
      assertEquals(2, limits.at("max_concurrent").integer());
      assertEquals(12, limits.at("silence_seconds").integer());
      var third = game.submit(() -> proxy.post("/v1/chat/completions", QUESTION).statusCode());
      await(asked);
      gate.release(3);
      for (var each : List.of(first, second, third)) {
        assertEquals(200, each.get());
      }
    } finally {
      gate.release(3);
      game.close();
    }
  }

  /// What a server is changed to while one of its requests runs and another waits for its place.
  @ParameterizedTest
  @ValueSource(strings = {"\"max_concurrent\":1,\"silence_seconds\":20", "\"api_key\":\"new\"", ""})
  void whoever_waits_for_a_server_that_is_changed_still_gets_its_answer(String changed)
      throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore asked = new Semaphore(0);
    var game = Executors.newCachedThreadPool();
    Path file = folder.resolve("config.json");
    try (FakeUpstream upstream = new FakeUpstream()) {
      String settings = "{\"providers\":{%s\"other\":{\"base_url\":\"" + upstream.url() + "\"}}}";
      String own = "\"own\":{\"base_url\":\"" + upstream.url() + "/v1\",%s},";
      Files.writeString(file,
          settings.formatted(own.formatted("\"max_concurrent\":1")));
      upstream.answer(request -> held(request, asked, gate));
      try (Program proxy = Program.listening(folder, "--config", file.toString())) {
        String question = QUESTION.replace("a/b", "own:m");
        var first = game.submit(() -> proxy.post("/v1", question).statusCode());
        await(asked);
        var second = game.submit(() -> proxy.post("/v1", question).statusCode());
        while (proxy.json("/stats").at("waiting").array().isEmpty()) Thread.sleep(20);
        Files.writeString(file, settings.formatted(changed.isEmpty() ? ""
            : own.formatted(changed)));
        set(proxy, "names", "{\"default_model\":\"demo\"}"); // reads the file first
        gate.release(2);
        assertEquals(200, first.get());
        assertEquals(200, second.get());
      }
    } finally {
      gate.release(2);
      game.close();
    }
  }

  /// Answers once the gate is open.
  private static FakeUpstream.Answer held(FakeUpstream.Received request, Semaphore asked,
      Semaphore gate) {
    if (request.method().equals("POST")) {
      asked.release();
      gate.acquireUninterruptibly();
    }
    return FakeUpstream.json("""
        {"choices":[{"message":{"role":"assistant","content":"I."},"finish_reason":"stop"}]}
        """);
  }

  private static void await(Semaphore asked) throws InterruptedException {
    assertTrue(asked.tryAcquire(Os.PATIENCE.toSeconds(), TimeUnit.SECONDS), "nobody was asked");
  }

  private static void set(Program proxy, String what, String body) throws Exception {
    assertEquals(200, proxy.post("/config/" + what, body).statusCode());
  }
}
