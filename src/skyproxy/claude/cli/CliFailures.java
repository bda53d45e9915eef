package skyproxy.claude.cli;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.chat.Secrets;
import skyproxy.claude.messages.ClaudeFailures;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.upstream.MeantStatus;

/// Turns an error of the CLI into a failure whose message says what to do.
///
/// The CLI reports errors as an `assistant` line with a kind and a `result` line with the HTTP
/// status, if there was one; both hold the same sentence, which is Anthropic's or its own.
///
/// @param model what was asked for
/// @param login tells why nobody is logged in
record CliFailures(String model, Supplier<Failure> login) {
  /// More of the CLI's words than that nobody reads.
  private static final int LONGEST = 1_000;

  private static final Duration AFTER_LOGIN = Duration.ofSeconds(30);
  private static final Pattern PREFIX =
      Pattern.compile("^(?:Failed to authenticate\\. )?API Error:(?: \\d{3}\\b)?\\s*");

  static Failure.NotReady notLoggedIn() {
    return new Failure.NotReady("Claude is not logged in. Run `claude` in a terminal, log in with"
        + " /login, and try again.", AFTER_LOGIN);
  }

  /// The documented end of `claude -p` with a plan's login: to log in again would not help.
  static Failure.NotReady loginIgnored() {
    return new Failure.NotReady(ClaudeCli.LOGIN_IGNORED, AFTER_LOGIN);
  }

  static Failure.NotReady tooOld(String flag) {
    return new Failure.NotReady("The Claude CLI is too old: it does not know " + flag
        + ". Update it with `claude update`, then restart the proxy.", null);
  }

  /// @param how its exit code, and its last words
  static Failure.NotReady endsAtOnce(String how) {
    return new Failure.NotReady("The Claude CLI ends as soon as it is started (" + how
        + "). Run `claude` in a terminal to see why.", null);
  }

  static Failure brokenOff(String words) {
    return new Failure.Garbled("Claude's answer broke off in the middle. Try again. "
        + Secrets.excerpt(words, LONGEST));
  }

  /// @param kind what the CLI calls it, or ""
  /// @param status the HTTP status, 0 when there was none
  /// @param words the CLI's sentence
  /// @param untilReset how long the plan's limit holds, or null
  Failure of(String kind, int status, String words, Duration untilReset) {
    String said = Secrets.excerpt(PREFIX.matcher(words).replaceFirst(""), LONGEST);
    ClaudeFailures claude = new ClaudeFailures(ClaudeMode.CLI, model);
    int meant = MeantStatus.of(status, kind + " " + said);
    if (meant == 429) return limited(claude, said, untilReset);
    boolean told = meant == 402 || meant == 529 || ClaudeFailures.isBilledApart(said);
    if (status == 0 && !told) return withoutStatus(kind, said, claude);
    String type = switch (kind) {
      case "", "unknown" -> "invalid_request_error";
      default -> kind;
    };
    return claude.of(status, type, said, null);
  }

  /// No call was made, or none that was answered.
  private Failure withoutStatus(String kind, String said, ClaudeFailures claude) {
    return switch (kind) {
      case "authentication_failed" -> login.get();
      case "oauth_org_not_allowed" -> claude.of(403, kind, said, null);
      case "model_not_found" -> claude.of(404, kind, said, null);
      case "billing_error" -> claude.of(402, kind, said, null);
      case "invalid_request" -> claude.of(400, kind, said, null);
      case "server_error" -> new Failure.Unreachable(
          "The Claude CLI could not reach Anthropic. Check that this computer is online. " + said);
      default -> new Failure.Broken(502, "The Claude CLI failed. Try again. " + said);
    };
  }

  private static Failure limited(ClaudeFailures claude, String said, Duration untilReset) {
    Failure plan = claude.of(429, "rate_limit_error", said, untilReset);
    return said.contains("not your usage limit")
        ? plan.withMessage("Anthropic lets no more requests through for the moment. Try again, or"
            + " choose another model. Anthropic says: " + said)
        : plan;
  }
}
