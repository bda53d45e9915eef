package skyproxy.routing;

import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import skyproxy.chat.Cost;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Usage;
import skyproxy.chat.UsageWindow;
import skyproxy.settings.Settings;
import skyproxy.stats.Charge;
import skyproxy.stats.Stats;

/// The player's purse: counts what replies cost, and says who must not be asked any more. Any
/// number of threads.
///
/// A reply is charged before its client hears of its end, and each target looked at right before
/// it is asked. So a limit is exceeded by the replies that were under way when it was reached, and
/// by no other. A limit holds for what costs something: other models go on.
public final class Budget {
  private static final System.Logger LOG = System.getLogger(Budget.class.getName());
  private static final BigDecimal NEAR = new BigDecimal("0.8");
  private static final BigDecimal HUNDRED = new BigDecimal(100);
  private static final int TOLD = 100;

  /// A limit, and how far it is used up.
  ///
  /// @param place where it is set, `budget.day`
  /// @param provider whom it concerns, or null for all
  /// @param window the window of a plan, null for a limit in dollars
  /// @param limit dollars, or a share from 0 to 1
  /// @param used in the same unit
  /// @param ends when it begins anew
  public record Limit(String place, Provider provider, UsageWindow window, BigDecimal limit,
      BigDecimal used, Instant ends) {

    /// Whether nothing more may be spent.
    public boolean reached() {
      return used.compareTo(limit) >= 0;
    }

    /// Whether four fifths of it are used up.
    public boolean near() {
      return used.compareTo(limit.multiply(NEAR)) >= 0;
    }

    /// How it stands, for a player.
    public String words() {
      if (window == null) {
        return "$" + dollars(used) + " of the $" + dollars(limit) + " a day"
            + (provider == null ? "" : " for " + provider.title()) + " are spent";
      }
      return percent(used) + " of the window of " + window.name() + " of " + provider.title()
          + " is used up" + (limit.compareTo(BigDecimal.ONE) < 0
              ? ", and you allow " + percent(limit) : "");
    }

    private static String percent(BigDecimal share) {
      return share.multiply(HUNDRED).setScale(0, RoundingMode.HALF_UP) + " %";
    }

    private static String dollars(BigDecimal usd) {
      boolean cents = usd.compareTo(usd.setScale(2, RoundingMode.HALF_UP)) == 0;
      return usd.setScale(cents ? 2 : 4, RoundingMode.HALF_UP).toPlainString();
    }
  }

  private final Supplier<Settings.Budget> limits;
  private final Stats stats;
  private final Map<String, UsageWindow> windows = new ConcurrentHashMap<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  /// Models that were said to be free, and of which a reply has cost something.
  private final Set<String> unfree = ConcurrentHashMap.newKeySet();

  /// @param limits those that hold now
  /// @param stats where costs are counted, and whose clock tells the day
  public Budget(Supplier<Settings.Budget> limits, Stats stats) {
    this.limits = limits;
    this.stats = stats;
  }

  /// One that counts in memory alone and knows no limit but the plans' own.
  static Budget none() {
    return new Budget(() -> Settings.Budget.NONE, new Stats(null, _ -> { }));
  }

  /// Why a target must not be asked now; null when it may.
  Failure.BudgetReached refusal(Target target) {
    Provider provider = target.provider();
    Settings.Budget budget = limits.get();
    if (costs(target)) {
      for (Limit limit : days(budget, provider)) {
        if (limit.reached()) return refusal(limit);
      }
    }
    for (Limit limit : windows(budget, provider)) {
      if (limit.window().concerns(target.model()) && limit.reached()) return refusal(limit);
    }
    Instant extra = budget.extraUsage() ? null : provider.extraUsageUntil();
    return extra == null ? null : new Failure.BudgetReached(provider.title() + " is used up as far"
        + " as your plan goes, and more would be paid apart. The plan begins anew in "
        + words(left(extra)) + ". To go on all the same, set allow_extra_usage to true in the"
        + " settings file; or name a second model behind a >.", left(extra));
  }

  private boolean costs(Target target) {
    Price price = target.provider().price(target.model());
    return price != null && (!price.free() || unfree.contains(target.id()));
  }

  private Failure.BudgetReached refusal(Limit limit) {
    Duration left = left(limit.ends());
    return new Failure.BudgetReached("Your limit is reached: " + limit.words()
        + ". It begins anew in " + words(left) + ". Raise it on the page or as "
        + limit.place() + " in the settings file, or name a second model behind a > that costs"
        + " nothing.", left);
  }

