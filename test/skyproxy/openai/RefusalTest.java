package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.json.Json;

/// The words of servers, and what a request is changed to by each.
final class RefusalTest {
  private static final String SENT = """
      {"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],\
      "stream":true,"max_tokens":9000,"temperature":1.5,"top_p":1.0,"top_k":5,"n":2,\
      "presence_penalty":0,"frequency_penalty":0,"provider":{"sort":"latency"},\
      "reasoning":{"enabled":false},"user":"x","repeat_penalty":0}""";

  private static Json.Obj sent() {
    return (Json.Obj) Json.parse(SENT);
  }

  /// What became of the members that an error changes, as `name=value` or `name` when it is gone.
  private static String changes(int status, Json error) {
    Json.Obj after =
        Lesson.applied(new Refusal(status, error).lessons(sent(), List.of()), sent());
    StringBuilder changes = new StringBuilder();
    sent().members().forEach((name, value) -> {
      Json now = after.get(name);
      if (now == null) changes.append(name).append(' ');
      else if (!now.equals(value)) changes.append(name).append('=').append(now).append(' ');
    });
    after.members().forEach((name, value) -> {
      if (sent().get(name) == null) changes.append(name).append('=').append(value).append(' ');
    });
    return changes.toString().strip();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "Unsupported parameter: 'top_k'| top_k",
      "Unrecognized request arguments supplied: provider, top_k| top_k provider",
      "body.top_k: property 'body.top_k' is unsupported| top_k",
      "Argument not supported on this model: presencePenalty| presence_penalty",
      "Model m-4-reasoning does not support parameter presencePenalty.| presence_penalty",
      "property 'top_k' is unsupported, did you mean 'top_p'?| top_k",
      "Validation: Unsupported parameter(s): `top_k`| top_k",
      "Penalty is not enabled for models/x| presence_penalty frequency_penalty",
      "body -> provider\\n  Extra inputs are not permitted| provider",
      "[{'type': 'extra_forbidden', 'loc': ('body', 'provider')}]| provider",
      "Failed to initialize samplers: penalty_repeat must be finite| repeat_penalty",
      "Top-K sampling is not supported| top_k",
      "The provider is not well today, the user must wait| ''",
      "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
          + "| max_tokens max_completion_tokens=9000",
      "'temperature' does not support 1.5. Only the default (1) value is supported.| temperature",
      "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]| max_tokens=8192",
      "max_tokens: 9000 > 4096, which is the maximum allowed number of tokens| max_tokens=4096",
      "max_tokens must be less than or equal to 8,192| max_tokens=8192",
      "temperature must be between 0 and 1| temperature=1",
      "Unsupported value: 'temperature' does not support 0 with this model.| temperature",
      "max_tokens is too large: 9000. This model supports at most 4096 completion tokens, whereas "
          + "you provided 9000.| max_tokens=4096",
      "Additional properties are not allowed ('n', 'top_k' were unexpected)| top_k n",
      "'temperature' and 'top_p' cannot both be specified for this model.| top_p",
      "* GenerateContentRequest.generation_config.temperature: Temperature must be in the range "
          + "[0.0, 1.0]| temperature=1.0",
      "unknown field 'provider', expected one of 'model', 'messages', 'temperature'| provider",
      "Failed to deserialize: top_k: invalid type: floating point `5.0`, expected u32| top_k",
      "Malformed input request: #: extraneous key [provider] is not permitted| provider",
      "create() got an unexpected keyword argument 'reasoning'| reasoning",
      "inputs tokens + max_new_tokens must be <= 8193. Given: 4000 inputs tokens and 9000 "
          + "max_new_tokens| max_tokens=4193",
      "This endpoint's maximum context length is 8192 tokens. However, you requested about 10000 "
          + "tokens (1000 of text input, 9000 in the output).| max_tokens=7192",
      "Requested token count exceeds the model's maximum context length of 8192 tokens. You "
          + "requested a total of 9300 tokens: 300 tokens from the input messages and 9000 tokens "
          + "for the completion.| max_tokens=7892",
      "top_k must be -1 (disable), or at least 6, got 5.| top_k",
      "Range of max_tokens should be [1, 8192]| max_tokens=8192",
      "Budget 0 is invalid. This model only works in thinking mode."
          + "| reasoning={\"effort\":\"low\"}",
      "Please reduce the length of the messages, this model takes 10 tokens| ''",
      "Incorrect API key provided| ''",
      "Field 'n': Value must be between 1 <= value <= 1, but got 2| n=1",
      "This model's maximum context length is 8192 tokens. However, you requested 9100 tokens "
          + "(100 in the messages, 9000 in the completion).| max_tokens=8092",
      "'max_tokens' is too large: 9000. This model's maximum context length is 8192 tokens and "
          + "your request has 41 input tokens (9000 > 8192 - 41).| max_tokens=8151",
      "max_tokens must be at most 8151: 8192 minus 41 input tokens| max_tokens=8151",
      "This model's maximum context length is 50 tokens. However, you requested 9100 tokens "
          + "(100 in the messages, 9000 in the completion).| ''",
      "Reasoning is mandatory for this endpoint and cannot be disabled."
          + "| reasoning={\"effort\":\"low\"}",
      "\"m\" does not support thinking| reasoning"})
  void words_change_what_they_are_about(String words, String expected) {
    String text = words.replace("\\n", "\n");
    assertEquals(expected.equals("''") ? "" : expected,
        changes(400, Json.Obj.builder().put("message", text).build()));
  }

  @Test
  void the_place_of_a_member_is_found_in_any_shape() {
    for (String error : List.of("""
        {"error":{"message":"no","param":"top_k"}}""", """
        {"message":{"detail":[{"loc":["body","top_k"],"msg":"Extra inputs","input":5}]}}""", """
        [{"error":{"message":"Unknown name \\"top_k\\": Cannot find field."}}]""", """
        {"error":{"message":"Provider returned error","metadata":{"raw":\
        "{\\"error\\":\\"Argument not supported on this model: topK\\"}"}}}""", """
        {"code":"Client specified an invalid argument","error":"topK is not supported"}""", """
        {"detail":[{"loc":["body","top_k"],"msg":"extra","input":{"x":"temperature"}}]}""")) {
      assertEquals("top_k", changes(422, Json.parse(error)), error);
    }
  }

  @Test
  void what_is_not_about_the_request_teaches_nothing() {
    Json error = Json.parse("{\"message\":\"top_k is not supported\"}");
    for (int status : List.of(401, 402, 403, 408, 413, 429, 529)) {
      assertEquals("", changes(status, error), status + "");
    }
    for (int status : List.of(400, 404, 422, 500, 502)) {
      assertEquals("top_k", changes(status, error), status + "");
    }
    assertEquals("", changes(500, Json.parse("{\"message\":\"top_k\"}")));
  }

  @Test
  void an_effort_that_is_not_listed_becomes_the_nearest() {
    Json.Obj body = sent().with("reasoning_effort", new Json.Str("xhigh"));
    Json error = Json.parse("""
        {"error":"invalid reasoning value: 'xhigh' \
        (must be \\"high\\", \\"medium\\", \\"low\\")"}""");
    List<Lesson> lessons = new Refusal(400, error).lessons(body, List.of());
    assertEquals("\"high\"", Lesson.applied(lessons, body).get("reasoning_effort").toString());
    Json.Obj none = sent().with("reasoning_effort", new Json.Str("none"));
    assertEquals("\"low\"", Lesson.applied(lessons, none).get("reasoning_effort").toString());
  }

  @Test
  void a_value_that_is_refused_is_left_out_and_a_second_one_takes_the_member_with_it() {
    Json error = Json.parse("{\"message\":\"Field 'n': type must be number, but is string\"}");
    Json.Obj text = sent().with("n", new Json.Str("x"));
    List<Lesson> first = new Refusal(400, error).lessons(text, List.of());
    assertEquals(List.of(new Lesson.WithoutValue("n", new Json.Str("x"))), first);
    assertEquals(sent(), Lesson.applied(first, sent()));
    Json.Obj other = sent().with("n", new Json.Str("y"));
    assertEquals(List.of(new Lesson.Without("n")), new Refusal(400, error).lessons(other, first));
  }

  @Test
  void the_room_beside_a_prompt_is_no_limit_for_a_shorter_one() {
    Lesson room = new Lesson.Context(8192, 100, 1000);
    Json.Obj tiny = sent().with("max_tokens", Json.Num.of(8150));
    assertEquals(tiny, room.applied(tiny));
    assertEquals("9000", sent().get("max_tokens").toString());
    long left = ((Json.Num) room.applied(sent()).get("max_tokens")).longValue();
    assertEquals(true, left < 8192 && left > 8092, left + "");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "503| Loading model| LOADING",
      "400| No models loaded. Please load a model in the developer page.| NOT_LOADED",
      "400| request (19522 tokens) exceeds the available context size (4096 tokens)| TOO_LONG",
      "500| image input is not supported - hint: you may need to provide the mmproj| PICTURE",
      "404| No endpoints found that support image input| PICTURE",
      "500| audio input is not supported - hint: you may need to provide the mmproj| MEDIUM",
      "400| model 'nope' not found| UNKNOWN_MODEL",
      "400| Invalid model name passed in model=nope| UNKNOWN_MODEL",
      "400| m:latest does not support tools| REQUEST",
      "500| Error: Jinja Exception: the moons are wrong| REQUEST",
      "500| Out of memory| UNKNOWN",
      "429| Loading model| UNKNOWN"})
  void the_matter_of_an_error_is_told_by_its_words(int status, String words, RefusalKind kind) {
    assertEquals(kind,
        new Refusal(status, Json.Obj.builder().put("error", words).build()).kind());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "ssu| System message must be at the beginning.| su",
      "sus| Unexpected role 'system' after role 'user'| suu",
      "su| Unsupported value: 'messages[0].role' does not support 'system' with this model.| u",
      "su| Developer instruction is not enabled for models/gemma-3-27b-it| u",
      "suauu| roles must alternate user/assistant/user/assistant/...| suau",
      "su| roles must alternate user/assistant/user/assistant/...| u",
      "a| No user query found in messages.| ua",
      "sa| A conversation must start with a user message.| sua",
      "sua| Last message must have role `user`.| suau",
      "suaa| Cannot have 2 or more assistant messages at the end of the list.| sua",
      "ssuua| Error: Jinja Exception: the moons are wrong| suua",
      "suua| Error: Jinja Exception: the moons are wrong| sua",
      "sua| Please use a valid role: user, model.| uau",
      "su| Error: Jinja Exception: nothing helps| u",
      "u| Error: Jinja Exception: nothing helps| u",
      "du| messages[0].role: unknown variant `developer`, expected one of `system`, `user`| su",
      "ssu| Unsupported role: system| u",
      "sua| The conversation must not end with an assistant message| suau",
      "suu| found multiple user roles in a row| su",
      "sue| The message at position 2 with role 'user' must not be empty| su",
      "sup| messages: content must be a string| suu"})
  void an_order_is_what_the_words_ask_for_or_the_next_plainer_one(String roles, String words,
      String expected) {
    for (int status : List.of(400, 404, 500, 502)) {
      Json.Obj body = sent().with("messages", messages(roles));
      List<Lesson> lessons = new Refusal(status, Json.Obj.builder().put("error", words).build())
          .lessons(body, List.of());
      assertEquals(expected, roles(Lesson.applied(lessons, body)));
    }
  }

  /// Messages by the initials of their roles; `e` is an empty one and `p` one of parts, of the
  /// user.
  private static Json messages(String roles) {
    return new Json.Arr(roles.chars().mapToObj(role -> (Json) Json.Obj.builder()
        .put("role", switch (role) {
          case 's' -> "system";
          case 'd' -> "developer";
          case 'a' -> "assistant";
          default -> "user";
        })
        .put("content", role == 'p' ? Json.parse("[{\"type\":\"text\",\"text\":\"a\"}]")
            : new Json.Str(role == 'e' ? "" : "a")).build()).toList());
  }

  private static String roles(Json.Obj body) {
    StringBuilder roles = new StringBuilder();
    for (Json each : ((Json.Arr) body.get("messages")).items()) {
      Json.Obj message = (Json.Obj) each;
      boolean parts = message.get("content") instanceof Json.Arr;
      roles.append(parts ? 'p' : ((Json.Str) message.get("role")).value().charAt(0));
    }
    return roles.toString();
  }
}
