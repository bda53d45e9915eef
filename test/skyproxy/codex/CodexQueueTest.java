package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.Replies.rest;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.testing.Replies;

/// The order in which requests get threads of an app-server that is slow to open them.
final class CodexQueueTest {
  /// One is opened to see whether the server can.
  private static final int WARM = 1 + 4;

  @TempDir Path temp;
  private final List<Reply> replies = new ArrayList<>();
  private CodexStage stage;
  private CodexProvider codex;

  @BeforeEach
  void open() throws IOException {
    stage = new CodexStage(temp).threads(WARM);
    codex = stage.start();
    until("four threads are warm", () -> codex.warmThreads() == 4);
  }

  @AfterEach
  void close() {
    replies.forEach(Reply::close);
    stage.close();
  }

  private static ChatRequest asks(int maxTokens, String instruction, String words) {
    return Replies.request("""
        {"model":"gpt-5.5","max_tokens":%d,"messages":[
          {"role":"system","content":%s},{"role":"user","content":%s}]}"""
        .formatted(maxTokens, new Json.Str(instruction), new Json.Str(words)));
  }

  private Reply begin(Job job, String words) {
    ChatRequest request = job == Job.DIALOGUE
        ? asks(4_096, "You are Hroki, in Skyrim.", words + " Respond in character now.")
        : asks(12_000, "Tagebuch.", words);
    assertEquals(new Purpose(job), request.purpose());
    Reply reply = codex.open(request);
    replies.add(reply);
    assertInstanceOf(Event.Idle.class, reply.next(Duration.ZERO));
    return reply;
  }

  private List<String> asked() {
    return stage.calls("turn/start").stream().map(call -> call.at("input").json().toString())
        .toList();
  }

  @Test
  void dialogue_gets_the_next_thread_though_eleven_others_wait() throws IOException {
    for (int i = 0; i < 3 + 11; i++) begin(Job.DIARY, "@silent");
    until("those have threads that may", () -> asked().size() == 3);
    assertEquals(11, codex.waiting().size());
    assertEquals(1, codex.warmThreads(), "the last one is kept for dialogue");
    begin(Job.DIALOGUE, "@silent");
    until("it has one at once", () -> asked().size() == 4);
    assertTrue(asked().getLast().contains("Respond in character"), asked().getLast());

    Reply dialogue = begin(Job.DIALOGUE, "@Lydia");
    assertEquals(12, codex.waiting().size());
    assertEquals(new Purpose(Job.DIALOGUE), codex.waiting().getLast().purpose());
    stage.threads(WARM + 1);
    assertTrue(rest(dialogue).text().startsWith("What is @Lydia"));
    assertEquals(5, asked().size());
    assertTrue(dialogue.queued().isPositive());
    assertEquals(11, codex.waiting().size());

    stage.threads(100);
    until("all have been asked", () -> asked().size() == 5 + 11 && codex.waiting().isEmpty());
    until("four are warm again", () -> codex.warmThreads() == 4);
  }

  @Test
  void who_leaves_the_queue_gets_no_thread_and_what_was_opened_for_it_goes_to_the_next()
      throws IOException {
    for (int i = 0; i < 4; i++) begin(Job.DIALOGUE, "@silent");
    until("all threads are taken", () -> asked().size() == 4);
    Reply first = begin(Job.DIARY, "@silent");
    Reply second = begin(Job.DIARY, "@Lydia");
    first.close();
    assertEquals(1, codex.waiting().size());
    stage.threads(WARM + 1);
    assertTrue(rest(second).text().startsWith("What is @Lydia"));
    assertEquals(5, asked().size());
    stage.threads(100);
    until("four are warm again", () -> codex.warmThreads() == 4);
  }

  @Test
  void everybody_who_waits_hears_it_when_the_process_dies() {
    begin(Job.DIALOGUE, "@die-first");
    for (int i = 0; i < 6; i++) begin(Job.DIARY, "@silent");
    for (Reply reply : replies) {
      assertInstanceOf(Failure.Unreachable.class, rest(reply).failure());
    }
    assertEquals(List.of(), codex.waiting());
  }
}
