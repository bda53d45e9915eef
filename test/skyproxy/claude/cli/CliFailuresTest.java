package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Failure;
import skyproxy.testing.Leaks;

/// Errors of the CLI, by the sentences that it was seen to say.
final class CliFailuresTest {
  private static final CliFailures FAULT = new CliFailures("claude-sonnet-5-5",
      CliFailures::notLoggedIn);

  @Test
  void somebody_must_log_in() {
    var told = assertInstanceOf(Failure.NotReady.class,
        FAULT.of("authentication_failed", 0, "Not logged in · Please run /login", null));
    assertTrue(told.message().contains("Run `claude` in a terminal"), told.message());
    assertInstanceOf(Failure.Unauthorized.class, FAULT.of("authentication_failed", 401,
        "Failed to authenticate. API Error: 401 OAuth token has expired.", null));
    var disabled = assertInstanceOf(Failure.Unauthorized.class, FAULT.of("oauth_org_not_allowed",
        403, "Your organization has disabled Claude subscription access for Claude Code", null));
    assertTrue(disabled.message().contains("organization"), disabled.message());
  }

  @Test
  void the_limit_of_a_plan_has_an_end() {
    var told = assertInstanceOf(Failure.RateLimited.class, FAULT.of("rate_limit", 429,
        "You've hit your 5-hour limit · resets 8:50pm (UTC)", Duration.ofMinutes(50)));
    assertEquals(Duration.ofMinutes(50), told.retryAfter());
    assertTrue(told.message().contains("resets 8:50pm"), told.message());
  }

  @Test
  void a_limit_that_is_not_the_plans_is_not_called_so() {
    var told = assertInstanceOf(Failure.RateLimited.class, FAULT.of("rate_limit", 429,
        "API Error: Server is temporarily limiting requests (not your usage limit) · Number of"
            + " concurrent connections has exceeded your rate limit.", null));
    assertFalse(told.message().contains("this plan"), told.message());
  }

  @Test
  void what_is_billed_apart_is_told_in_anthropics_words_and_left_alone_for_a_while() {
    var told = assertInstanceOf(Failure.RateLimited.class, FAULT.of("unknown", 400,
        "API Error: 400 Third-party apps now draw from your extra usage, not your plan limits.",
        null));
    assertTrue(told.message().endsWith(
        "Anthropic says: Third-party apps now draw from your extra usage, not your plan limits."),
        told.message());
    assertTrue(told.retryAfter().toMinutes() >= 5);
    assertTrue(told.letsNextTry());
  }

  @Test
  void other_refusals_keep_their_status() {
    assertEquals(400, rejected("unknown", 400, "API Error: 400 messages.0: bad thing").status());
    for (int status : new int[] {0, 400, 402, 403, 429}) {
      for (String kind : new String[] {"", "billing_error", "rate_limit", "invalid_request"}) {
        assertEquals(402, rejected(kind, status, "Credit balance is too low").status());
      }
    }
    assertEquals(413, assertInstanceOf(Failure.TooLong.class,
        FAULT.of("invalid_request", 413, "Request too large (max 32MB).", null)).status());
    assertEquals(400, assertInstanceOf(Failure.TooLong.class,
        FAULT.of("invalid_request", 400, "Prompt is too long", null)).status());
  }

  private static Failure.Rejected rejected(String kind, int status, String words) {
    return assertInstanceOf(Failure.Rejected.class, FAULT.of(kind, status, words, null));
  }

  @Test
  void no_error_shows_a_credential_or_a_mail_address() {
    for (String kind : new String[] {"", "unknown", "rate_limit", "authentication_failed",
        "oauth_org_not_allowed", "model_not_found", "billing_error", "invalid_request",
        "server_error"}) {
      for (int status : new int[] {0, 400, 401, 402, 403, 404, 413, 429, 500, 529}) {
        for (String more : new String[] {"", " extra usage", " not your usage limit"}) {
          Leaks.assertNone(FAULT.of(kind, status, Leaks.WORDS + more, null).message());
        }
      }
    }
  }

  @Test
  void failures_of_servers_and_networks_let_the_next_one_try() {
    assertInstanceOf(Failure.Overloaded.class,
        FAULT.of("server_error", 529, "API Error: 529 Overloaded.", null));
    assertInstanceOf(Failure.Broken.class,
        FAULT.of("server_error", 500, "API Error: 500 Internal server error.", null));
    assertInstanceOf(Failure.Unreachable.class, FAULT.of("server_error", 0,
        "API Error: Connection dropped (ECONNRESET).", null));
    assertInstanceOf(Failure.UnknownModel.class, FAULT.of("model_not_found", 404,
        "There's an issue with the selected model (claude-sonnet-5-5).", null));
    assertInstanceOf(Failure.Broken.class, FAULT.of("unknown", 0,
        "API Error: API returned an empty or malformed response (HTTP 200)", null));
  }
}
