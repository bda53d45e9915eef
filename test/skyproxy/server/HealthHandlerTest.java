package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Health;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// `/health`, for each state that the providers can be in.
final class HealthHandlerTest {
  @TempDir
  private Path folder;

  private static Cursor health(TestProxy proxy) throws IOException {
    RawClient.Answer answer = proxy.ask("GET /health");
    assertEquals(200, answer.status(), "the proxy serves, whoever can't");
    return Cursor.of(Json.parse(answer.body()));
  }

  @Test
  void the_status_is_that_of_the_best_provider_beside_the_demo() throws Exception {
    ScriptedProvider upstream = ScriptedProvider.named("claude");
    try (TestProxy proxy = new TestProxy(folder, "{}", upstream)) {
      upstream.in(Health.State.READY);
      assertEquals("healthy", health(proxy).at("status").string());
      upstream.in(Health.State.WARMING);
      assertEquals("warming_up", health(proxy).at("status").string());
      upstream.in(Health.State.ASLEEP);
      assertEquals("unconfigured", health(proxy).at("status").string());
      upstream.in(Health.State.UNAVAILABLE);
      assertEquals("unconfigured", health(proxy).at("status").string());
    }
  }

  @Test
  void a_key_for_openrouter_is_told_of_and_not_told() throws Exception {
    try (TestProxy proxy = new TestProxy(folder, "{}", ScriptedProvider.named("claude"))) {
      assertFalse(health(proxy).at("openrouter_configured").bool());
      proxy.post("/config/openrouter-key", "{\"key\":\"sk-or-1\"}",
          "Content-Type: application/json");
      assertTrue(health(proxy).at("openrouter_configured").bool());
      assertFalse(proxy.ask("GET /health").text().contains("sk-or-1"));
    }
  }
}
