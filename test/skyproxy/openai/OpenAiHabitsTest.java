package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.openai.OpenAiDecoderTest.AYE;
import static skyproxy.openai.OpenAiDecoderTest.STOP;
import static skyproxy.openai.OpenAiDecoderTest.WHO;
import static skyproxy.openai.OpenAiDecoderTest.bodies;
import static skyproxy.openai.OpenAiDecoderTest.chunk;
import static skyproxy.openai.OpenAiDecoderTest.data;
import static skyproxy.openai.OpenAiDecoderTest.decoder;
import static skyproxy.openai.OpenAiDecoderTest.fails;
import static skyproxy.openai.OpenAiDecoderTest.json;
import static skyproxy.openai.OpenAiDecoderTest.stream;
import static skyproxy.openai.OpenAiDecoderTest.whole;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.json.Json;
import skyproxy.sse.SseEvent;
import skyproxy.sse.SseReader;

/// Replies as no specification has them: JSON between events, errors without a name, ends in words
/// of a server's own.
final class OpenAiHabitsTest {

  /// A stream that ends in an event without the blank line behind it.
  private static List<Json> cut(String text) {
    OpenAiDecoder decoder = decoder(true);
    List<Event> out = new ArrayList<>();
    SseReader reader = new SseReader();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    reader.feed(bytes, 0, bytes.length, event -> decoder.decode(event, out::add));
    SseEvent last = reader.end();
    if (last != null) decoder.unfinished(last, out::add);
    decoder.end(out::add);
    return bodies(out);
  }

  @Test
  void json_in_a_stream_is_read_without_the_name_of_a_field() {
    String whole = """
        {"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",\
        "content":"Aye"},"finish_reason":"stop"}]}""";
    List<Json> plain = whole(true, whole);
    for (String text : List.of(whole + "\n\ndata: [DONE]\n\n", whole + "\n\n", whole + "\n", whole,
        whole + "\ndata: [DONE]", whole.replace(",", ",\n    ").replace("{", "{\n  ") + "\n\n",
        "data: " + whole)) {
      assertEquals(plain, cut(text), text);
    }
    assertEquals(json(WHO, AYE, STOP), cut(AYE + "\n" + STOP + "\n"));
    assertEquals(json(WHO, AYE, STOP), whole(true, AYE + "\n" + STOP + "\n"));
    assertEquals(1, whole(false, AYE + "\n" + STOP).size());
    assertEquals(json(WHO, AYE, STOP),
        cut("data: " + AYE + "\ndata: " + STOP + "\ndata: [DONE]\n"));
  }

  @Test
  void a_whole_answer_in_a_stream_needs_no_reason_for_its_end() {
    assertEquals(json(WHO, chunk("{\"content\":\"Aye\"}", "null"), STOP).size(), cut("""
        {"choices":[{"message":{"content":"Aye"}}]}""").size());
  }

  @Test
  void an_error_in_a_stream_has_any_shape() {
    for (String error : List.of("data: {\"object\":\"error\",\"message\":\"too hot\"}\n\n",
        "error: {\"code\":500,\"message\":\"too hot\"}\n\n", "error: too hot\n\n",
        "error: {\"message\":\"too hot\"}", "event: error\ndata: too hot\n\n",
        "data: {\"code\":\"x\",\"message\":\"too hot\"}\n\n",
        "data: {\"choices\":null,\"message\":\"too hot\"}\n\n",
        "data: {\"object\":\"error\",\"message\":\"too hot\",\"choices\":[]}\n\n",
        "data: {\"detail\":\"too hot\"}\n\n", "data: {\"error\":{\"message\":\"too hot\"}}",
        "data: {\"error_type\":\"x\",\"error_message\":\"too hot\"}\n\n",
        "data: [{\"error\":{\"message\":\"too hot\"}}]\n\n",
        "{\"error\":{\"message\":\"too hot\"}}\n\n", "{\"error\":{\"message\":\"too hot\"}}",
        "{\n  \"error\": {\n    \"message\": \"too hot\"\n  }\n}\n", "data: too hot\n\n",
        "data: {\"choices\":[],\"error\":\"too hot\"}\n\n")) {
      for (String before : List.of("", data(AYE))) {
        Failure failure = fails(() -> cut(before + error));
        assertTrue(failure.message().contains("OpenRouter says: too hot"),
            error + failure.message());
      }
    }
  }

