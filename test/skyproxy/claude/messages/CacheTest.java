package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.json.Json;
import skyproxy.testing.CountingCache;

/// The share of a scene that its next line reads from Anthropic's cache, by a fake that counts as
/// Anthropic does: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
final class CacheTest {
  private static final String BIO = "Lydia was born in Whiterun. ".repeat(300);
  private static final String ASKED = "# Response Format\nRespond in character now.";

  private final CountingCache cache = CountingCache.ofMarks();
  private final List<String> history = new ArrayList<>();

  private CountingCache.Counted line() {
    List<Json> messages = new ArrayList<>();
    messages.add(message("system", "You are Lydia, a Female Nord in Skyrim. " + BIO));
    for (String said : history) {
      messages.add(said.startsWith("Lydia: ") ? message("assistant", said.substring(7))
          : message("user", said));
    }
    messages.add(message("user", ASKED));
    Json.Obj request = Json.Obj.builder().put("model", "claude-sonnet-5-5")
        .put("messages", new Json.Arr(messages)).build();
    return cache.ask(ClaudeEncoder.encode(
        ChatRequest.parse(request, ChatRequest.Caller.UNKNOWN), Set.of()));
  }

  private static Json message(String role, String text) {
    return Json.Obj.builder().put("role", role).put("content", text).build();
  }

  private void says(String... lines) {
    history.addAll(List.of(lines));
  }

  private void assertAllButTheNewIsRead(String... lines) {
    says(lines);
    CountingCache.Counted counted = line();
    long fresh = ASKED.length() + 2;
    for (String each : lines) fresh += each.replaceFirst("^Lydia: ", "").length() + 2;
    assertTrue(counted.all() - counted.read() <= fresh,
        counted.read() + " of " + counted.all() + " read, " + fresh + " new");
  }

  @Test
  void the_next_line_of_a_scene_reads_all_but_what_is_new() {
    says("*It is Morndas.*", "Tavi: Wait here.", "Degaine: Hurry.");
    assertEquals(0, line().read());
    assertAllButTheNewIsRead("Lydia: I'll be here.", "Tavi: Good.");
    assertAllButTheNewIsRead("Lydia: Aye.", "Tavi: Look!", "Degaine: A dragon!");
    assertAllButTheNewIsRead("*It roars.*");
    assertAllButTheNewIsRead("Degaine: Run!", "Tavi: No.");
  }

  @Test
  void a_history_that_grows_by_more_than_anthropic_looks_back_reads_what_was_there_before() {
    says("Tavi: Hail.", "Lydia: My Thane.", "Tavi: Off we go.");
    line();
    String[] walk = new String[30];
    for (int i = 0; i < walk.length; i++) walk[i] = i % 2 == 0 ? "Lydia: Mile " + i : "Tavi: Ho";
    says(walk);
    CountingCache.Counted counted = line();
    assertTrue(counted.read() >= BIO.length(), "at least the instructions: " + counted.read());
  }

  @Test
  void another_scene_of_the_same_character_reads_the_instructions() {
    says("Tavi: Hail.", "Lydia: My Thane.");
    line();
    history.clear();
    says("Degaine: You there.");
    assertTrue(line().read() >= BIO.length());
  }
}
