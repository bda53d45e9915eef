package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Browser;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Page;
import skyproxy.testing.Program;
import skyproxy.testing.RealCli;

/// The money on the page, in a real browser with the real jar.
@Tag("browser")
final class MoneyBrowserTest {
  @TempDir
  private Path folder;

  private Program program(String url, long played) throws Exception {
    Instant now = Instant.now();
    Files.writeString(folder.resolve("config.json"), """
        {"budget":{"day":0.5},"providers":{"mine":{"base_url":"%s/v1","prices":{\
        "big":{"input":1,"cached":0.2,"output":10}}}}}""".formatted(url));
    // Figures of an evening that has begun a while ago.
    Files.writeString(folder.resolve("config-stats.json"), """
        {"since":"%1$s","day":"%2$s","today":[],"all":[],"play_today":{"ms":%3$s,\
        "last":"%1$s"}}""".formatted(now, LocalDate.now(), played));
    return Program.listening(folder, "--config", "config.json");
  }

  /// The line of an evening that is made up.
  private static String shown(Page page) {
    page.eval("""
        import('/dashboard/money.js').then((money) => {
          const resets = new Date(Date.now() + 3600000).toISOString();
          const past = new Date(Date.now() - 1000).toISOString();
          money.show({ limits: [], today: { play_seconds: 200,
            total: { cost_usd: 1.12, cost_estimated: true, usd_per_hour: 9 } }, providers: [
            { title: 'Claude', plan: [{ name: 'week', used_percent: 20, resets },
              { name: '5 hours', used_percent: 38, resets },
              { name: 'extra usage', used_percent: 90, resets }] },
            { title: 'Codex', plan: [{ name: '5 hours', used_percent: 99, resets: past },
              { name: 'plan', used_percent: 60, resets }] },
            { title: 'Demo', plan: [] }] });
          document.title = document.querySelector('#money').textContent;
        })""");
    page.await("document.title.includes('today')");
    return page.eval("document.title").string();
  }

  private static void ask(Program proxy) throws Exception {
    assertEquals(200, proxy.post("/v1", """
        {"model":"mine:big > demo","messages":[{"role":"user","content":"Hi"}]}""").statusCode());
  }

  @Test
  void the_front_says_what_today_costs_and_which_limit_is_near_or_reached() throws Exception {
    try (Browser browser = new Browser(RealCli.chromium());
        FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(received -> received.method().equals("GET")
          ? FakeUpstream.json("{\"data\":[]}") : FakeUpstream.json("""
          {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}],\
          "usage":{"prompt_tokens":100000,"completion_tokens":10000}}"""));
      long played = Duration.ofMinutes(20).toMillis();
      try (Program proxy = program(upstream.url(), played)) {
        Page page = browser.page();
        page.size(1280, 900);
        page.open(proxy.address() + "/");
        page.await("document.querySelector('#g-answered').innerText === '0'");
        assertTrue(page.eval("document.querySelector('#money').hidden").bool());
        ask(proxy);
        page.await("/^[$]0[.](59|60) an hour, [$]0[.]20 today$/.test("
            + "document.querySelector('#money').innerText)");
        assertEquals("", page.text("#limits"));
        ask(proxy);
        page.await("document.querySelector('#limits').innerText.includes('A limit is near')");
        assertTrue(page.text("#limits").contains("$0.40 of the $0.50 a day"),
            page.text("#limits"));
        ask(proxy);
        page.await("document.querySelector('#limits').innerText.includes('A limit is reached')");
        assertTrue(page.text("#limits").contains("$0.60 of the $0.50 a day"),
            page.text("#limits"));
        assertTrue(page.text("#limits").contains("budget.day"), page.text("#limits"));
        ask(proxy); // the demo now
        page.await("document.querySelector('#g-answered').innerText === '4'");
        assertTrue(page.text("#money").endsWith("an hour, $0.60 today"), page.text("#money"));
        assertTrue(page.text("#by-model").contains("$0.60"), page.text("#by-model"));
        assertTrue(page.text("#by-model").contains("an hour"), page.text("#by-model"));
        assertEquals("about $1.12 today, 3.1 of 5 hours of the Claude window left, 40 % of the"
            + " Codex window (plan) left (part of it is estimated)", shown(page));
        assertEquals(List.of(), page.errors());
      }
    }
  }

  @Test
  void the_page_says_what_a_cache_saved_and_why_it_had_nothing() throws Exception {
    try (Browser browser = new Browser(RealCli.chromium());
        FakeUpstream upstream = new FakeUpstream()) {
      AtomicInteger cached = new AtomicInteger();
      upstream.answer(received -> received.method().equals("GET")
          ? FakeUpstream.json("{\"data\":[]}") : FakeUpstream.json("""
          {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}],\
          "usage":{"prompt_tokens":100000,"completion_tokens":100,\
          "prompt_tokens_details":{"cached_tokens":%d}}}""".formatted(cached.get())));
      try (Program proxy = program(upstream.url(), 0)) {
        Page page = browser.page();
        page.size(1280, 900);
        page.open(proxy.address() + "/");
        ask(proxy);
        page.click("#cache summary");
        page.await("document.querySelector('#cache-rows').innerText"
            + ".includes('0 % of the prompts read from a cache.')");
        assertTrue(page.text("#cache-rows").contains("It was the first of its kind"),
            page.text("#cache-rows"));
        cached.set(50_000);
        ask(proxy);
        page.await("document.querySelector('#cache-rows').innerText"
            + ".includes('25 % of the prompts read from a cache, saved $0.04.')");
        assertFalse(page.text("#cache-rows").contains("Nothing"), page.text("#cache-rows"));
        assertTrue(page.text("#by-model").contains("saved $0.04"), page.text("#by-model"));
        assertEquals(List.of(), page.errors());
      }
    }
  }
}
