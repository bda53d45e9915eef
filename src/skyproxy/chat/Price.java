package skyproxy.chat;

import java.math.BigDecimal;
import java.util.List;

/// The price of a model's tokens. What a reply costs is worked out here, and nowhere else.
///
/// @param tiers by the size of the prompt, the smallest first; empty where the upstream alone
///     knows the price, and tells it with each reply
/// @param call what each request costs besides, in US dollars
/// @param estimated whether the bill may say something else, so that the upstream's word goes first
public record Price(List<Tier> tiers, BigDecimal call, boolean estimated) {

  /// Only known when the upstream has told.
  public static final Price TOLD = new Price(List.of(), true);

  private static final BigDecimal FIVE_MINUTES = new BigDecimal("1.25");
  private static final BigDecimal HOUR = new BigDecimal("2");
  private static final BigDecimal READ = new BigDecimal("0.1");

  /// Nothing, unless the upstream tells otherwise.
  public static final Price FREE =
      new Price(List.of(Tier.perMillion(Long.MAX_VALUE, BigDecimal.ZERO, BigDecimal.ZERO)), true);

  /// The prices for prompts up to a number of tokens, each in US dollars a token.
  ///
  /// @param cached for what is read from a cache
  /// @param written for what is written to it
  /// @param writtenForHour the same for what it keeps for an hour
  public record Tier(long upTo, BigDecimal input, BigDecimal cached, BigDecimal written,
      BigDecimal writtenForHour, BigDecimal output) {

    /// With the usual factors for a cache, from prices for a million tokens.
    public static Tier perMillion(long upTo, BigDecimal input, BigDecimal output) {
      BigDecimal one = input.movePointLeft(6);
      return new Tier(upTo, one, one.multiply(READ), one.multiply(FIVE_MINUTES),
          one.multiply(HOUR), output.movePointLeft(6));
    }

    private BigDecimal of(Usage usage) {
      long plain = Math.max(0, usage.prompt() - usage.cached() - usage.written());
      return times(input, plain).add(times(cached, usage.cached()))
          .add(times(written, usage.written() - usage.writtenForHour()))
          .add(times(writtenForHour, usage.writtenForHour()))
          .add(times(output, usage.completion()));
    }

    /// What more the same tokens would cost without a cache; below zero where little was read of
    /// what was written.
    private BigDecimal saved(Usage usage) {
      return of(new Usage(usage.prompt(), usage.completion(), 0, 0)).subtract(of(usage));
    }

    private static BigDecimal times(BigDecimal price, long tokens) {
      return price.multiply(BigDecimal.valueOf(tokens));
    }
  }

  public Price {
    tiers = List.copyOf(tiers);
  }

  /// For tokens alone.
  public Price(List<Tier> tiers, boolean estimated) {
    this(tiers, BigDecimal.ZERO, estimated);
  }

  /// One price for prompts of any size, in US dollars a token.
  public static Price of(Tier tier) {
    return new Price(List.of(tier), false);
  }

  /// The cost of a reply; null when it costs nothing, or nobody has told enough. What its upstream
  /// says goes first, but not before a price that is known: nobody knows in what unit a server of
  /// the player's own tells it.
  ///
  /// @param whole whether the reply came to its end, so that all was counted
  public Cost cost(Usage usage, boolean whole) {
    boolean told = estimated && usage.cost() != null;
    if (free() && !(told && usage.cost().signum() > 0)) return null;
    if (told) return new Cost(usage.cost(), false);
    if (tiers.isEmpty() || usage.total() == 0) return null;
    return new Cost(tier(usage).of(usage).add(call), estimated || !whole);
  }

  /// What a cache saved of the cost of a reply, writing to it included; null where no price is
  /// known or nothing was counted.
  ///
  /// @param whole whether the reply came to its end, so that all was counted
  public Cost saved(Usage usage, boolean whole) {
    return tiers.isEmpty() || usage.total() == 0 ? null
        : new Cost(tier(usage).saved(usage), estimated || !whole);
  }

  private Tier tier(Usage usage) {
    return tiers.stream().filter(each -> usage.prompt() <= each.upTo).findFirst()
        .orElse(tiers.getLast());
  }

  /// Whether all of it is for nothing, as far as is known before the upstream tells.
  public boolean free() {
    return call.signum() == 0 && !tiers.isEmpty() && tiers.stream().allMatch(each ->
        each.input.signum() == 0 && each.output.signum() == 0);
  }
}
