package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.codex.CodexFailures.unsupported;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Failure;
import skyproxy.json.Json;
import skyproxy.testing.Leaks;
import skyproxy.upstream.UnsupportedParameters;

/// Codex's errors, one by one, as failures. None is a 401: the game would blame the player's key.
final class CodexFailuresTest {
  private static final CodexFailures ERRORS =
      new CodexFailures("gpt-9", List.of("gpt-5.5", "gpt-6-luna"), () -> Duration.ofMinutes(7));

  private static Failure typed(String info, String message) {
    return ERRORS.of((Json.Obj) Json.parse("""
        {"message":%s,"codexErrorInfo":%s,"additionalDetails":null}"""
        .formatted(new Json.Str(message), info)));
  }

  private static Failure status(String kind, int status) {
    return typed("{\"" + kind + "\":{\"httpStatusCode\":" + status + "}}", "unexpected");
  }

  @Test
  void a_refused_login_says_how_to_log_in() {
    for (Failure failure : List.of(typed("\"unauthorized\"", "x"),
        status("httpConnectionFailed", 401), status("httpConnectionFailed", 403),
        ERRORS.ofWords("unexpected status 401 Unauthorized: …"),
        ERRORS.ofWords("Your access token could not be refreshed. Please log out and sign in "
            + "again."))) {
      assertInstanceOf(Failure.Unauthorized.class, failure);
      assertTrue(failure.message().contains("codex login"), failure.message());
    }
  }

  @Test
  void too_many_requests_tell_when_to_come_back() {
    for (Failure failure : List.of(status("responseTooManyFailedAttempts", 429),
        typed("\"rateLimitExceeded\"", "slow down"),
        typed("\"other\"", "rate limit exceeded: Rate limit reached for gpt-9 in organization x"),
        ERRORS.ofWords("Reconnecting... 1/5 (exceeded retry limit, last status: 429 Too Many)"))) {
      assertEquals(Duration.ofMinutes(7),
          assertInstanceOf(Failure.RateLimited.class, failure).retryAfter());
    }
  }

  @Test
  void an_empty_purse_is_402_in_whatever_words_and_wherever_it_is_told() {
    for (Failure failure : List.of(typed("\"other\"", "Your workspace is out of credits."),
        typed("{\"responseTooManyFailedAttempts\":{\"httpStatusCode\":429}}",
            "You exceeded your current quota, please check your plan and billing details."),
        ERRORS.ofWords("{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}"))) {
      assertEquals(402, assertInstanceOf(Failure.Rejected.class, failure).status());
    }
  }

  @Test
  void a_plan_that_is_used_up_keeps_the_words_that_name_the_reset() {
    Failure failure = typed("\"usageLimitExceeded\"", "Try again at 6:17 PM.");
    assertInstanceOf(Failure.RateLimited.class, failure);
    assertEquals("Try again at 6:17 PM.", failure.message());
    assertInstanceOf(Failure.RateLimited.class,
        ERRORS.ofWords("You’ve hit your usage limit. Try again at 6:17 PM."));
  }

  @Test
  void a_model_that_the_account_lacks_is_answered_with_those_it_has() {
    for (Failure failure : List.of(typed("\"modelNotFound\"", "x"),
        typed("\"other\"", "{\"detail\":\"The 'gpt-9' model is not supported when using Codex\"}"),
        ERRORS.ofWords("The model `gpt-9` does not exist or you do not have access to it."))) {
      assertInstanceOf(Failure.UnknownModel.class, failure);
      assertTrue(failure.message().contains("gpt-5.5, gpt-6-luna"), failure.message());
    }
  }

  @Test
  void a_request_that_is_refused_keeps_the_upstreams_words_and_names() {
    Failure failure = typed("\"other\"", """
        {"error":{"message":"Invalid schema.","type":"invalid_request_error",
        "param":"text.format.schema","code":"invalid_json_schema"}}""");
    assertEquals(new Failure.Rejected(400, "Codex: Invalid schema.", "text.format.schema",
        "invalid_json_schema"), failure);
    assertEquals("context_length_exceeded", assertInstanceOf(Failure.TooLong.class,
        typed("\"contextWindowExceeded\"", "x")).code());
  }

