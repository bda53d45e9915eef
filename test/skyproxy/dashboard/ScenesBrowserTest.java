package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// Scenes on the page: kept, played, voted on, put in order, shared.
final class ScenesBrowserTest extends PageTest {
  private static final String ASKED = """
      {"model":"%s","max_tokens":300,"messages":[{"role":"system",\
      "content":"You are Lydia, a Female Nord in Skyrim. %s"},\
      {"role":"user","content":"Respond in character now."}]}""";

  private FakeUpstream upstream;
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void startUpstream() throws Exception {
    upstream = new FakeUpstream();
    upstream.answer(request -> {
      if (request.path().endsWith("/models")) {
        return FakeUpstream.json("""
            {"data":[{"id":"brave"},{"id":"shy"}]}""");
      }
      String model = Cursor.of(Json.parse(request.text())).at("model").string();
      asked.add(request.text());
      return FakeUpstream.events("""
          {"choices":[{"index":0,"delta":{"content":"%s speaks."}}]}""".formatted(model), """
          {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],\
          "usage":{"prompt_tokens":31,"completion_tokens":7}}""", "[DONE]");
    });
    addServer(upstream.url());
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  @Test
  void a_scene_is_kept_played_voted_on_put_in_order_and_taken_back() throws Exception {
    proxy.post("/config/jobs", """
        {"jobs":{"dialogue":"demo","mood":"demo"}}""");
    proxy.post("/config/texts", "{\"keep\":true}");
    proxy.post("/v1/chat/completions", ASKED.formatted("local:brave", "At the gate."));
    open();
    page.click("#log .entry");
    page.type(".details input[name=name]", "At the gate");
    page.press("Enter");
    page.await("document.querySelector('#scene-list').innerText.includes('At the gate')");

    playTwo();
    for (int i = 1; i <= 2; i++) {
      assertTrue(page.text("#scene-answers .answer:nth-child(" + i + ") h3").startsWith("Voice "));
      assertTrue(page.text("#scene-answers .answer:nth-child(" + i + ") dl").contains("kept"));
    }
    assertFalse(page.text("#scene-answers").contains("local:"), page.text("#scene-answers"));
    page.eval("[...document.querySelectorAll('#scene-answers .answer')].find((one) =>"
        + " one.innerText.includes('shy speaks')).querySelector('.vote').click()");
    page.await("document.querySelector('#scene-tables table')");
    page.await("document.querySelector('#scene-answers').innerText.includes('local:shy')");
    assertTrue(page.text("#scene-tables tbody tr").startsWith("local:shy"));
    assertTrue(page.text("#scene-tables tbody tr").contains("1 of 1"));
    assertEquals(1, votes().size());
    page.screenshot(Path.of("build", "screenshots", "scenes.png"));

    page.click("#scene-tables .use");
    page.await("document.querySelector('#scene-tables .back')");
    assertEquals("local:shy > local:brave", jobs().at("dialogue").string());
    assertEquals("demo", jobs().at("mood").string());
    page.click("#scene-tables .back");
    page.await("!document.querySelector('#scene-tables .back')");
    assertEquals("demo", jobs().at("dialogue").string());
    assertEquals(3, asked.size());
    assertFine();
  }

  @Test
  void a_tie_counts_half_for_each() throws Exception {
    importScene("Tie", "Quiet.");
    open();
    playTwo();
    page.click("#scene-tie");
    page.await("document.querySelector('#scene-tables table')");
    assertTrue(page.text("#scene-tables tbody").contains("0.5 of 1"));
    assertTrue(votes().getFirst().at("winner").isMissing());
  }

  @Test
  void the_table_says_what_an_hour_of_ones_own_play_costs() throws Exception {
    proxy.end();
    Json.Obj config = (Json.Obj) Json.parse(Files.readString(folder.resolve("config.json")));
    Json.Obj server = (Json.Obj) Cursor.of(config).at("providers").at("local").json();
    server = server.with("prices", Json.parse("""
        {"brave":{"input":1000,"output":1000},"shy":{"input":2000,"output":0}}"""));
    Files.writeString(folder.resolve("config.json"),
        config.with("providers", Json.Obj.builder().put("local", server).build()).toString());
    // Half an hour in which one line was spoken.
    proxy = Program.listening(folder, "--config", "config.json");
    importScene("Priced", "Quiet.");
    proxy.post("/v1/chat/completions", ASKED.formatted("demo", "Before."));
    proxy.end();
    Path figures = folder.resolve("config-stats.json");
    Json.Obj played = (Json.Obj) Json.parse(Files.readString(figures));
    Files.writeString(figures, played.with("play_all", Json.parse("{\"ms\":1800000}")).toString());
    restart();
    open();
    playTwo();
    page.click("#scene-tie");
    page.await("document.querySelector('#scene-tables table')");
    assertTrue(page.text("#scene-tables thead").contains("An hour of play"));
    // 31 and 7 tokens at $1,000 a million are $0.038; of this work an hour has six, with the plays.
    String table = page.text("#scene-tables tbody");
    assertTrue(table.contains("local:brave") && table.matches("(?s).*\\$0\\.\\d\\d.*"), table);
    assertEquals(2, table.split("\\$", -1).length - 1, table);
  }

  @Test
  void nothing_of_a_hostile_scene_becomes_markup_or_leaves_the_page() throws Exception {
    Json.Obj scene = (Json.Obj) Json.parse("""
        {"skyrimnet_scene":1,"name":"x","model":"gpt-expensive","request":{"model":"gpt-expensive",\
        "provider":{"order":["x"]},"messages":[{"role":"user","content":[{"type":"text",\
        "text":"x"},{"type":"image_url","image_url":{"url":"https://elsewhere.invalid/a.png"}}]}]}}\
        """);
    scene = scene.with("name", new Json.Str(HOSTILE));
    Path file = Files.writeString(folder.resolve("hostile.json"), scene.toString());
    open();
    page.choose("#scene-import", file);
    page.await("document.querySelector('#scene-list').innerText.includes('onerror')");
    page.click("#scene-list button");
    page.type("#scene-form input[name=models]", "local:brave, " + HOSTILE.replace(",", ""));
    page.click("#scene-go");
    page.await("document.querySelector('#scene-answers').innerText.includes('brave speaks')"
        + " && !document.querySelector('#scene-stop:not([hidden])')");
    assertEquals(1, asked.size());
    assertEquals("brave", Cursor.of(Json.parse(asked.peek())).at("model").string());
    assertFalse(asked.peek().contains("elsewhere.invalid"), asked.peek());
    assertFalse(asked.peek().contains("provider"), asked.peek());
    assertEquals("SkyrimNet Proxy", page.eval("document.title").string());
    assertEquals(0, page.eval("document.querySelectorAll('#scenes img').length").integer());
    assertEquals(List.of(), page.requests().stream().filter(url ->
        !url.startsWith(proxy.address() + "/") && !url.startsWith("data:")).toList());
  }

  @Test
  void what_is_no_scene_is_refused_in_words() throws Exception {
    open();
    page.choose("#scene-import", Files.writeString(folder.resolve("a.json"), "no json"));
    page.await("document.querySelector('#scene-note').innerText.includes('no JSON')");
    page.choose("#scene-import", Files.writeString(folder.resolve("b.json"), "{\"name\":1}"));
    page.await("document.querySelector('#scene-note').innerText.includes('name must be a string')");
  }

  /// Plays the first scene by both, without names, and waits until there is something to choose.
  private void playTwo() {
    page.click("#scene-list button");
    page.type("#scene-form input[name=models]", "local:brave, local:shy");
    page.click("#scene-go");
    page.await("document.querySelectorAll('.vote').length === 2");
  }

  private void importScene(String name, String words) throws Exception {
    Json request = Json.parse(ASKED.formatted("x", words));
    assertEquals(200, proxy.post("/config/scenes", Json.Obj.builder().put("import",
        Json.Obj.builder().put("name", name).put("request", request).build()).build().toString())
        .statusCode());
  }

  private List<Cursor> votes() throws Exception {
    return Cursor.of(Json.parse(proxy.get("/config/scenes").body())).at("scenes").at(0)
        .at("votes").array();
  }

  private Cursor jobs() throws Exception {
    return Cursor.of(Json.parse(proxy.get("/stats").body())).at("settings").at("jobs");
  }

  @Override
  void open() {
    super.open();
    page.eval("document.querySelector('#scenes').scrollIntoView({ behavior: 'instant' }), 0");
  }
}
