package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.claude.cli.FakeClaude;
import skyproxy.codex.CodexBackend;
import skyproxy.codex.FakeCodex;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// "What do you have?", from each answer to a first line, each account with a fake at its end.
@Tag("browser")
final class ChooserBrowserTest extends PageTest {
  private static final String SETTINGS = "config.json";
  private FakeUpstream upstream;
  private Path real;

  @Override
  @BeforeEach
  void start() throws IOException {
    upstream = new FakeUpstream().answer(received -> switch (received.path()) {
      case "/v1/messages", "/v1/messages?beta=true" -> FakeUpstream.events(
          "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}",
          "{\"type\":\"content_block_start\",\"index\":0,"
              + "\"content_block\":{\"type\":\"text\",\"text\":\"By the key, my Thane.\"}}",
          "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{}}",
          "{\"type\":\"message_stop\"}");
      case "/or/chat/completions", "/local/v1/chat/completions" -> FakeUpstream.events("""
          {"choices":[{"index":0,"delta":{"content":"Aye from %s."},"finish_reason":"stop"}]}"""
          .formatted(received.json().get("model").toString().replace("\"", "")), "[DONE]");
      case "/local/v1/models" -> FakeUpstream.json("{\"data\":[{\"id\":\"mistral-small\"}]}");
      default -> FakeUpstream.json("{\"data\":[]}");
    });
    page = browser.page();
    page.size(1280, 900);
  }

  @AfterEach
  void stopUpstream() {
    page.eval("localStorage.clear()");
    upstream.close();
  }

  /// Starts it where no CLI is but those that are put on its PATH.
  private void begin(Map<String, String> more) throws IOException {
    real = folder.resolve("real");
    Files.createDirectories(real);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("FAKE_MODE", "");
    proxy = Program.start(folder, environment, "--port", "0", "--config", SETTINGS,
        "--codex-home", real.toString(), "--anthropic-url", upstream.url(),
        "--openrouter-url", upstream.url() + "/or");
    proxy.awaitListening();
    page.open(proxy.address() + "/");
  }