  @Test
  void what_looks_like_a_credential_or_a_mail_address_is_never_passed_on() {
    String secrets = "sk-proj-made-up-1 and eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x or Bearer abc-1 of "
        + "player@example.com";
    for (Failure failure : List.of(typed("\"other\"", "Bad " + secrets),
        typed("\"other\"", "{\"detail\":\"Bad " + secrets + "\"}"),
        typed("\"usageLimitExceeded\"", "Bad " + secrets))) {
      assertTrue(failure.message().contains("Bad *** and *** or *** of ***"), failure.message());
    }
  }

  @Test
  void no_error_shows_a_credential_or_a_mail_address() {
    for (String kind : List.of("usageLimitExceeded", "sessionBudgetExceeded", "cyberPolicy",
        "contextWindowExceeded", "unauthorized", "rateLimitExceeded", "serverOverloaded",
        "internalServerError", "modelNotFound", "other", "aNewOne")) {
      Leaks.assertNone(typed("\"" + kind + "\"", Leaks.WORDS).message());
    }
    for (int status : new int[] {400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 529}) {
      Leaks.assertNone(typed("{\"httpConnectionFailed\":{\"httpStatusCode\":" + status + "}}",
          Leaks.WORDS).message());
      Leaks.assertNone(ERRORS.ofWords("status: " + status + " " + Leaks.WORDS).message());
    }
    Leaks.assertNone(ERRORS.ofWords("Reconnecting... 2/5 " + Leaks.WORDS).message());
    Leaks.assertNone(ERRORS.ofWords("{\"detail\":\"" + Leaks.WORDS + "\"}").message());
  }

  @Test
  void an_upstream_in_trouble_is_told_apart_from_one_without_room() {
    assertInstanceOf(Failure.Overloaded.class, typed("\"serverOverloaded\"", "x"));
    assertInstanceOf(Failure.Broken.class, typed("\"internalServerError\"", "x"));
    assertEquals(502, assertInstanceOf(Failure.Broken.class,
        status("httpConnectionFailed", 502)).status());
    assertInstanceOf(Failure.Garbled.class,
        typed("\"other\"", "stream disconnected before completion: x"));
    assertInstanceOf(Failure.Broken.class, typed("\"other\"", "who knows"));
    assertInstanceOf(Failure.Broken.class, typed("\"aNewOne\"", "who knows"));
    assertInstanceOf(Failure.Broken.class, ERRORS.of(Json.Obj.builder().build()));
  }

  @Test
  void what_a_policy_forbids_is_asked_of_nobody_else() {
    assertFalse(typed("\"cyberPolicy\"", "No.").letsNextTry());
  }

  @Test
  void only_what_a_second_try_can_mend_is_learned() {
    assertEquals(CodexConfig.SCHEMA, unsupported(rejected("Invalid schema", null)));
    assertEquals(CodexConfig.SCHEMA, unsupported(rejected("Not taken.", "text.format")));
    assertEquals(CodexConfig.EMPTY_INSTRUCTIONS,
        unsupported(rejected("Instructions are required", null)));
    assertNull(unsupported(rejected("Too long", null)));
    assertNull(unsupported(new Failure.Rejected(422, "Invalid schema", null, null)));
    assertNull(unsupported(new Failure.Unreachable("schema")));
  }

  @Test
  void only_an_upstream_that_insists_gets_instructions() {
    UnsupportedParameters unsupported = new UnsupportedParameters();
    assertEquals(new Json.Str(""),
        CodexConfig.threadStart(Path.of("x"), unsupported).get("baseInstructions"));
    unsupported.add(CodexConfig.ANY_MODEL, CodexConfig.EMPTY_INSTRUCTIONS);
    assertEquals(new Json.Str(CodexConfig.INSTRUCTIONS),
        CodexConfig.threadStart(Path.of("x"), unsupported).get("baseInstructions"));
  }

  private static Failure rejected(String message, String param) {
    return new Failure.Rejected(400, message, param, null);
  }
}