  private Duration left(Instant end) {
    return Duration.between(stats.now(), end);
  }

  private static String words(Duration time) {
    return time.toMinutes() < 100 ? Math.max(1, time.toMinutes()) + " min"
        : time.plusMinutes(30).toHours() + " h";
  }

  /// Counts what a reply cost.
  ///
  /// @param whole whether it came to its end
  /// @return null when it cost nothing, or nobody knows how much
  Cost charge(Target target, Job job, Usage usage, boolean whole) {
    Provider provider = target.provider();
    Price price = provider.price(target.model());
    Cost cost = price == null ? null : price.cost(usage, whole);
    if (cost != null) {
      if (price.free()) unfree.add(target.id());
      stats.charge(new Charge(provider.name(), target.answering(), job, cost,
          price.saved(usage, whole)));
    }
    tell(provider);
    return cost;
  }

  /// The percentage by which the first window of a provider's plan has filled up since this was
  /// last asked. Plans tell it in whole percents, mostly, and late: so it says little of one
  /// reply, and a good deal of many, since each step counts for one of them.
  double drawn(Provider provider) {
    UsageWindow now = provider.plan().stream()
        .filter(window -> window.usedPercent() != null && window.runs(stats.now()))
        .findFirst().orElse(null);
    if (now == null) return 0;
    UsageWindow before = windows.put(provider.name(), now);
    if (before == null || !before.name().equals(now.name())) return 0;
    boolean same = before.runs(stats.now());
    return Math.max(0, now.usedPercent() - (same ? before.usedPercent() : 0));
  }

  private void tell(Provider provider) {
    for (Limit limit : of(limits.get(), provider)) {
      if (!limit.near() || limit.limit().signum() == 0) continue;
      String what = (limit.reached() ? "reached " : "near ") + limit.place() + " "
          + (limit.window() == null ? "" : limit.window().name()) + " " + limit.ends();
      if (told.size() > TOLD) told.clear();
      if (!told.add(what)) continue;
      LOG.log(Level.WARNING, limit.reached()
          ? "A limit is reached: {0}. Until it begins anew, in {1}, others answer where the game"
              + " names any. It is set on the page or as {2} in the settings file."
          : "A limit is near: {0}. It begins anew in {1}, and is set on the page or as {2} in the"
              + " settings file.",
          limit.words(), words(left(limit.ends())), limit.place());
    }
  }

  /// All limits that the player has set, as they stand.
  public List<Limit> limits(List<Provider> providers) {
    Settings.Budget budget = limits.get();
    List<Limit> all = new ArrayList<>();
    if (budget.day() != null) all.add(day(null, budget.day()));
    for (Provider provider : providers) {
      for (Limit limit : of(budget, provider)) {
        if (limit.provider() != null) all.add(limit);
      }
    }
    return all;
  }

  private List<Limit> of(Settings.Budget budget, Provider provider) {
    List<Limit> all = days(budget, provider);
    all.addAll(windows(budget, provider));
    return all;
  }

  private List<Limit> days(Settings.Budget budget, Provider provider) {
    List<Limit> days = new ArrayList<>();
    if (budget.day() != null) days.add(day(null, budget.day()));
    BigDecimal own = budget.days().get(provider.name());
    if (own != null) days.add(day(provider, own));
    return days;
  }

  private Limit day(Provider provider, BigDecimal limit) {
    return new Limit(provider == null ? "budget.day" : "budget.providers." + provider.name()
        + ".day", provider, null, limit,
        stats.spentToday(provider == null ? null : provider.name()), stats.endOfDay());
  }

  /// Those windows whose end is known and to come: of others the last report is worth nothing.
  private List<Limit> windows(Settings.Budget budget, Provider provider) {
    List<Limit> windows = new ArrayList<>();
    BigDecimal share = budget.windows().get(provider.name());
    if (share == null) return windows;
    for (UsageWindow window : provider.plan()) {
      if (window.usedPercent() == null || !window.runs(stats.now())
          || window.name().equals(UsageWindow.EXTRA)) {
        continue;
      }
      windows.add(new Limit("budget." + provider.name() + "_window", provider, window, share,
          BigDecimal.valueOf(window.usedPercent()).movePointLeft(2), window.resets()));
    }
    return windows;
  }
}
