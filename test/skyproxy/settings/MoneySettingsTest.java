package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.chat.Cost;
import skyproxy.chat.Price;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// The settings about money: limits, and the prices of a player's own server.
@Tag("core")
final class MoneySettingsTest {
  private static Settings of(String file) throws SettingsException {
    return Settings.of(CommandLine.parse(List.of()), Map.of(), Path.of("c.json"),
        (Json.Obj) Json.parse(file));
  }

  @Test
  void without_a_word_nothing_is_limited_but_a_plan_is_not_exceeded() throws Exception {
    assertEquals(Settings.Budget.NONE, of("{}").budget());
    assertTrue(of("{\"allow_extra_usage\":true}").budget().extraUsage());
  }

  @Test
  void limits_are_exact() throws Exception {
    Settings.Budget budget = of("""
        {"budget":{"day":2.50,"claude_window":0.9,"codex_window":null,
        "providers":{"openrouter":{"day":1},"mine":{}}},
        "providers":{"mine":{"base_url":"http://127.0.0.1:1"}}}""").budget();
    assertEquals(new BigDecimal("2.50"), budget.day());
    assertEquals(Map.of("claude", new BigDecimal("0.9")), budget.windows());
    assertEquals(Map.of("openrouter", BigDecimal.ONE), budget.days());
    assertNull(of("{\"budget\":{}}").budget().day());
  }

  @Test
  void prices_are_for_a_million_tokens_and_the_cache_costs_what_the_prompt_does() throws Exception {
    Map<String, Price> prices = of("""
        {"providers":{"mine":{"base_url":"http://127.0.0.1:1","prices":{
        "big":{"input":0.5,"cached":0.1,"output":2},"small":{"input":0.25,"output":1}}}}}""")
        .servers().getFirst().prices();
    Usage usage = new Usage(1_000_000, 1_000_000, 500_000, 0);
    Cost big = prices.get("big").cost(usage, true);
    assertEquals(0, new BigDecimal("2.3").compareTo(big.usd()), big::toString);
    Cost small = prices.get("small").cost(usage, true);
    assertEquals(0, new BigDecimal("1.25").compareTo(small.usd()), small::toString);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{'budget':5} | budget must be an object",
      "{'budget':{'day':-1}} | budget.day must be US dollars",
      "{'budget':{'day':'2'}} | budget.day must be a number",
      "{'budget':{'dya':2}} | budget.dya is no limit",
      "{'budget':{'claude_window':1.01}} | budget.claude_window must be a share",
      "{'budget':{'codex_window':-0.1}} | budget.codex_window must be a share",
      "{'budget':{'ollama_window':0.5}} | budget.ollama_window is no limit",
      "{'budget':{'providers':{'opnrouter':{'day':1}}}} | budget.providers.opnrouter is the",
      "{'budget':{'providers':{'codex':{'week':1}}}} | budget.providers.codex.week is no limit",
      "{'budget':{'providers':{'codex':{'day':-1}}}} | budget.providers.codex.day must be US",
      "{'allow_extra_usage':'yes'} | allow_extra_usage must be",
      "{'providers':{'m':{'base_url':'http://h','prices':{'x':{'input':-1,'output':1}}}}}"
          + " | providers.m.prices.x.input must be US dollars",
      "{'providers':{'m':{'base_url':'http://h','prices':{'x':{'input':1}}}}}"
          + " | providers.m.prices.x.output is required",
      "{'providers':{'m':{'base_url':'http://h','prices':{'x':{'inptu':1}}}}}"
          + " | providers.m.prices.x.inptu is no price",
      "{'providers':{'m':{'base_url':'http://h','prices':[]}}} | providers.m.prices must be"})
  void what_is_wrong_is_named_with_its_place(String json, String words) {
    SettingsException wrong =
        assertThrows(SettingsException.class, () -> of(json.replace('\'', '"')));
    assertEquals(2, wrong.exitStatus());
    assertTrue(wrong.getMessage().startsWith(words), wrong.getMessage());
    assertTrue(wrong.getMessage().endsWith(" in c.json."), wrong.getMessage());
  }
}
