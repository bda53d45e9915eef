package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import skyproxy.testing.FakeUpstream;

/// Servers, names and limits, as players set them on the page.
final class SettingsBrowserTest extends PageTest {
  private static final Path SHOTS = Path.of("build", "screenshots");

  @Test
  void a_server_that_runs_is_offered_and_used_with_one_click() throws Exception {
    HttpServer local;
    try {
      local = HttpServer.create(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5001), 0);
    } catch (BindException taken) {
      Assumptions.abort("A server of the developer's own is on its usual port.");
      return;
    }
    local.createContext("/v1/models", exchange -> {
      byte[] body = "{\"data\":[{\"id\":\"a\"}]}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    local.start();
    try {
      open();
      page.await("document.querySelector('[data-found=kobold]')");
      assertTrue(page.text("#found").contains("KoboldCpp runs on this computer, with 1 model."));
      page.screenshot(SHOTS.resolve("found.png"));
      page.click("[data-found=kobold] button");
      page.await("document.querySelector('[data-provider=kobold]')");
      page.await("document.querySelector('#found').hidden");
      page.await("document.querySelector('[data-provider=kobold] .limits').textContent"
          + ".includes('US dollars a day (only with prices in the settings file)')");
      assertFine();
    } finally {
      local.stop(0);
    }
  }

  @Test
  void the_address_of_a_usual_server_is_filled_in() {
    open();
    page.eval("document.querySelector('#server-new').open = true");
    page.await("document.querySelectorAll('#usual-servers button').length === 10");
    page.click("#usual-servers button:nth-child(4)");
    assertEquals("nanogpt https://nano-gpt.com/api/v1 api_key", page.eval(
        "(() => { const f = document.querySelector('#server-form').elements;"
        + " return f.name.value + ' ' + f.base_url.value + ' ' + document.activeElement.name; })()")
        .string());
    assertTrue(page.text("#server-form").contains("config.json): without, it counts as free."),
        page.text("#server-form"));
    assertFine();
  }

  @Test
  void names_and_limits_are_set_in_forms() throws Exception {
    open();
    page.eval("document.querySelector('#names').open = true");
    page.type("#names-form [name=default_model]", "demo");
    page.click("#alias-add");
    page.type("#aliases input", "lydia");
    page.type("#aliases label:nth-of-type(2) input", "demo > demo");
    page.type("#names-form [name=budget_day]", "2.5");
    page.screenshot(SHOTS.resolve("names.png"));
    page.click("#names-form > .row:last-child button");
    page.await("document.querySelector('#names-form .note.good')");
    String card = "[data-provider=openrouter] ";
    page.eval("document.querySelector('" + card + ".limits').open = true");
    page.type(card + "[name=max_concurrent]", "2");
    page.click(card + ".limits button");
    page.await("document.querySelector('" + card + ".limits .note.good')");
    page.type(card + "[name=silence_seconds]", "0");
    page.click(card + ".limits button");
    page.await("document.querySelector('" + card + ".limits .note.bad')");
    String file = Files.readString(folder.resolve("config.json")).replaceAll("\\s", "");
    assertEquals("{\"default_model\":\"demo\",\"aliases\":{\"lydia\":\"demo>demo\"},"
        + "\"budget\":{\"day\":2.5},\"limits\":{\"openrouter\":{\"max_concurrent\":2}}}", file);
    page.screenshot(SHOTS.resolve("limits.png"));
  }

  @Test
  void a_model_that_nobody_has_gets_a_meaning_where_its_error_is() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.status(404).body("""
          {"error":{"message":"There is no such model."}}"""));
      addServer(upstream.url());
      open();
      ask("local:nobody");
      page.await("document.querySelector('#troubles-list button')");
      page.click("#troubles-list button");
      page.await("document.querySelector('#names').open");
      assertEquals("local:nobody", page.eval("document.querySelector('#aliases input').value")
          .string());
      assertFine();
    }
  }

  @Test
  void what_a_limit_has_stopped_leads_to_the_field_of_that_limit() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.json("""
          {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}],\
          "usage":{"prompt_tokens":100000,"completion_tokens":10000}}"""));
      Files.writeString(folder.resolve("config.json"), """
          {"budget":{"day":5,"providers":{"local":{"day":0.1}}},"providers":{"local":{\
          "base_url":"%s/v1","prices":{"big":{"input":1,"output":10}}}}}"""
          .formatted(upstream.url()));
      restart();
      open();
      ask("local:big");
      ask("local:big");
      String button = "#troubles-list li:first-child button";
      page.await("document.querySelector('" + button + "')?.innerText === 'See the limit'");
      page.click(button);
      page.await("document.activeElement === document.querySelector("
          + "'[data-provider=local] .limits[open] [name=day]')");
      assertEquals("0.1", page.eval("document.activeElement.value").string());
      assertEquals(200, proxy.post("/config/names", "{\"budget_day\":0.05}").statusCode());
      assertEquals(200,
          proxy.post("/config/limits", "{\"provider\":\"local\",\"day\":9}").statusCode());
      ask("local:big");
      page.await("document.querySelector('#troubles-list').innerText.includes('budget.day')");
      page.click(button);
      page.await("document.activeElement === document.querySelector("
          + "'#names[open] [name=budget_day]')");
      assertEquals("window of claude", led("budget.claude_window",
          "{ name: 'budget.claude_window', provider: 'claude', window: '5 hours' }"));
      assertEquals("Name a second model", led("allow_extra_usage", ""));
      assertFine();
    }
  }

  /// Where the button leads for a failure that is made up, or what else it says.
  private String led(String message, String limits) {
    page.eval("""
        import('/dashboard/troubles.js').then(({ show }) => {
          const now = new Date().toISOString();
          show({ now, limits: [%s] }, [{ when: now, outcome: 'failed', status: 402, attempts: [
            { provider: 'claude', model: 'x', failure: 'budget_reached', message: '%s' }] }]);
          const button = document.querySelector('#troubles-list button');
          if (button.innerText !== 'See the limit') {
            document.title = 'led: ' + button.innerText;
            return;
          }
          button.click();
          const at = document.activeElement;
          document.title = 'led: ' + at.name + ' of ' + at.closest('.card').dataset.provider;
        })""".formatted(limits, message));
    page.await("document.title.startsWith('led: ')");
    String led = page.eval("document.title").string().substring(5);
    page.eval("document.title = ''");
    return led;
  }
}
