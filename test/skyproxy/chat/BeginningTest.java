package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;

/// Which prompts begin alike, for who caches them.
final class BeginningTest {
  private static final String BIO = "Lydia was born in Whiterun. ".repeat(300);

  /// @param messages `s:` a system's, else a user's
  private static long of(String... messages) {
    List<Json> all = new ArrayList<>();
    for (String message : messages) {
      boolean system = message.startsWith("s:");
      all.add(Json.Obj.builder().put("role", system ? "system" : "user")
          .put("content", message).build());
    }
    return Beginning.of(ChatRequest.parse(Json.Obj.builder()
        .put("messages", new Json.Arr(all)).build(), ChatRequest.Caller.UNKNOWN).messages());
  }

  @Test
  void a_history_that_grows_begins_alike() {
    assertEquals(of("s:" + BIO, "Hail."), of("s:" + BIO, "Hail.", "Off we go."));
    assertEquals(of("s:Rules.", "s:" + BIO, "Hail."), of("s:Rules.", "s:" + BIO, "Ho."));
  }

  @Test
  void a_change_anywhere_in_the_instructions_is_another_beginning() {
    String end = BIO.substring(1) + "!";
    assertNotEquals(of("s:" + BIO, "Hail."), of("s:" + end, "Hail."));
    assertNotEquals(of("s:" + BIO, "Hail."), of("s:" + BIO + "!", "Hail."));
    assertNotEquals(of("s:Rules.", "s:" + BIO, "Ho."), of("s:Rules", "s:." + BIO, "Ho."));
    assertNotEquals(of("s:Rules.", "s:" + BIO, "Ho."), of("s:Rules.", "s:" + end, "Ho."));
    assertNotEquals(of("s:" + BIO, "Hail."), of("u:" + BIO, "Hail."), "somebody else says it");
  }

  @Test
  void of_a_prompt_in_one_piece_its_first_letters_count() {
    assertEquals(of(BIO + "Remember the fight."), of(BIO + "Remember the feast."));
    assertNotEquals(of("Now. " + BIO), of("Then. " + BIO));
  }
}
