package skyproxy.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import skyproxy.json.Json;

/// An amount of US dollars, to a millionth of a millionth: exact for any price there is.
///
/// @param estimated whether the bill may say something else
public record Cost(BigDecimal usd, boolean estimated) {
  private static final int SCALE = 12;
  private static final int LONGEST = 40;
  private static final BigDecimal MOST = new BigDecimal("1e9");

  public Cost {
    usd = rounded(usd);
  }

  /// The sum of two; null stands for none.
  public static Cost sum(Cost one, Cost other) {
    if (one == null || other == null) return one == null ? other : one;
    return new Cost(one.usd.add(other.usd), one.estimated || other.estimated);
  }

  /// An amount that somebody else has written, as a number or in quotes; null when it is none.
  public static BigDecimal told(Json amount) {
    String text = switch (amount) {
      case Json.Num number -> number.text();
      case Json.Str string -> string.value().strip();
      case null, default -> "";
    };
    if (!text.matches("\\d[\\d.]*([eE]-?\\d{1,2})?") || text.length() > LONGEST) return null;
    try {
      BigDecimal value = new BigDecimal(text);
      return value.compareTo(MOST) > 0 ? null : rounded(value);
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  /// An amount that [#json] has written, which may be below zero; null when it is none.
  public static BigDecimal saved(Json amount) {
    boolean below = amount instanceof Json.Num(var text) && text.startsWith("-");
    if (!below) return told(amount);
    BigDecimal size = told(new Json.Num(((Json.Num) amount).text().substring(1)));
    return size == null ? null : size.negate();
  }

  /// The same amount with as many places as it needs.
  public static Json.Num json(BigDecimal usd) {
    return new Json.Num(usd.stripTrailingZeros().toPlainString());
  }

  private static BigDecimal rounded(BigDecimal usd) {
    return usd.scale() <= SCALE ? usd : usd.setScale(SCALE, RoundingMode.HALF_UP);
  }
}
