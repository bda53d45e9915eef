package skyproxy.claude.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;

/// Requests of every shape against the bodies that Anthropic gets: pairs of files in
/// `fixtures/claude/encode`.
final class ClaudeEncoderTest {
  private static final String LONG = "It was a dark and stormy night. ".repeat(300);

  @Test
  void requests_become_the_bodies_of_their_golden_files() throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.path("claude/encode"))) {
      List<Path> requests =
          files.filter(file -> file.toString().endsWith(".request.json")).sorted().toList();
      assertTrue(requests.size() > 15);
      for (Path file : requests) {
        String name = file.getFileName().toString().replace(".request.json", "");
        Json expected = Json.parse(Fixtures.text("claude/encode/" + name + ".body.json"));
        assertEquals(expected.toString(), encode(Files.readString(file, UTF_8)).toString(), name);
      }
    }
  }

  @Test
  void the_stable_prefix_is_marked_for_the_cache() {
    Json.Obj body = encode(message("system", LONG), message("user", "a"),
        message("assistant", "b"), message("user", "c"));
    assertEquals(List.of("system[0]", "messages[1].content[0]"), marks(body));
  }

  @Test
  void the_first_of_several_instructions_is_marked_too() {
    Json.Obj body = encode(message("system", LONG), message("system", "Now."),
        message("user", "a"), message("assistant", "b"), message("user", "c"));
    assertEquals(List.of("system[0]", "system[1]", "messages[1].content[0]"), marks(body));
  }

  @Test
  void a_short_prefix_is_not_marked() {
    assertEquals(List.of(), marks(encode(message("system", "Be brief."), message("user", "a"),
        message("assistant", "b"), message("user", "c"))));
  }

  @Test
  void marks_are_never_more_than_four_with_those_of_a_template() {
    Json.Obj marked = (Json.Obj) Json.parse("""
        {"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}""");
    for (int count = 0; count <= 4; count++) {
      List<Json> blocks = Stream.<Json>generate(() -> marked).limit(count).toList();
      Json.Obj template = Json.Obj.builder().put("system", new Json.Arr(blocks)).build();
      Json.Obj body = ClaudeEncoder.encode(request(message("system", LONG),
          message("system", LONG), message("user", "a"), message("assistant", "b"),
          message("user", "c")), Set.of(), template);
      assertEquals(Math.min(4, count + 3), marks(body).size());
    }
  }

  @Test
  void a_template_stands_before_the_instructions_and_brings_its_metadata() {
    Json.Obj template = (Json.Obj) Json.parse("""
        {"system":[{"type":"text","text":"A"}],"metadata":{"user_id":"u"}}""");
    Cursor body = Cursor.of(ClaudeEncoder.encode(
        request(message("system", "B"), message("user", "c")), Set.of(), template));
    assertEquals("A", body.at("system").at(0).at("text").string());
    assertEquals("B", body.at("system").at(1).at("text").string());
    assertEquals("u", body.at("metadata").at("user_id").string());
  }

  @Test
  void the_answer_to_a_tool_call_is_taken_without_the_thoughts_that_led_to_the_call() {
    String talk = """
        "reasoning_effort":"high","messages":[{"role":"user","content":"a"},
        {"role":"assistant","tool_calls":[{"id":"c","type":"function",
          "function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c","content":"b"}]}""";
    assertNull(ClaudeEncoder.encode(
        request("{\"model\":\"claude-haiku-4-5-20251001\"," + talk), Set.of()).get("thinking"));
    assertNotNull(ClaudeEncoder.encode(
        request("{\"model\":\"claude-sonnet-5-5\"," + talk), Set.of()).get("thinking"));
  }

  @Test
  void what_a_model_refuses_is_left_out() {
    ChatRequest request = request("""
        {"model":"claude-haiku-4-5-20251001","temperature":0.5,"top_p":0.9,"stop":["X"],
         "messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""");
    Json.Obj body = ClaudeEncoder.encode(request, Set.of("temperature", "prefill"));
    assertNull(body.get("temperature"));
    assertNotNull(body.get("top_p"));
    assertEquals("user", Cursor.of(body).at("messages").at(2).at("role").string());
  }

  @Test
  void a_model_that_refuses_to_be_kept_from_thinking_gets_the_lowest_effort() {
    ChatRequest request = request("""
        {"model":"claude-haiku-5-5","messages":[{"role":"user","content":"a"}]}""");
    assertNotNull(ClaudeEncoder.encode(request, Set.of()).get("thinking"));
    Cursor body = Cursor.of(ClaudeEncoder.encode(request, Set.of("thinking")));
    assertTrue(body.at("thinking").isMissing());
    assertEquals("low", body.at("output_config").at("effort").string());
  }

  @Test
  void a_request_for_a_few_words_leaves_no_room_for_thoughts() {
    Cursor body = Cursor.of(encode("""
        {"model":"claude-sonnet-5-5","max_tokens":100,"reasoning_effort":"high","messages":[%s]}"""
        .formatted(message("user", "a"))));
    assertEquals("between_tools", body.at("thinking").at("type").string());
    assertTrue(body.at("output_config").isMissing());
  }

  @Test
  void a_picture_is_told_by_its_bytes_rather_than_by_its_label() {
    Cursor source = Cursor.of(encode("""
        {"model":"m","messages":[%s]}""".formatted(picture("data:image/png;base64,/9j/4AAQ"))))
        .at("messages").at(0).at("content").at(0).at("source");
    assertEquals("image/jpeg", source.at("media_type").string());
  }

  @Test
  void what_is_no_picture_to_claude_is_refused_by_name() {
    String path = "messages[0].content[0].image_url.url";
    assertEquals(path, refused(picture("data:image/bmp;base64,Qk0=")).param());
    assertEquals(path, refused(picture("data:image/png;base64,")).param());
    assertEquals(path, refused(picture("http://example.com/a.png")).param());
    assertEquals(path, refused(picture("https://example.com/a.png")
        .replace("\"user\"", "\"assistant\"")).param());
  }

  @Test
  void an_unknown_kind_of_part_is_refused_by_name() {
    Failure.BadRequest refused = refused("""
        {"role":"user","content":[{"type":"input_audio","input_audio":{}}]}""");
    assertEquals("messages[0].content[0].type", refused.param());
    assertEquals("invalid_value", refused.code());
  }

  @Test
  void a_choice_of_a_tool_that_is_not_there_is_refused() {
    ChatRequest request = request("""
        {"model":"m","messages":[{"role":"user","content":"a"}],
         "tools":[{"type":"function","function":{"name":"a"}}],
         "tool_choice":{"type":"function","function":{"name":"b"}}}""");
    ChatException thrown = assertThrows(ChatException.class,
        () -> ClaudeEncoder.encode(request, Set.of()));
    assertEquals("tool_choice",
        assertInstanceOf(Failure.BadRequest.class, thrown.failure()).param());
  }

  @Test
  void every_body_streams() {
    assertEquals(new Json.Bool(true), encode(message("user", "a")).get("stream"));
    assertFalse(request(message("user", "a")).stream());
  }

  private static Failure.BadRequest refused(String message) {
    ChatException thrown = assertThrows(ChatException.class,
        () -> encode("""
            {"model":"m","messages":[%s]}""".formatted(message)));
    return assertInstanceOf(Failure.BadRequest.class, thrown.failure());
  }

  private static String picture(String url) {
    return """
        {"role":"user","content":[{"type":"image_url","image_url":{"url":"%s"}}]}""".formatted(url);
  }

  private static String message(String role, String text) {
    return """
        {"role":"%s","content":"%s"}""".formatted(role, text);
  }

  private static ChatRequest request(String... messages) {
    String body = messages.length == 1 && messages[0].contains("\"messages\"") ? messages[0]
        : """
            {"model":"claude-sonnet-5-5","messages":[%s]}""".formatted(String.join(",", messages));
    return ChatRequest.parse((Json.Obj) Json.parse(body), ChatRequest.Caller.UNKNOWN);
  }

  private static Json.Obj encode(String... messages) {
    return ClaudeEncoder.encode(request(messages), Set.of());
  }

  /// Where the marks stand.
  private static List<String> marks(Json.Obj body) {
    Cursor root = Cursor.of(body);
    Stream<Cursor> turns = root.at("messages").array().stream()
        .flatMap(turn -> turn.at("content").array().stream());
    return Stream.concat(root.at("system").arrayOrEmpty().stream(), turns)
        .filter(block -> !block.at("cache_control").isMissing()).map(Cursor::path).toList();
  }
}
