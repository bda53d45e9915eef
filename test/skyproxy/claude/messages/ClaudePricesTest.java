package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Cost;
import skyproxy.chat.Usage;

/// Bills of Anthropic, worked out by hand.
@Tag("core")
final class ClaudePricesTest {

  private static void assertBill(String dollars, String model, Usage usage) {
    Cost cost = ClaudePrices.of(model).cost(usage, true);
    assertEquals(0, new BigDecimal(dollars).compareTo(cost.usd()), model + " costs " + cost.usd());
    assertFalse(cost.estimated());
  }

  @Test
  void what_is_read_from_the_cache_and_written_to_it_has_prices_of_its_own() {
    // 2,000 at $2, 15,000 read at $0.20, 2,000 written at $2.50, 1,000 for an hour at $4, 400 said
    // at $10: 0.0040 + 0.0030 + 0.0050 + 0.0040 + 0.0040.
    assertBill("0.02", "claude-sonnet-5-5", new Usage(20_000, 400, 15_000, 0, 3_000, 1_000, null));
    // 1,000,000 at $4 and 100,000 at $20.
    assertBill("6", "claude-opus-5-5", new Usage(1_000_000, 100_000, 0, 0));
    assertBill("0.00003", "claude-fable-5-1", new Usage(3, 0, 0, 0));
  }

  @Test
  void the_whole_prompt_costs_more_once_it_is_over_the_first_tier() {
    // 100,000 at $0.10 and 1,000 at $0.50; one token more: at $0.50 and $2.50.
    assertBill("0.0105", "claude-haiku-5-5", new Usage(100_000, 1_000, 0, 0));
    assertBill("0.0525005", "claude-haiku-5-5", new Usage(100_001, 1_000, 0, 0));
    // 10,000 at $0.50, 110,000 read at $0.05, nothing said.
    assertBill("0.0105", "claude-haiku-5-5", new Usage(120_000, 0, 110_000, 0));
  }

  @Test
  void an_id_with_a_date_is_the_same_model() {
    assertBill("0.018", "claude-sonnet-4-5-20250929", new Usage(1_000, 1_000, 0, 0));
    assertBill("0.006", "claude-haiku-4-5-20251001", new Usage(1_000, 1_000, 0, 0));
    assertBill("0.012", "claude-sonnet-5-5[1m]", new Usage(1_000, 1_000, 0, 0));
  }

  @Test
  void a_model_without_a_price_of_its_own_costs_what_its_family_does_as_an_estimate() {
    Cost cost = ClaudePrices.of("claude-opus-9").cost(new Usage(1_000_000, 0, 0, 0), true);
    assertEquals(0, BigDecimal.valueOf(5).compareTo(cost.usd()));
    assertTrue(cost.estimated());
    assertTrue(ClaudePrices.of("claude-x").cost(new Usage(1, 1, 0, 0), true).estimated());
  }

  @Test
  void every_model_that_is_listed_anyway_has_a_price() {
    for (String id : ClaudeModels.KNOWN) assertFalse(ClaudePrices.of(id).free(), id);
  }

  @Test
  void a_reply_that_broke_off_may_cost_more_than_was_counted() {
    assertTrue(ClaudePrices.of("claude-opus-5").cost(new Usage(9, 1, 0, 0), false).estimated());
  }
}
