package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// The picture of the page that the README shows: after a change of the page, copy
/// `build/screenshots/readme.png` over it.
final class PictureBrowserTest extends PageTest {
  private static final Path KEPT = Path.of("test", "fixtures", "page.png");
  private static final Path MADE = Path.of("build", "screenshots", "readme.png");

  @Test
  void the_page_in_the_middle_of_a_game() throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      Files.writeString(folder.resolve("config.json"), """
          {"anthropic_api_key":"sk-ant-made-up","openrouter_api_key":"sk-or-made-up",\
          "providers":{"local":{"base_url":"%s/v1","prices":{"lydia":{"input":1,"output":5}}}}}"""
          .formatted(upstream.url()));
      Files.writeString(folder.resolve("config-stats.json"), """
          {"since":"%1$s","day":"%2$s","today":[],"all":[],"play_today":{"ms":1200000,\
          "last":"%1$s"}}""".formatted(Instant.now(), LocalDate.now()));
      proxy.end();
      proxy.close();
      proxy = Program.listening(folder, "--config", "config.json",
          "--anthropic-url", upstream.url(), "--openrouter-url", upstream.url() + "/v1");
      for (int millis : List.of(420, 700, 310, 2_300, 540, 380, 900, 460, 640, 350)) {
        upstream.answer(FakeUpstream.json("""
            {"choices":[{"message":{"role":"assistant","content":"Well met, friend."},\
            "finish_reason":"stop"}],"usage":{"prompt_tokens":6200,"completion_tokens":24}}""")
            .after(Duration.ofMillis(millis)));
        proxy.post("/v1/chat/completions", """
            {"model":"local:lydia","messages":[{"role":"system","content":"You are Lydia."},\
            {"role":"user","content":"In Skyrim. Respond in character now."}]}""");
      }
      page.scheme("dark").size(1280, 1000);
      open();
      page.click("#trial-go");
      page.await("document.querySelector('.said')?.getAttribute('aria-busy') === 'false'");
      page.await("document.querySelector('#pulse svg')");
      page.eval("document.querySelector('#java-note').style.display = 'none',"
          + " document.activeElement.blur(), scrollTo({ top: 0, behavior: 'instant' })");
      page.await("scrollY === 0");
      page.screenshotOfTop(MADE, 1280, 1000);
    }
    ByteBuffer kept = ByteBuffer.wrap(Files.readAllBytes(KEPT));
    assertEquals(960, kept.getInt(16));
    assertEquals(750, kept.getInt(20));
    assertTrue(kept.capacity() < 130_000, "keep it small");
    assertTrue(Files.readString(Path.of("README.md")).contains("](test/fixtures/page.png)"));
  }
}
