package skyproxy.upstream;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/// The status that an upstream's error means. Servers tell an empty purse, a spent limit, a refused
/// key and a lack of capacity with whatever status they like, and inside a reply that began well
/// with none: where their words are clear, those count.
public final class MeantStatus {
  private static final int READ = 4_000;

  /// @param believed the statuses with which the words are meant so; 0 is none
  private record Fact(int status, IntPredicate believed, Pattern words) {
    Fact(int status, IntPredicate believed, String... words) {
      this(status, believed, Pattern.compile(String.join("|", words),
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
    }
  }

  /// The first that fits counts. A purse is empty before a limit is spent: "used all credits or
  /// reached its spending limit". One request that is larger than the limit spends nothing.
  private static final List<Fact> FACTS = List.of(
      new Fact(402, _ -> true,
          "insufficient[ _-](?:\\w{1,20}[ _-])?(?:balance|quota|funds?|credits?)",
          "(?:balance|credits?|funds)\\b.{0,30}\\b(?:insufficient|too low|exhausted|depleted"
              + "|used up|negative|not enough|run out|ran out)",
          "\\b(?:not|n't) (?:have )?(?:enough|sufficient|any) (?:\\w{1,20} )?"
              + "(?:balance|credits?|funds)",
          "\\b(?:no|out of|zero) (?:more |remaining )?credits?\\b",
          "requires? (?:more|additional) credits",
          "(?:exceeded|used) (?:up )?(?:all )?(?:of )?(?:your )?(?:\\w{1,20} ){0,2}credits",
          "payment[ _]required|billing_error|billing_not_active|billing[ _]hard[ _]limit",
          "check your billing|\\barrearage|\\barrears",
          "exceeded your current quota"
              + "(?!.{0,2000}(?:retry|rate.?limit|per (?:minute|day)|free.tier))",
          "\\A(?!.*(?:usage|rate)[ _-]?limit).*(?:\\btop[ -]?up\\b|\\brecharge\\b"
              + "|\\b(?:add|buy|purchase) (?:more |some )?(?:credits?|funds)\\b)"),
      new Fact(413, status -> status == 0,
          "request too large.{0,300}\\b(?:tokens per min|TPM\\b)"),
      new Fact(429, status -> status == 0 || status == 400 || status == 403 || status >= 500,
          "rate[ _-]?limit|too[ _]many[ _](?:concurrent[ _])?requests|usage[ _]limit",
          "\\b(?:requests|tokens) per (?:sec|min|hour|day)|\\b[TR]P[MSDH]\\b|\\bthrottl",
          "resource[ _](?:has been )?exhausted|quota[ _]exceeded",
          "exceeded (?:your|the) .{0,20}quota",
          "\\b(?:session|weekly|daily|monthly|hourly|spend(?:ing)?|requests?|tokens?|api)"
              + " (?:usage )?(?:limit|cap|quota)s?\\b.{0,40}\\b(?:reach|exceed|hit|spent|used)",
          "\\b(?:reach|exceed|hit|spent)\\w* .{0,30}\\b(?:session|weekly|daily|monthly|hourly"
              + "|spend(?:ing)?|requests?|usage) (?:limit|cap|quota)"),
      new Fact(401, status -> status == 0 || status == 400,
          "\\b(?:invalid|incorrect|missing|wrong|no) (?:\\w{1,20} )?api[ _-]?key|invalid_api_key",
          "api[ _-]?key (?:is )?(?:not valid|invalid|expired|missing|required)",
          "unauthenticated|authentication_error|\\bunauthorized\\b"),
      new Fact(529, status -> status == 0 || status >= 500,
          "\\boverloaded|overloaded_error|server_overload|\\b(?:over|at|no) capacity"));

  private MeantStatus() {}

  /// The one that some words mean, or the one that they came with.
  ///
  /// @param status 0 when it is unknown
  /// @param words all there are: kind, code and message
  public static int of(int status, String words) {
    String read = words.length() <= READ ? words
        : words.substring(0, READ / 2) + words.substring(words.length() - READ / 2);
    for (Fact fact : FACTS) {
      if (fact.believed.test(status) && fact.words.matcher(read).find()) return fact.status;
    }
    return status;
  }
}
