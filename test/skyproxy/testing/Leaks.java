package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;

/// Made-up credentials of all kinds in one sentence, for upstreams and programs that quote them.
public final class Leaks {
  /// Each of them whole.
  public static final List<String> SECRETS = List.of("sk-proj-made-up-1", "sk-ant-oat01-made-up",
      "sk-or-v1-0123abcd", "gsk_madeup0123", "pk-madeup0123", "xai-madeup0123",
      "AIzaSyMade-up_0123", "abc.def/1+2==", "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x-y",
      "rt_MadeUp.0123456789", "player.one+skyrim@mail.example.com", "player@example.com");

  /// A sentence that holds them all, with nothing in it that JSON escapes.
  public static final String WORDS = "No: "
      + String.join(", ", SECRETS).replace("abc.", "Bearer abc.") + " were refused.";

  private Leaks() {}

  /// Fails when the text shows one of them, or the longer part of one.
  public static void assertNone(String text) {
    for (String secret : SECRETS) {
      String part = secret.substring(secret.length() / 3);
      assertFalse(text.contains(part), () -> part + " shows in: " + text);
    }
  }
}
