package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.testing.FakeUpstream;

/// The page in the first minutes: nothing is set up, the game has not called, things go wrong.
final class FirstVisitBrowserTest extends PageTest {
  private static final Path SHOTS = Path.of("build", "screenshots");
  private static final String ANSWER = """
      {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}""";

  @Test
  void a_card_leads_until_somebody_can_answer() throws Exception {
    open();
    page.await("!document.querySelector('#first').hidden");
    assertEquals(proxy.address() + "/v1/chat/completions", page.text("#first-endpoint"));
    assertTrue(page.text("#game").contains("has not called yet"), page.text("#game"));
    page.eval("document.querySelector('#game-checks').open = true");
    assertTrue(page.text("#game-checks").contains(proxy.address() + "/v1/chat/completions"));
    page.eval("document.querySelector('#game-checks').open = false");
    for (int width : new int[] {360, 1280}) {
      page.size(width, 900);
      assertEquals(width, page.eval("document.documentElement.scrollWidth").integer(),
          "nothing sticks out at " + width);
      page.screenshot(SHOTS.resolve("first-" + width + ".png"));
    }
    page.click("#first-ask");
    page.await("document.querySelector('#first-answer .said[aria-busy=false]')");
    assertTrue(page.text("#first-answer .said").length() > 20, page.text("#first-answer"));
    page.await("document.querySelectorAll('#log > li').length === 1");
    assertTrue(page.text("#game").contains("has not called yet"), "the page is not the game");
    page.click("#first a.button");
    page.await("location.hash === '#setup'");
    ask("demo");
    page.await("document.querySelector('#game').innerText.startsWith('SkyrimNet last called ')");
    assertTrue(page.text("#game").endsWith(", for demo."), page.text("#game"));
    page.await("document.querySelector('#game-checks').hidden");
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.json("""
          {"data":[{"id":"lydia"}]}"""));
      addServer(upstream.url());
      page.await("document.querySelector('#first').hidden");
    }
    assertFine();
  }

  @Test
  void the_card_stays_away_from_who_is_set_up_though_nobody_is_ready_now() throws Exception {
    open();
    page.await("!document.querySelector('#first').hidden");
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.json(ANSWER));
      addServer(upstream.url());
      ask("local:lydia");
      proxy.post("/config/server", "{\"name\":\"local\",\"remove\":true}");
    }
    restart();
    open();
    page.await("document.querySelector('#game').innerText.startsWith('SkyrimNet last called ')");
    assertEquals("true true false", page.eval("['#first', '#model-note'].map((at) =>"
        + " document.querySelector(at).hidden).join(' ') + ' '"
        + " + document.querySelector('#chooser').open").string());
    page.eval("""
        import('/dashboard/first.js').then(({ isSetUp }) => {
          const asleep = { name: 'claude', state: 'asleep' };
          const demo = { name: 'demo', state: 'ready' };
          const set = (game, ...providers) => isSetUp({ game, providers: [...providers, demo] });
          const failed = { model: null, outcome: 'failed' };
          document.title = [set(null, { name: 'x', state: 'ready' }), set(null, asleep),
            set({ model: 'demo', outcome: 'answered' }, asleep), set(failed, asleep),
            set({ model: 'x', outcome: 'answered' })].join(' ');
        })""");
    page.await("document.title === 'true false false true true'");
    assertFine();
  }

  @Test
  void what_went_wrong_comes_first_with_what_helps_and_goes_when_it_is_well_again()
      throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.status(429).body("""
          {"error":{"message":"Slow down."}}"""));
      addServer(upstream.url());
      open();
      assertTrue(page.eval("document.querySelector('#troubles').hidden").bool());
      ask("local:first > demo");
      page.await("document.querySelectorAll('#troubles-list li').length === 1");
      assertTrue(page.text("#troubles-list").contains("Another model answered in its place."));
      ask("local:second");
      page.await("document.querySelectorAll('#troubles-list li').length === 2");
      assertTrue(page.text("#troubles-list li:first-child").startsWith("local:second, by local"),
          page.text("#troubles-list"));
      assertTrue(page.text("#troubles-list").contains("Slow down."), page.text("#troubles-list"));
      page.screenshot(SHOTS.resolve("troubles.png"));
      upstream.answer(FakeUpstream.status(402).body("""
          {"error":{"message":"This request requires more credits."}}"""));
      ask("local:poor > demo");
      ask("local:poorer");
      page.await("document.querySelectorAll('#troubles-list li').length === 4");
      for (String model : List.of("local:poor,", "local:poorer,", "local:second,")) {
        assertEquals("Name a second model", page.eval("[...document.querySelectorAll("
            + "'#troubles-list li')].find((one) => one.innerText.startsWith('" + model
            + "')).querySelector('button').innerText").string());
      }
      page.eval("[...document.querySelectorAll('#troubles-list li')].find((one) =>"
          + " one.innerText.startsWith('local:second')).querySelector('button').click()");
      page.await("document.querySelector('#rotation').open");
      assertEquals("local:second",
          page.eval("document.querySelector('#rotation-rows input').value").string());
      upstream.answer(FakeUpstream.json(ANSWER));
      ask("local:first");
      for (String model : List.of("second", "poor", "poorer")) ask("local:" + model);
      page.await("document.querySelector('#troubles').hidden");
      assertFine();
    }
  }
}
