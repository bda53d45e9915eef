package skyproxy.settings;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Cost;
import skyproxy.chat.Price;
import skyproxy.json.Cursor;

/// The members of the settings file that are about money. Throws a [Cursor.Mismatch] that names
/// the wrong one. Also what is spelled wrong is wrong: it would be no limit.
final class MoneySettings {
  private static final List<String> PRICE = List.of("input", "cached", "written", "output");

  /// The plans whose windows are known.
  static final List<String> PLANS = List.of("claude", "codex");

  private MoneySettings() {}

  /// @param servers the names of those that are configured
  static Settings.Budget budget(Cursor root, Collection<String> servers) {
    boolean extraUsage = root.at("allow_extra_usage").boolOr(false);
    Cursor at = root.at("budget");
    if (at.isMissing()) {
      return new Settings.Budget(null, Map.of(), Map.of(), extraUsage);
    }
    Map<String, BigDecimal> windows = new LinkedHashMap<>();
    at.members().forEach((name, member) -> {
      String plan = name.replaceFirst("_window$", "");
      boolean window = !plan.equals(name) && PLANS.contains(plan);
      if (!window && !List.of("day", "providers").contains(name)) {
        throw member.mismatch("is no limit: there are day, claude_window, codex_window, providers");
      }
      if (window && !member.isMissing()) windows.put(plan, share(member));
    });
    return new Settings.Budget(day(at.at("day")), days(at.at("providers"), servers),
        Collections.unmodifiableMap(windows), extraUsage);
  }

  private static Map<String, BigDecimal> days(Cursor at, Collection<String> servers) {
    Map<String, BigDecimal> days = new LinkedHashMap<>();
    if (at.isMissing()) return days;
    at.members().forEach((name, limits) -> {
      if (!FileSettings.PROVIDERS.contains(name) && !servers.contains(name)) {
        throw limits.mismatch("is the name of no provider");
      }
      limits.members().forEach((limit, member) -> {
        if (!limit.equals("day")) throw member.mismatch("is no limit: there is day");
      });
      BigDecimal day = day(limits.at("day"));
      if (day != null) days.put(name, day);
    });
    return Collections.unmodifiableMap(days);
  }

  private static BigDecimal day(Cursor at) {
    return at.isMissing() ? null : amount(at);
  }

  private static BigDecimal share(Cursor at) {
    at.number();
    BigDecimal share = Cost.told(at.json());
    if (share == null || share.compareTo(BigDecimal.ONE) > 0) {
      throw at.mismatch("must be a share, from 0 to 1");
    }
    return share;
  }

  private static BigDecimal amount(Cursor at) {
    at.number();
    BigDecimal amount = Cost.told(at.json());
    if (amount == null) throw at.mismatch("must be US dollars, a number from 0 on");
    return amount;
  }

  /// The prices of a server's models, by their ids; the file has them in dollars for a million
  /// tokens.
  static Map<String, Price> prices(Cursor at) {
    Map<String, Price> prices = new LinkedHashMap<>();
    if (at.isMissing()) return prices;
    at.members().forEach((model, price) -> prices.put(model.strip(), price(price)));
    return Collections.unmodifiableMap(prices);
  }

  private static Price price(Cursor at) {
    at.members().forEach((name, member) -> {
      if (!PRICE.contains(name)) {
        throw member.mismatch("is no price: there are " + String.join(", ", PRICE));
      }
    });
    BigDecimal input = perToken(at.at("input"));
    BigDecimal written = at.at("written").isMissing() ? input : perToken(at.at("written"));
    return Price.of(new Price.Tier(Long.MAX_VALUE, input,
        at.at("cached").isMissing() ? input : perToken(at.at("cached")), written, written,
        perToken(at.at("output"))));
  }

  private static BigDecimal perToken(Cursor at) {
    return amount(at).movePointLeft(6);
  }
}
