package skyproxy.claude.messages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Price;
import skyproxy.files.Resource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Anthropic's prices, from `prices.json` beside this class. A model that is not in there costs
/// what its family mostly does, as an estimate: one without any price would slip through a limit.
public final class ClaudePrices {
  private static final String FILE = "prices.json";

  private static final ClaudePrices HERE = new ClaudePrices(Cursor.of(read()));

  private final Map<String, Price> models = new LinkedHashMap<>();
  private final Map<String, Price> estimates = new LinkedHashMap<>();

  private ClaudePrices(Cursor at) {
    at.at("models").members().forEach((id, tiers) ->
        models.put(id, new Price(tiers.array().stream().map(ClaudePrices::tier).toList(), false)));
    for (Cursor each : at.at("estimates").array()) {
      List<Price.Tier> tiers = new ArrayList<>(List.of(tier(each)));
      estimates.put(each.at("part").string(), new Price(tiers, true));
    }
  }

  private static Json read() {
    try {
      return Json.parse(Resource.bytes(ClaudePrices.class, FILE));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static Price.Tier tier(Cursor at) {
    return Price.Tier.perMillion(at.at("prompt_up_to").integerOr(Long.MAX_VALUE),
        number(at.at("input")), number(at.at("output")));
  }

  private static BigDecimal number(Cursor at) {
    at.number();
    return new BigDecimal(((Json.Num) at.json()).text());
  }

  /// The price of a model, by any of its ids.
  public static Price of(String id) {
    return HERE.price(id);
  }

  private Price price(String id) {
    String name = id.replaceFirst("\\[.*]$", "").replaceFirst("-(latest|0|\\d{8})$", "");
    Price known = models.get(name);
    if (known != null) return known;
    return estimates.entrySet().stream().filter(each -> name.contains(each.getKey())).findFirst()
        .orElseThrow().getValue();
  }
}