  private void installClaude() throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(folder.resolve("bin").resolve("claude"), FakeClaude.program(folder));
  }

  /// Gives answers, counted from 1, to one question after the other.
  private void choose(int... answers) {
    for (int i = 0; i < answers.length; i++) {
      String question = "#chooser-questions fieldset:nth-of-type(" + (i + 1) + ")";
      page.click(question + " label:nth-of-type(" + answers[i] + ")");
      page.await("document.querySelector('" + question + " label:nth-of-type(" + answers[i]
          + ") input').checked");
    }
  }

  private static String step(int number) {
    return ".walk > li:nth-child(" + number + ")";
  }

  private void awaitState(String state, int number) {
    page.await("document.querySelector('" + step(number) + "')?.dataset.state === '" + state + "'");
  }

  private void typeInto(int number, String text) {
    page.type(step(number) + " input", text);
    press(number);
  }

  private void press(int number) {
    page.click(step(number) + " button:not(.copy)");
  }

  /// Has the first line said, and the step know it.
  private void hear(int number, String line) throws Exception {
    press(number);
    page.await("document.querySelector('" + step(number) + " .said')?.innerText"
        + ".includes('" + line + "')");
    awaitState("done", number);
    awaitState("next", number + 1);
    assertFine();
  }

  @Test
  void from_nothing_yet_to_a_first_line_and_the_games_call() throws Exception {
    begin(Map.of());
    page.await("document.querySelector('#chooser').open");
    assertEquals("What do you have?", page.text("#chooser summary").lines().findFirst().orElse(""));
    choose(6);
    awaitState("next", 1);
    assertTrue(page.text(".terms").contains("No account, no network."), page.text(".terms"));
    page.click(step(1) + " button");
    page.await("document.querySelector('.walk .said')?.getAttribute('aria-busy') === 'false'");
    awaitState("done", 1);
    awaitState("next", 2);
    assertEquals("demo", page.text(step(2) + " code"));
    ask("demo"); // the game
    awaitState("done", 2);
    page.open(proxy.address() + "/?again");
    awaitState("done", 2); // what was chosen is still chosen, and what was done still seen
    assertFine();
  }

  @Test
  void with_an_anthropic_key() throws Exception {
    begin(Map.of());
    choose(2);
    awaitState("next", 1);
    assertTrue(page.eval("document.querySelector('" + step(1) + " a').href").string()
        .startsWith("https://console.anthropic.com/"));
    typeInto(2, "sk-ant-made-up-0123");
    awaitState("done", 2);
    awaitState("done", 1); // as it must have been
    page.await("document.querySelector('" + step(3) + "').hidden"); // follows by itself
    hear(4, "By the key, my Thane.");
    assertEquals("sk-ant-made-up-0123", upstream.requests().stream()
        .filter(each -> each.method().equals("POST")).findFirst().orElseThrow()
        .header("x-api-key"));
    assertFalse(page.eval("document.documentElement.outerHTML").string().contains("made-up"));
  }

  @Test
  void with_the_credit_of_max_a_way_that_was_set_otherwise_is_set_right() throws Exception {
    Files.writeString(folder.resolve(SETTINGS), "{\"claude_mode\":\"cli\"}");
    installClaude();
    begin(Map.of());
    page.await("document.querySelector('.pill').innerText !== 'Connecting…'");
    page.eval("document.querySelector('#chooser').open = true");
    choose(1, 2, 1);
    awaitState("next", 1);
    assertTrue(page.text("#chooser-questions").contains("$100 of API credit a month"));
    assertTrue(page.text(".terms").contains("not for Claude Code"), page.text(".terms"));
    typeInto(3, "sk-ant-made-up-0123");
    awaitState("done", 3);
    awaitState("next", 4);
    press(4);
    page.await("document.querySelector('" + step(4) + "').hidden");
    hear(5, "By the key, my Thane.");
  }

  @Test
  void with_a_plan_by_the_official_program() throws Exception {
    installClaude();
    begin(Map.of());
    choose(1, 1);
    awaitState("done", 1);
    awaitState("next", 2);
    assertTrue(page.text(".terms").contains("your own login"), page.text(".terms"));
    press(2);
    awaitState("done", 2);
    awaitState("done", 3);
    hear(4, "w0 w1 w2");
    page.await("document.querySelector('[data-provider=claude] .meter').innerText"
        + ".includes('25 % used, new in')");
    page.await("document.querySelector('#money').innerText"
        + " === '3.8 of 5 hours of the Claude window left'");
    Cursor stats = proxy.json("/stats");
    assertTrue(stats.at("today").at("total").at("cost_usd").isMissing(), "a plan has no price");
    for (Cursor windows : List.of(proxy.json("/health").at("claude").at("windows"),
        stats.at("providers").at(0).at("plan"))) {
      assertEquals("5 hours", windows.at(0).at("name").string());
      assertEquals(25, windows.at(0).at("used_percent").number());
      assertTrue(Instant.parse(windows.at(0).at("resets").string()).isAfter(Instant.now()));
    }
  }

  @Test
  void whose_login_is_kept_from_us_is_not_sent_round_the_login() throws Exception {
    installClaude();
    begin(Map.of("FAKE_CLAUDE_LOGIN", "none", "FAKE_CLAUDE_ITSELF", "true"));
    choose(1, 3, 2);
    awaitState("next", 2);
    assertFalse(page.eval("document.querySelector('" + step(3) + "').hidden").bool());
    press(2);
    page.await("document.querySelector('#chooser-way > .fair').innerText"
        + ".includes('Logging in again does not help')");
    page.await("document.querySelector('" + step(3) + "').hidden"); // "Log in"
    assertTrue(page.text("#chooser-way > .fair").contains("Choose the API credit"),
        page.text("#chooser-way > .fair"));
    Cursor health = proxy.json("/health").at("claude");
    assertTrue(health.at("login_ignored").bool());
    assertFalse(health.at("error").string().contains("/login"), health.json().toString());
  }

  @Test
  void with_chatgpt_and_codex() throws Exception {
    FakeCodex.install(folder.resolve("bin"));
    begin(Map.of());
    choose(3);
    awaitState("done", 1);
    awaitState("next", 2);
    assertEquals("codex login", page.text(step(2) + " .command code"));
    CodexBackend.logIn(real, 36_000);
    awaitState("done", 2);
    press(3);
    page.await("document.querySelector('" + step(3) + " .said')?.getAttribute('aria-busy')"
        + " === 'false'");
    awaitState("done", 3);
    assertTrue(proxy.json("/stats").at("today").at("total").at("cost_usd").isMissing());
    assertFine();
  }

  @Test
  void with_an_openrouter_key() throws Exception {
    begin(Map.of());
    choose(4);
    typeInto(2, "sk-or-made-up-0123");
    awaitState("done", 2);
    hear(3, "Aye from deepseek");
  }

  @Test
  void with_a_model_on_this_computer() throws Exception {
    begin(Map.of());
    choose(5, 1);
    assertEquals("ollama pull qwen3:8b", page.text(step(2) + " .command code"));
    typeInto(3, upstream.url() + "/local/v1");
    awaitState("done", 4);
    page.await("document.querySelector('" + step(5) + " input').value"
        + " === 'ollama:mistral-small'");
    hear(5, "Aye from mistral-small.");
    assertEquals("ollama:mistral-small", page.text(step(6) + " code"));
  }

  @Test
  void every_way_is_whole_and_the_risky_one_is_never_suggested() throws Exception {
    begin(Map.of());
    Json facts = proxy.json("/dashboard/accounts.json").json();
    assertFalse(facts.toString().contains("\"direct\""), "suggests what is not allowed");
    page.await("document.querySelector('[data-provider=claude] label:has([value=direct])')"
        + "?.textContent.includes('terms do not cover it: it can be billed apart, or cost you the"
        + " account')"); // beside its switch
    Cursor at = Cursor.of(facts);
    assertTrue(at.at("as_of").string().matches("\\d{4}-\\d\\d-\\d\\d"));
    at.at("sources").members().values().forEach(source -> {
      assertTrue(source.at("url").string().startsWith("https://"));
      assertTrue(source.at("as_of").string().matches("\\d{4}-\\d\\d-\\d\\d"));
    });
    List<String> ways = new ArrayList<>();
    collect(at, ways);
    assertEquals(at.at("ways").members().keySet().stream().sorted().toList(),
        ways.stream().distinct().sorted().toList());
    at.at("ways").members().forEach((name, way) -> {
      Cursor terms = way.at("local").boolOr(false) ? at.at("local") : way;
      for (String term : List.of("allowed", "draws", "costs")) terms.at(term).string();
      for (Cursor source : way.at("sources").arrayOrEmpty()) {
        assertFalse(at.at("sources").at(source.string()).isMissing(), source.string());
      }
      assertTrue(way.at("steps").array().stream().anyMatch(step ->
          step.at("check").stringOr("").equals("answered")), name);
      for (Cursor step : way.at("steps").array()) {
        boolean npm = step.at("command").stringOr("").startsWith("npm ");
        assertEquals(npm, step.at("link").stringOr("").equals("https://nodejs.org"), name);
      }
    });
  }

  private static void collect(Cursor node, List<String> ways) {
    if (node.at("way").isString()) ways.add(node.at("way").string());
    for (Cursor option : node.at("options").arrayOrEmpty()) collect(option, ways);
  }

  @Test
  void it_fits_a_narrow_window_and_a_wide_one() throws Exception {
    begin(Map.of());
    for (int width : new int[] {1280, 360}) {
      page.size(width, 900);
      choose(1, 2, 1);
      page.await("document.querySelector('.walk')");
      assertTrue(page.eval("document.documentElement.scrollWidth <= " + width).bool(),
          width + " px are too narrow");
      page.screenshot(Path.of("build", "screenshots", "chooser-" + width + ".png"));
    }
    assertFine();
  }
}
