package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.CountingCache;
import skyproxy.testing.CountingCache.Counted;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Program;

/// The share of a scene that is read from caches that count as their vendors do, what that saves,
/// and why it was nothing: with the whole program.
final class CacheFiguresTest {
  private static final String LYDIA = "You are Lydia, a Female Nord. She was born here. ";
  private static final String HROKI = "You are Hroki, a Female Nord. She was born there. ";

  @TempDir
  private Path folder;
  private FakeUpstream upstream;
  private Program proxy;
  private final CountingCache marks = CountingCache.ofMarks();
  private final CountingCache prefixes = CountingCache.ofPrefixes();
  private volatile Counted last;

  @BeforeEach
  void start() throws Exception {
    upstream = new FakeUpstream().answer(received -> received.method().equals("GET")
        ? FakeUpstream.json("{\"data\":[]}")
        : received.path().startsWith("/v1/messages") ? claude(received.json())
        : received.path().startsWith("/mine") ? server(received.json(), prefixes)
        : server(received.json(), body -> new Counted(prefixes.ask(body).all(), 0, 0)));
    Files.writeString(folder.resolve("c.json"), """
        {"anthropic_api_key":"sk-ant-1","providers":{"mine":{"base_url":"%1$s/mine",\
        "prices":{"big":{"input":0.5,"cached":0.1,"output":2}}},\
        "plain":{"base_url":"%1$s/plain"}}}""".formatted(upstream.url()));
    proxy = Program.listening(folder, "--config", "c.json", "--anthropic-url", upstream.url());
  }

  @AfterEach
  void stop() {
    proxy.close();
    upstream.close();
  }

  /// As many tokens as letters.
  private FakeUpstream.Answer claude(Json.Obj body) {
    Counted now = last = marks.ask(body);
    return FakeUpstream.events("""
        {"type":"message_start","message":{"usage":{"input_tokens":%d,\
        "cache_read_input_tokens":%d,"cache_creation_input_tokens":%d,"output_tokens":1}}}"""
        .formatted(now.all() - now.read() - now.written(), now.read(), now.written()), """
        {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Aye."}}""",
        """
        {"type":"message_delta","delta":{"stop_reason":"end_turn"},\
        "usage":{"output_tokens":2}}""", "{\"type\":\"message_stop\"}");
  }

  private FakeUpstream.Answer server(Json.Obj body, CountingCache cache) {
    Counted now = last = cache.ask(body);
    return FakeUpstream.json("""
        {"choices":[{"message":{"role":"assistant","content":"Aye."},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":%d,"completion_tokens":2,\
        "prompt_tokens_details":{"cached_tokens":%d}}}""".formatted(now.all(), now.read()));
  }

  /// The next line of a scene.
  private Counted line(String model, String bio, String... history) throws Exception {
    List<Json> messages = new ArrayList<>();
    messages.add(message("system", bio.repeat(120)));
    for (String said : history) messages.add(message("user", said));
    messages.add(message("user", "Respond in character now."));
    assertEquals(200, proxy.post("/v1", Json.Obj.builder().put("model", model)
        .put("messages", new Json.Arr(messages)).build().toString()).statusCode());
    return last;
  }

  private static Json message(String role, String text) {
    return Json.Obj.builder().put("role", role).put("content", text).build();
  }

  private Cursor row(String list, String model) throws Exception {
    Cursor at = proxy.json("/stats");
    // The last answer comes a moment before its figures.
    while (at.at("running").integer() > 0) at = proxy.json("/stats");
    for (String name : list.split("/")) at = at.at(name);
    return at.array().stream().filter(each -> each.at("model").string().equals(model))
        .findFirst().orElseThrow();
  }

  private String reason(String model) throws Exception {
    Cursor row = row("cache", model);
    String reason = row.at("reason").stringOr("read");
    assertEquals(reason.equals("read"), row.at("message").isMissing());
    assertEquals(last.all(), row.at("prompt_tokens").integer());
    assertEquals(last.read(), row.at("cached_tokens").integer());
    return reason;
  }

  private static String dollars(double millionths) {
    return BigDecimal.valueOf(millionths).movePointLeft(6).setScale(9, RoundingMode.HALF_UP)
        .stripTrailingZeros().toPlainString();
  }

  @Test
  void with_marks() throws Exception {
    Counted first = line("claude-sonnet-5-5", LYDIA, "Tavi: Hail.");
    assertEquals("first", reason("claude-sonnet-5-5"));
    // $2 a million: a quarter more to write.
    assertEquals(dollars(-0.5 * first.written()), row("today/pairs", "claude-sonnet-5-5")
        .at("cache_saved_usd").json().toString());
    Counted second = line("claude-sonnet-5-5", LYDIA, "Tavi: Hail.", "Degaine: Hurry.");
    assertEquals("read", reason("claude-sonnet-5-5"));
    assertTrue(second.read() > 5_000, second + " is nearly all");
    Cursor figures = row("today/pairs", "claude-sonnet-5-5");
    assertEquals(dollars(1.8 * second.read() - 0.5 * (first.written() + second.written())),
        figures.at("cache_saved_usd").json().toString());
    assertFalse(figures.at("cache_saved_estimated").bool());
    assertEquals(second.read(), figures.at("cached_tokens").integer());
    line("claude-sonnet-5-5", HROKI, "Tavi: Hail.");
    assertEquals("changed", reason("claude-sonnet-5-5"));
    line("claude-sonnet-5-5", LYDIA, "Tavi: Hail.", "Degaine: Hurry.", "Tavi: Now.");
    assertEquals("read", reason("claude-sonnet-5-5"));
    assertFalse(proxy.json("/stats").json().toString().contains("born"), "a word was kept");
  }

  @Test
  void too_short_a_beginning_for_claude() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertEquals(200, proxy.post("/v1", """
          {"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"%s"}]}"""
          .formatted(LYDIA.repeat(20))).statusCode());
      Cursor row = row("cache", "claude-sonnet-4-5");
      assertEquals("short", row.at("reason").string());
      String why = row.at("message").string();
      assertTrue(why.contains("under 1024 tokens"), why);
    }
  }

  @Test
  void with_prefixes_and_without_any() throws Exception {
    line("mine:big", LYDIA, "Tavi: Hail.");
    assertEquals("first", reason("mine:big"));
    Counted second = line("mine:big", LYDIA, "Tavi: Hail.", "Degaine: Hurry.");
    assertEquals("read", reason("mine:big"));
    assertEquals(dollars(0.4 * second.read()),
        row("today/pairs", "mine:big").at("cache_saved_usd").json().toString());
    line("mine:big", HROKI, "Tavi: Hail.");
    assertEquals("changed", reason("mine:big"));
    line("plain:one", LYDIA, "Tavi: Hail.");
    line("plain:one", LYDIA, "Tavi: Hail.", "Degaine: Hurry.");
    assertEquals("no_cache", reason("plain:one"));
    assertTrue(row("today/pairs", "plain:one").at("cache_saved_usd").isMissing(), "no price");
  }
}
