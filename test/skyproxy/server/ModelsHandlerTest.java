package skyproxy.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.Health;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;
import skyproxy.testing.ScriptedProvider;
import skyproxy.testing.TestProxy;

/// The list of models, and one of it.
final class ModelsHandlerTest {
  @TempDir
  private Path folder;
  private final ScriptedProvider upstream =
      new ScriptedProvider("vendor/some model:free", _ -> List.of());
  private TestProxy proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = new TestProxy(folder, """
        {"aliases":{"lydia":"demo","aela":"demo"}}""", upstream);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private List<String> ids(String path) throws IOException {
    Cursor list = Cursor.of(Json.parse(proxy.ask("GET " + path).body()));
    assertEquals("list", list.at("object").string());
    for (Cursor model : list.at("data").array()) {
      assertEquals("model", model.at("object").string());
      assertTrue(model.at("created").isNumber() && model.at("owned_by").isString());
    }
    return list.at("data").array().stream().map(model -> model.at("id").string()).toList();
  }

  @Test
  void all_that_can_be_asked_for_is_listed_once() throws Exception {
    assertEquals(List.of("vendor/some model:free-model", "demo", "auto", "aela", "lydia"),
        ids("/v1/models"));
    assertEquals(ids("/v1/models"), ids("/models"));
    assertEquals(ids("/v1/models"), ids("/v1/models/"));
    assertEquals(ids("/v1/models"), ids("/v1/models?limit=3"));
  }

  @Test
  void what_is_not_there_is_not_listed_and_what_comes_soon_is() throws Exception {
    upstream.in(Health.State.UNAVAILABLE);
    assertFalse(ids("/v1/models").contains("vendor/some model:free-model"));
    upstream.in(Health.State.WARMING);
    assertTrue(ids("/v1/models").contains("vendor/some model:free-model"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models/vendor/some%20model:free-model",
      "/models/vendor%2Fsome%20model%3Afree-model", "/v1/models/vendor/some%20model:free-model/",
      "/v1/models/vendor/some%20model:free-model?x=y"})
  void one_is_found_however_its_id_is_written(String path) throws Exception {
    RawClient.Answer answer = proxy.ask("GET " + path);
    assertEquals(200, answer.status(), answer.text());
    assertEquals("vendor/some model:free-model",
        Cursor.of(Json.parse(answer.body())).at("id").string());
  }

  @Test
  void an_alias_is_a_model_too() throws Exception {
    assertEquals(200, proxy.ask("GET /v1/models/lydia").status());
  }

  @Test
  void one_that_is_not_there_is_not_found() throws Exception {
    RawClient.Answer answer = proxy.ask("GET /v1/models/no/such");
    assertEquals(404, answer.status());
    Cursor error = Cursor.of(Json.parse(answer.body())).at("error");
    assertEquals("model_not_found", error.at("code").string());
    assertEquals("model", error.at("param").string());
  }
}