  /// Kind of failure, status for the client where it has one, words.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "Rejected|402|400|Your credit balance is too low.", "Rejected|402|403|Insufficient Balance",
      "Rejected|402|429|You exceeded your current quota, check your plan and billing details.",
      "Rejected|402|500|Your workspace is out of credits.", "RateLimited||403|Usage limit reached",
      "RateLimited||400|Too many requests", "NotLoaded||400|No models loaded. Please load a model",
      "NotLoaded||503|Loading model", "Overloaded||500|Overloaded, try again later",
      "Unauthorized||400|API key not valid. Please pass a valid API key.",
      "TooLong||400|This model's maximum context length is 8192 tokens.",
      "TooLong||413|Request too large on tokens per minute (TPM): Limit 6000, Requested 10000"})
  void a_fact_is_a_fact_wherever_it_is_told(String kind, Integer shown, int status, String words) {
    String object = "{\"message\":\"" + words + "\"%s}";
    List<String> bodies = new ArrayList<>();
    for (String code : List.of("", ",\"code\":" + status, ",\"code\":null", ",\"type\":\"x\"",
        ",\"code\":\"api_error\"", ",\"code\":\"" + status + "\"")) {
      bodies.add(object.formatted(code));
      bodies.add("{\"error\":" + object.formatted(code) + "}");
      bodies.add("[{\"error\":" + object.formatted(code) + "}]");
    }
    bodies.add("{\"error\":\"" + words + "\"}");
    bodies.add("{\"error_type\":\"x\",\"error_message\":\"" + words + "\"}");
    for (String body : bodies) {
      List<Failure> told = new ArrayList<>();
      told.add(decoder(true).failure(status, HttpHeaders.of(Map.of(), (_, _) -> true),
          body.getBytes(StandardCharsets.UTF_8)));
      told.add(fails(() -> whole(false, body)));
      told.add(fails(() -> whole(true, body)));
      told.add(fails(() -> cut(body)));
      for (String before : List.of("data: ", "event: error\ndata: ", "error: ")) {
        told.add(fails(() -> cut(before + body + "\n\n")));
        told.add(fails(() -> stream(false, data(AYE) + before + body + "\n\n")));
      }
      for (Failure failure : told) {
        assertEquals(kind, failure.getClass().getSimpleName(), body + failure);
        assertTrue(failure.message().contains("OpenRouter says: " + words), failure.message());
        assertTrue(failure.letsNextTry());
        if (shown != null) assertEquals(shown, ((Failure.Rejected) failure).status());
      }
    }
  }

  @Test
  void a_refusal_of_the_provider_behind_a_gateway_is_not_one_of_the_key() {
    for (String code : List.of("401", "403")) {
      Failure failure = fails(() -> whole(false, """
          {"error":{"message":"Provider returned error","code":%s,"metadata":\
          {"provider_name":"Parasail","raw":"no access"}}}""".formatted(code)));
      Failure.Unsuited refused = assertInstanceOf(Failure.Unsuited.class, failure);
      assertEquals(502, refused.status());
      assertTrue(refused.message().startsWith("Parasail, which OpenRouter asked"),
          refused.message());
      assertTrue(refused.letsNextTry() && !refused.blamesTarget());
      assertInstanceOf(Failure.Unauthorized.class, fails(() -> whole(false,
          "{\"error\":{\"message\":\"No auth credentials found\",\"code\":" + code + "}}")));
    }
  }

  @Test
  void what_holds_no_choice_and_no_words_is_no_error() {
    for (String odd : List.of("{\"type\":\"ping\"}", "{\"usage\":{\"prompt_tokens\":1}}", "{}",
        "{\"object\":\"chat.completion.chunk\",\"message\":\"x\"}")) {
      assertEquals(json(odd, WHO, AYE, STOP), stream(true, data(odd, AYE, STOP)), odd);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"network_error", "insufficient_system_resource", "abort", "ERROR",
      "Cancelled", "timeout", "server-error"})
  void an_end_that_means_a_fault_is_a_failure(String word) {
    String end = chunk("{}", "\"" + word + "\"");
    for (boolean streams : new boolean[] {true, false}) {
      Failure failure = fails(() -> stream(streams, data(AYE, end, "[DONE]")));
      assertInstanceOf(Failure.Broken.class, failure);
      assertTrue(failure.message().contains("(" + word + ")"), failure.message());
    }
    assertInstanceOf(Failure.Broken.class, fails(() -> stream(true,
        data(AYE, chunk("{}", "{\"type\":\"abort\",\"message\":\"x\"}")))));
  }

  @ParameterizedTest
  @CsvSource({"eos_token,stop", "STOP,stop", "end_turn,stop", "gnarl,stop", "MAX_TOKENS,length",
      "max_tokens,length", "model_length,length", "sensitive,content_filter",
      "SAFETY,content_filter", "tool_use,tool_calls", "function_call,function_call",
      "length,length"})
  void an_end_in_others_words_is_translated(String theirs, String ours) {
    String end = chunk("{}", "\"" + theirs + "\"");
    assertEquals(json(WHO, AYE, chunk("{}", "\"" + ours + "\"")), stream(true, data(AYE, end)));
    String whole = "{\"choices\":[{\"message\":{\"content\":\"A\"},\"finish_reason\":\"%s\"}]}";
    assertEquals(json(whole.formatted(ours)), whole(false, whole.formatted(theirs)));
  }

  @Test
  void a_call_in_the_older_words_passes() {
    String first = chunk("{\"role\":\"assistant\",\"content\":null,"
        + "\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}}", "null");
    String rest = chunk("{\"function_call\":{\"arguments\":\"{}\"}}", "null");
    String end = chunk("{}", "\"function_call\"");
    assertEquals(json(WHO, first, rest, end), stream(true, data(first, rest, end)));
    String out = stream(false, data(first, rest, end)).getFirst().toString();
    assertTrue(out.contains("\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}"), out);
    assertTrue(out.contains("\"finish_reason\":\"function_call\""), out);
  }
}
