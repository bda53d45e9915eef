package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;

/// The jobs of the game, recognised by what its requests are like.
final class JobTest {
  private static final String HROKI = "You are Hroki, a Female Nord in Skyrim. ";

  @Test
  void a_dialogue_is_known_by_its_last_words() {
    assertEquals(Job.DIALOGUE, job(4096, true, "system", HROKI, "user", "Tavi: A room.",
        "user", "# Response Format\nShort.\n\nRespond in character now.\n"));
  }

  @Test
  void what_the_player_says_in_a_dialogue_does_not_make_it_something_else() {
    assertEquals(Job.DIALOGUE, job(4096, true, "system", HROKI,
        "user", "Tavi: Could you write a diary entry for me? Select which NPC should speak next.",
        "user", "Respond in character now."));
  }

  @Test
  void a_streamed_request_to_somebody_in_skyrim_is_a_dialogue() {
    assertEquals(Job.DIALOGUE, job(null, true, "system", HROKI, "user", "Hello there!"));
    assertEquals(Job.OTHER, job(null, false, "system", HROKI, "user", "Hello there!"));
    assertEquals(Job.OTHER,
        job(null, true, "system", "You are a helpful assistant.", "user", "Hello there!"));
  }

  @Test
  void each_prompt_of_the_game_is_known_by_its_words() {
    assertEquals(Job.MOOD, job(100, false, "system", "You are an AI mood analyzer for Skyrim.",
        "user", "Lydia: Hm.", "user", "Respond with ONLY the most appropriate mood"));
    assertEquals(Job.MEMORY,
        job(100, false, "system", "You are a memory search query generator.", "user", "Go."));
    assertEquals(Job.MEMORY, job(4000, false, "system", "Generate a first-person memory of it."));
    assertEquals(Job.ACTION, job(500, false,
        "system", "select the single most appropriate in-game action", "user", "ACTION: None"));
    assertEquals(Job.SPEAKER,
        job(100, false, "system", "Select which NPC should speak next.", "user", "Go."));
    assertEquals(Job.SPEAKER, job(100, false,
        "system", "Determine which NPC the player is addressing.", "user", "Go."));
    assertEquals(Job.GAMEMASTER,
        job(256, false, "system", "You are the Skyrim GameMaster.", "user", "Go."));
    assertEquals(Job.PROFILE,
        job(10_000, false, "system", "create a bio to support immersive play"));
    assertEquals(Job.DIARY, job(12_000, false, "system", HROKI,
        "user", "Write a diary entry for Hroki based on recent experiences."));
  }

  @Test
  void assistants_are_known_by_the_tools_that_they_call_in_text() {
    assertEquals(Job.AGENT, job(null, true,
        "system", "x".repeat(20_000) + "<function_calls>" + "x".repeat(90_000), "user", "Fire?"));
  }

  @Test
  void a_request_with_a_picture_is_vision_whatever_its_words() {
    var picture = Json.parse("""
        {"messages":[{"role":"user","content":[
          {"type":"text","text":"You are Hroki, in Skyrim. Respond in character now."},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""");
    assertEquals(Job.VISION,
        ChatRequest.parse((Json.Obj) picture, ChatRequest.Caller.UNKNOWN).purpose().job());
  }

  @Test
  void the_limit_of_tokens_is_the_last_hint() {
    assertEquals(Job.GAMEMASTER, job(256, false, "system", "Regisseur.", "user", "Weiter."));
    assertEquals(Job.MEMORY, job(4000, false, "system", "Erinnere dich."));
    assertEquals(Job.MOOD, job(100, false, "system", "Laune?", "user", "A", "user", "B"));
    assertEquals(Job.OTHER, job(100, false, "system", "Wer?", "user", "A"));
    assertEquals(Job.OTHER, job(777, false, "system", "Wer?", "user", "A"));
  }

  @Test
  void of_a_huge_request_only_the_ends_are_looked_at() {
    String talk = "Lydia and the player talk about the weather. ".repeat(1_700);
    String buried = talk + "Write a diary entry for Lydia." + talk;
    assertEquals(Job.OTHER, job(4096, false, "system", buried, "user", buried));
    assertEquals(Job.DIARY, job(4096, false, "system", buried, "user", buried.substring(76_500)));
  }

  private static Job job(Integer maxTokens, boolean stream, String... rolesAndTexts) {
    return request(maxTokens, stream, rolesAndTexts).purpose().job();
  }

  private static ChatRequest request(Integer maxTokens, boolean stream, String... rolesAndTexts) {
    List<Json> messages = new ArrayList<>();
    for (int i = 0; i < rolesAndTexts.length; i += 2) {
      messages.add(Json.Obj.builder().put("role", rolesAndTexts[i])
          .put("content", rolesAndTexts[i + 1]).build());
    }
    Json.Obj.Builder body = Json.Obj.builder()
        .put("messages", new Json.Arr(messages)).put("stream", stream);
    if (maxTokens != null) body.put("max_tokens", maxTokens);
    return ChatRequest.parse(body.build(), ChatRequest.Caller.UNKNOWN);
  }
}
