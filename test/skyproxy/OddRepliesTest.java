package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.testing.FakeUpstream;

/// Replies of servers that know OpenAI's format by hearsay, as a client gets them.
@Tag("core")
final class OddRepliesTest {
  private final FakeUpstream upstream = new FakeUpstream();
  @TempDir
  private Path folder;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = new LocalProxy(folder,
        "\"providers\":{\"a\":{\"base_url\":\"%s/v1\"}}".formatted(upstream.url()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    upstream.close();
  }

  private Answer ask(boolean stream) throws IOException {
    return proxy.post("""
        {"model":"a:m > demo","stream":%s,"messages":[{"role":"user","content":"Hi"}]}"""
        .formatted(stream));
  }

  @Test
  void a_count_of_tokens_beyond_all_numbers_takes_no_line_away() throws Exception {
    upstream.answer(FakeUpstream.json("""
        {"choices":[{"index":0,"message":{"role":"assistant","content":"Hi there."},\
        "finish_reason":"stop"}],"usage":{"prompt_tokens":1e19,"completion_tokens":2}}"""));
    Answer plain = ask(false);
    assertEquals(200, plain.status(), plain.text());
    assertEquals("Hi there.", plain.spoken());
    Answer streamed = ask(true);
    assertEquals("Hi there.", streamed.spoken());
    assertTrue(streamed.done(), streamed.text());
  }

  @Test
  void a_completion_that_lacks_members_is_completed() throws Exception {
    upstream.answer(FakeUpstream.json("""
        {"choices":[{"message":{"content":"Bare."},"finish_reason":null}]}"""));
    Answer answer = ask(false);
    assertEquals("Bare.", answer.spoken());
    Cursor body = Cursor.of(answer.data().getFirst());
    assertTrue(body.at("id").string().startsWith("chatcmpl-"));
    assertEquals("chat.completion", body.at("object").string());
    assertEquals("a:m", body.at("model").string());
    assertTrue(body.at("created").integer() > 0);
    Cursor choice = body.at("choices").at(0);
    assertEquals(0, choice.at("index").integer());
    assertEquals("stop", choice.at("finish_reason").string());
    assertEquals("assistant", choice.at("message").at("role").string());
  }

  @Test
  void a_refusal_beside_an_empty_content_lets_the_next_one_answer() throws Exception {
    upstream.answer(FakeUpstream.json("""
        {"choices":[{"index":0,"message":{"role":"assistant","content":null,\
        "refusal":"I will not."},"finish_reason":"stop"}]}"""));
    for (boolean stream : new boolean[] {false, true}) {
      Answer answer = ask(stream);
      assertFalse(answer.spoken().isBlank(), answer.text());
      assertFalse(answer.text().contains("I will not."), answer.text());
    }
  }
}
