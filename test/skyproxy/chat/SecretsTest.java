package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.testing.Leaks;

/// Credentials in words that others wrote, and words that are none.
final class SecretsTest {

  @ParameterizedTest
  @FieldSource("skyproxy.testing.Leaks#SECRETS")
  void each_kind_is_masked_whole(String secret) {
    String bearer = secret.startsWith("abc") ? "Bearer " + secret : secret;
    assertEquals("No: ***", Secrets.masked("No: " + bearer));
  }

  @Test
  void all_of_a_sentence_are_masked_and_nothing_else() {
    String masked = Secrets.masked(Leaks.WORDS);
    Leaks.assertNone(masked);
    assertTrue(masked.startsWith("No: ***, ***") && masked.endsWith(" were refused."), masked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-abc***wxyz", "Incorrect: gsk_12****", "bearer x", "BEARER\n x.y",
      "hf_0123456789", "nvapi-0123456789", "csk-0123456789", "pplx-0123456789", "xai-0123456",
      "sk_0123456789", "pk-0123456789", "rt_0123456789ab", "AIza0123456789", "eyJ012345678",
      "a@b.cd", "bEaReR\tx"})
  void keys_of_other_houses_and_keys_quoted_in_part_are_masked(String secret) {
    assertTrue(Secrets.masked(secret).endsWith("***"), Secrets.masked(secret));
  }

  @ParameterizedTest
  @CsvSource({"http://user:hush@127.0.0.1:9 is set, http://***@127.0.0.1:9 is set",
      "at http://hush@[::1]:1/v1?x=1., at http://***@[::1]:1/v1?x=1.",
      "GET https://x.test/v1?key=hush&alt=sse, GET https://x.test/v1?key=***&alt=sse",
      "/v1?a=b&API_KEY=hush no, /v1?a=b&API_KEY=*** no", "/?access_token=hush, /?access_token=***",
      "http://127.0.0.1:8000/@x?monkey=1&keys=2, http://127.0.0.1:8000/@x?monkey=1&keys=2"})
  void what_is_secret_in_an_address_is_masked_and_the_rest_stays(String text, String masked) {
    assertEquals(masked, Secrets.masked(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"task-oriented and risk-averse", "npm install -g @openai/codex",
      "@anthropic-ai/claude-code@2.1.330", "claude-opus-4-6, gpt-5.5 and x-ai/grok-4", "start_time",
      "model 'rt_small' at http://127.0.0.1:8000/v1", "sk-", "Lydia: I am sworn to carry."})
  void other_words_stay_as_they_are(String words) {
    assertEquals(words, Secrets.masked(words));
  }

  @Test
  void no_text_stays_none() {
    assertNull(Secrets.masked(null));
  }

  @Test
  void long_words_are_masked_before_they_are_cut() {
    assertEquals("My key is ***…", Secrets.excerpt(" My\n key  is sk-ant-made-up so there", 13));
    assertEquals("Fine.", Secrets.excerpt("Fine.\r\n", 5));
  }

  /// Minutes each if a pattern began anew at every letter.
  @ParameterizedTest
  @Tag("anywhere")
  @ValueSource(strings = {"a", "a.", "sk-", "eyJ", "bearer", " ", "a@", "a@b.", "xai-", "AIza",
      "://", "://a", "?key=", "&token=a", "http://a:b"})
  void a_text_of_a_megabyte_takes_no_longer_for_what_it_holds(String piece) {
    Secrets.masked(piece.repeat(300_000));
  }

  @Test
  void every_failure_masks_its_own_message() throws Exception {
    for (Class<?> kind : Failure.class.getPermittedSubclasses()) {
      RecordComponent[] parts = kind.getRecordComponents();
      Object[] values = Arrays.stream(parts).map(part -> part.getName().equals("message")
          ? Leaks.WORDS : part.getType() == int.class ? (Object) 400
          : part.getType() == boolean.class ? (Object) false : null).toArray();
      var made = kind.getDeclaredConstructor(
          Arrays.stream(parts).map(RecordComponent::getType).toArray(Class[]::new));
      Failure failure = (Failure) made.newInstance(values);
      Leaks.assertNone(failure.message());
      Leaks.assertNone(failure.withMessage(Leaks.WORDS).message());
      Leaks.assertNone(new ChatException(failure).getMessage());
    }
  }
}
