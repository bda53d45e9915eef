package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Sample;
import skyproxy.claude.ClaudeProvider;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.openai.OpenAiProvider;
import skyproxy.settings.CommandLine;
import skyproxy.settings.LiveSettings;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.RawClient;
import skyproxy.testing.Replies;

/// The play that the proxy gives to itself when it starts.
final class RehearsalTest {
  @TempDir
  private Path folder;

  private LiveSettings live(String settings) throws Exception {
    Path file = Files.writeString(folder.resolve("config.json"), settings);
    return LiveSettings.load(CommandLine.parse(List.of("--config", file.toString())), Map.of(),
        null);
  }

  private static List<Sample> samples() {
    return List.of(OpenAiProvider.sample(), ClaudeProvider.sample());
  }

  @Test
  void every_provider_answers_both_ways() throws Exception {
    for (String settings : List.of("{}", "{\"api_key\":\"of the player\"}")) {
      try (Rehearsal rehearsal = new Rehearsal(live(settings), samples())) {
        for (int i = 0; i < 3; i++) assertTrue(rehearsal.round(() -> false));
      }
    }
  }

  @Test
  void whoever_answers_wrong_ends_it() throws Exception {
    Sample sample = OpenAiProvider.sample();
    Sample wrong = new Sample(sample.provider(), sample.model(), List.of("data: {}\n\n"), "{}");
    try (Rehearsal rehearsal = new Rehearsal(live("{}"), List.of(wrong))) {
      IOException failure = null;
      try {
        rehearsal.round(() -> false);
      } catch (IOException e) {
        failure = e;
      }
      assertTrue(failure != null && failure.getMessage().startsWith(sample.model()));
    }
  }

  @Test
  void it_is_over_as_soon_as_the_game_calls() throws Exception {
    try (Rehearsal rehearsal = new Rehearsal(live("{}"), samples())) {
      AtomicInteger looks = new AtomicInteger();
      assertFalse(rehearsal.round(() -> looks.incrementAndGet() == 3));
      assertEquals(3, looks.get());
    }
  }

  @Test
  void no_upstream_no_figure_no_line_of_the_log_and_no_quiet_time_knows_of_it() throws Exception {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord line) {
        logged.add(line.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger log = Logger.getLogger("skyproxy");
    log.addHandler(handler);
    try (FakeUpstream upstream = new FakeUpstream()) {
      LiveSettings live = live("""
          {"port":0,"claude":"off","codex":"off","anthropic_api_key":"sk-ant-1",\
          "openrouter_api_key":"sk-or-1","anthropic_url":"%1$s","openrouter_url":"%1$s/v1",\
          "providers":{"mine":{"base_url":"%1$s/v1"}}}""".formatted(upstream.url()));
      try (Wiring wiring = new Wiring(live, "test"); RawClient client =
          new RawClient(wiring.port())) {
        long begun = System.nanoTime();
        wiring.rehearse();
        Replies.until("it has ended", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(each -> each.getName().equals("rehearsal")));
        assertTrue(wiring.quiet().toNanos() >= System.nanoTime() - begun);
        assertEquals(List.of(), upstream.requests());
        Cursor stats = Cursor.of(Json.parse(
            client.send("GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text()));
        assertEquals(0, stats.at("since_start").at("total").at("requests").integer());
        assertEquals(0, stats.at("recent").array().size());
      }
      assertEquals(List.of(), logged);
    } finally {
      log.removeHandler(handler);
    }
  }
}
