package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import skyproxy.testing.FakeUpstream;

/// The page as a player uses it, in a real browser with the real jar.
final class DashboardBrowserTest extends PageTest {
  private static final Path SHOTS = Path.of("build", "screenshots");

  @Test
  void the_quick_test_shows_an_answer_while_it_is_spoken() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      Semaphore gate = new Semaphore(0);
      FakeUpstream.Answer spoken = FakeUpstream.events(chunk("I am sworn "), chunk("to carry "),
          chunk("your burdens."), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
          + "\"stop\"}],\"usage\":{\"prompt_tokens\":31,\"completion_tokens\":7}}", "[DONE]")
          .gate(gate);
      upstream.answer(asked -> asked.path().endsWith("/models")
          ? FakeUpstream.json("""
              {"data":[{"id":"lydia"}]}""") : spoken);
      addServer(upstream.url());
      open();
      page.type("#trial-models input", "local:lydia");
      page.click("#trial-go");
      gate.release();
      page.await("document.querySelector('.said')?.innerText.trim() === 'I am sworn'");
      gate.release(10);
      page.await("document.querySelector('.answer dl').innerText.includes('31 → 7')");
      assertEquals("I am sworn to carry your burdens.", page.text(".said"));
      assertTrue(page.text(".answer dd").matches("[\\d.]+ m?s"), page.text(".answer"));
      assertFine();
    }
  }

  @Test
  void several_models_answer_side_by_side() {
    open();
    page.click("#trial-add");
    page.type("#trial-models > :nth-child(2) input", "local:nobody");
    page.click("#trial-go");
    page.await("document.querySelectorAll('.answer').length === 2"
        + " && !document.querySelector('.said[aria-busy=true]')");
    assertFalse(page.text(".answer:nth-child(1) .said").isBlank());
    assertEquals("demo", page.text(".answer:nth-child(1) h3"));
    assertEquals("", page.eval("document.querySelector('.answer:nth-child(1) .bad')?.innerText"
        + " ?? ''").string());
    assertFalse(page.text(".answer:nth-child(2) .bad").isBlank(), "an error in words");
  }

  @Test
  void a_request_appears_by_itself_and_opens_with_what_was_tried() throws Exception {
    open();
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.status(503).body("""
          {"error":{"message":"On fire."}}"""));
      addServer(upstream.url());
      ask("local:broken > demo");
    }
    page.await("document.querySelectorAll('#log > li').length === 1");
    assertTrue(page.text("#log .outcome").contains("2 tries"), page.text("#log"));
    page.click("#log .entry");
    page.await("document.querySelector('#log .tries li:nth-child(2)')");
    assertTrue(page.text("#log .tries").contains("On fire."), page.text("#log .tries"));
    page.click("#keep-texts");
    page.await("document.querySelector('#keep-words').innerText.includes('in memory only')");
    ask("demo");
    page.await("document.querySelectorAll('#log > li').length === 2");
    page.click("#log > li:first-child .entry");
    page.await("document.querySelectorAll('#log pre').length === 2");
    assertTrue(page.text("#log pre").contains("Are you there?"));
    assertFine();
  }

  @Test
  void who_waits_for_a_place_is_shown_while_it_does_and_how_long_it_did_later() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream();
        var game = Executors.newVirtualThreadPerTaskExecutor()) {
      Semaphore gate = new Semaphore(0);
      upstream.answer(asked -> {
        if (asked.method().equals("POST")) gate.acquireUninterruptibly();
        return FakeUpstream.json("""
            {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}
            """);
      });
      Files.writeString(folder.resolve("config.json"), """
          {"providers":{"narrow":{"base_url":"%s/v1","max_concurrent":1}}}"""
          .formatted(upstream.url()));
      restart();
      open();
      for (int i = 0; i < 3; i++) {
        game.submit(() -> {
          ask("narrow:m");
          return null;
        });
      }
      page.await("document.querySelector('#queue-list').innerText.startsWith("
          + "'other × 2 for narrow, ')");
      page.screenshot(SHOTS.resolve("queue.png"));
      gate.release(3);
      page.await("document.querySelector('#queue').hidden");
      page.await("document.querySelectorAll('#log > li').length === 3");
      page.click("#log > li:first-child .entry");
      page.await("document.querySelector('#log .details')");
      assertTrue(page.text("#log .details").matches("(?s).*class usual, [\\d.]+ m?s in the queue.*"
          + "\\([\\d.]+ m?s in the queue\\).*"), page.text("#log .details"));
      page.screenshot(SHOTS.resolve("queued.png"));
      assertFine();
    }
  }

  @Test
  void a_line_that_was_cut_short_says_so_and_a_faulty_java_what_to_update_to() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"finish_broken_lines\":true}");
    restart();
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.events(chunk("I am sworn. To ca")));
      addServer(upstream.url());
      open();
      proxy.post("/v1/chat/completions", "{\"model\":\"local:lydia\",\"stream\":true,\"messages\":"
          + "[{\"role\":\"user\",\"content\":\"In Skyrim. Respond in character now.\"}]}");
      page.await("document.querySelector('#log .outcome')?.innerText.includes('cut short')");
      page.click("#log .entry");
      page.await("document.querySelector('#log .details')?.innerText.includes('was ended')");
      assertEquals(proxy.json("/stats").at("java").at("advice").stringOr(""),
          page.eval("document.querySelector('#java-note').innerText").string());
      assertFine();
    }
  }

  @Test
  void a_key_is_saved_masked_and_survives_a_restart() throws Exception {
    open();
    String field = "#openrouter-form input";
    page.type(field, "sk-or-made-up-0123456789");
    page.click("#openrouter-form button");
    page.await("document.querySelector('" + field + "').placeholder.includes('saved')");
    assertEquals("", page.eval("document.querySelector('" + field + "').value").string());
    assertTrue(Files.readString(folder.resolve("config.json")).contains("sk-or-made-up"));
    restart();
    open();
    page.await("document.querySelector('" + field + "').placeholder.includes('saved')");
    String whole = page.eval("document.documentElement.outerHTML").string();
    assertFalse(whole.contains("made-up"), "the key must not be on the page");
    assertFalse(proxy.get("/stats").body().contains("made-up"));
    page.click("#openrouter-form .danger");
    page.await("document.querySelector('" + field + "').placeholder === 'sk-or-…'");
    assertFalse(Files.readString(folder.resolve("config.json")).contains("made-up"));
    assertFine();
  }

  @Test
  void the_api_key_is_asked_for_until_it_is_right_and_kept_for_the_tab_only() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"api_key\":\"open-sesame\"}");
    restart();
    page.open(proxy.address() + "/");
    page.await("document.querySelector('#key-dialog').open");
    page.type("#key-input", "wrong");
    page.press("Enter");
    page.await("document.querySelector('#key-note').innerText.includes('not the key')");
    page.type("#key-input", "open-sesame");
    page.press("Enter");
    page.await("document.querySelector('#cards').children.length >= 4");
    assertFalse(page.eval("document.querySelector('#key-dialog').open").bool());
    assertEquals("open-sesame", page.eval("sessionStorage.api_key").string());
    assertEquals(0, page.eval("localStorage.length").integer());
    assertEquals("", page.eval("document.cookie").string());
  }

  @Test
  void hostile_names_and_errors_stay_text() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      upstream.answer(FakeUpstream.status(500).header("Content-Type", "application/json")
          .body("""
              {"error":{"message":"%s"}}""".formatted(HOSTILE)));
      addServer(upstream.url());
      open();
      ask("local:" + HOSTILE);
      ask(HOSTILE);
      page.await("document.querySelectorAll('#log > li').length === 2");
      page.click("#log > li:nth-child(1) .entry");
      page.click("#log > li:nth-child(2) .entry");
      page.type("#trial-models input", "local:" + HOSTILE);
      page.click("#trial-go");
      page.await("document.querySelector('.said .bad')");
      page.type("#rotation-rows input", HOSTILE);
      assertTrue(page.text("#log").contains("onerror="), page.text("#log"));
      page.await("document.querySelector('#by-model').innerText.includes('onerror=')");
      assertEquals(0, page.eval("document.querySelectorAll('img').length").integer());
      assertEquals("SkyrimNet Proxy", page.eval("document.title").string());
    }
  }

  @Test
  void markup_is_refused_even_where_a_script_would_make_some() {
    open();
    assertTrue(page.eval("(() => { try { document.body.innerHTML = '<b>x</b>'; return false; }"
        + " catch { return true; } })()").bool());
  }

  @Test
  void the_check_up_is_all_green_with_the_demo() {
    open();
    page.click("#doctor-form button");
    page.await("document.querySelector('#doctor-form .note').innerText.startsWith('All ')"
        + " || document.querySelector('#findings [data-result=fails],"
        + " #findings [data-result=partly]')");
    assertEquals("All 10 work with demo.", page.text("#doctor-form .note"), page.text("#findings"));
    assertFine();
  }

  @Test
  void a_server_is_added_and_removed() {
    open();
    page.eval("document.querySelector('#server-new').open = true");
    page.type("#server-form [name=name]", "ollama");
    page.type("#server-form [name=base_url]", "http://127.0.0.1:9/v1");
    page.click("#server-form button:not([type])");
    page.await("document.querySelector('[data-provider=ollama]')");
    page.eval("window.confirm = () => true");
    page.click("[data-provider=ollama] .danger");
    page.await("!document.querySelector('[data-provider=ollama]')");
    assertFine();
  }

  @Test
  void the_mode_of_claude_is_changed_and_the_risky_one_wants_a_yes() {
    open();
    page.eval("document.querySelector('[data-provider=claude] details:has(form)').open = true");
    page.click("[data-provider=claude] [value=direct]");
    page.click("[data-provider=claude] form button");
    page.await("document.querySelector('[data-provider=claude] .note.bad')");
    page.click("[data-provider=claude] [value=api-key]");
    page.click("[data-provider=claude] form button");
    page.await("document.querySelector('[data-provider=claude] .note.good')");
    page.await("document.querySelector('[data-provider=claude]').innerText"
        + ".includes('How it is reached: API key')");
    assertFine();
  }

  @Test
  void rotations_and_jobs_are_built_by_choosing() {
    open();
    page.eval("document.querySelector('#rotation').open = true");
    page.type("#rotation-rows > li:nth-child(1) input", "a");
    page.type("#rotation-rows > li:nth-child(2) input", "b");
    page.click("#rotation-add");
    page.type("#rotation-rows > li:nth-child(3) input", "c");
    page.eval("(() => { const s = document.querySelector('#rotation-rows > :nth-child(3) select');"
        + " s.value = ' > '; s.dispatchEvent(new Event('change')); })()");
    assertEquals("a, b > c", page.text("#rotation-line"));
    assertTrue(page.text("#rotation-words").contains("a and b take turns; if that fails, c"));
    page.eval("document.querySelector('#jobs').open = true");
    page.type("#jobs-form [name=mood]", "demo");
    page.click("#jobs-form button");
    page.await("document.querySelector('#jobs-form .note.good')");
    assertFine();
  }

  @Test
  void it_comes_in_one_round_asks_nobody_else_and_rests_when_nobody_looks() throws Exception {
    open();
    List<String> parts = page.requests().stream()
        .map(url -> url.replaceFirst("^http://[^/]+", ""))
        .filter(Dashboard.pages().keySet()::contains)
        .sorted().toList();
    assertEquals(Dashboard.pages().keySet().stream().sorted().toList(), parts);
    page.await("performance.getEntriesByType('resource').filter(e => e.name.includes('/stats'))"
        + ".length >= 2");
    List<Double> polls = page.eval("performance.getEntriesByType('resource')"
        + ".filter(e => e.name.includes('/stats')).map(e => e.startTime)").array().stream()
        .map(at -> at.number()).toList();
    for (int i = 1; i < polls.size(); i++) {
      assertTrue(polls.get(i) - polls.get(i - 1) > 900, polls.toString());
    }
    page.eval("Object.defineProperty(document, 'hidden', { value: true })");
    page.await("performance.mark('rest') && true");
    Thread.sleep(2_500);
    long before = page.eval("performance.getEntriesByType('resource').length").integer();
    Thread.sleep(2_500);
    assertEquals(before, page.eval("performance.getEntriesByType('resource').length").integer());
    assertFine();
  }

  @Test
  void it_can_be_used_with_the_keyboard_alone() {
    open();
    page.press("Tab");
    assertEquals("Skip to the content", page.eval("document.activeElement.innerText").string());
    String unnamed = page.eval("[...document.querySelectorAll('input, textarea, select, button')]"
        + ".filter(e => !(e.labels?.length || e.ariaLabel || e.textContent.trim()))"
        + ".map(e => e.outerHTML).join()").string();
    assertEquals("", unnamed, "every control has a name");
    page.eval("document.querySelector('#trial-go').focus()");
    page.press("Enter");
    page.await("document.querySelector('.said')?.innerText.length > 20");
    assertFine();
  }

  @Test
  void it_fits_every_width_in_dark_and_light() throws Exception {
    ask("demo");
    ask("local:nobody > demo");
    for (int width : new int[] {360, 1280, 2560}) {
      for (String scheme : List.of("dark", "light")) {
        page = browser.page();
        page.size(width, 900).scheme(scheme);
        open();
        page.await("document.querySelectorAll('#log > li').length === 2");
        assertEquals(width, page.eval("document.documentElement.scrollWidth").integer(),
            "nothing sticks out at " + width);
        page.size(width, (int) page.eval("document.documentElement.scrollHeight").integer());
        page.screenshot(SHOTS.resolve("dashboard-" + width + "-" + scheme + ".png"));
        assertFine();
      }
    }
  }

  private static String chunk(String text) {
    return """
        {"choices":[{"index":0,"delta":{"content":"%s"}}]}""".formatted(text);
  }
}
