package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.RawClient;

/// The queue before a server that does one thing at a time, from the game's side.
final class DialogueFirstTest {
  private static final String WORDS = "{\"choices\":[{\"index\":0,\"message\":"
      + "{\"role\":\"assistant\",\"content\":\"Aye.\"},\"finish_reason\":\"stop\"}]}";

  @Test
  void a_line_is_the_next_to_be_asked_for_though_eleven_others_wait(@TempDir Path folder)
      throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    Semaphore gate = new Semaphore(0);
    try (FakeUpstream server = new FakeUpstream();
        var proxy = new LocalProxy(folder, "\"providers\":{\"narrow\":{\"base_url\":\""
            + server.url() + "/v1\",\"max_concurrent\":1}}");
        var game = Executors.newVirtualThreadPerTaskExecutor()) {
      server.answer(received -> {
        if (received.method().equals("GET")) return FakeUpstream.json("{\"data\":[]}");
        asked.add(Cursor.of(received.json()).at("messages").at(0).at("content").string());
        gate.acquireUninterruptibly();
        return FakeUpstream.json(WORDS);
      });
      List<Future<LocalProxy.Answer>> answers = new ArrayList<>();
      String memory = "Note what happened.";
      for (int i = 0; i < 12; i++) {
        answers.add(game.submit(() -> proxy.post(request(memory, 4_000))));
      }
      until(() -> waiting(proxy).size() == 11 && asked.size() == 1);
      String line = "You are Hroki, in Skyrim. Respond in character now.";
      answers.add(game.submit(() -> proxy.post(request(line, 4_096))));
      until(() -> waiting(proxy).size() == 12);
      Cursor last = waiting(proxy).getLast();
      assertEquals(List.of("narrow", "dialogue", "dialogue"), List.of(
          last.at("provider").string(), last.at("job").string(), last.at("class").string()));
      assertEquals("background", waiting(proxy).getFirst().at("class").string());
      gate.release();
      until(() -> asked.size() == 2);
      assertEquals(List.of(memory, line), asked);
      gate.release(answers.size());
      for (var answer : answers) assertEquals("Aye.", answer.get().spoken());
      assertEquals(List.of(), waiting(proxy));
      until(() -> stats(proxy).at("recent").array().size() == 13);
      Cursor told = stats(proxy).at("recent").array().stream()
          .filter(one -> one.at("job").string().equals("dialogue")).findFirst().orElseThrow();
      assertEquals("dialogue", told.at("class").string());
      long queued = told.at("queued_ms").integer();
      assertTrue(queued > 0 && queued <= told.at("total_ms").integer(), told.json().toString());
      assertEquals(queued, told.at("attempts").at(0).at("queued_ms").integer());
    }
  }

  private static String request(String instruction, int maxTokens) {
    return "{\"model\":\"narrow:m\",\"max_tokens\":" + maxTokens + ",\"messages\":"
        + "[{\"role\":\"system\",\"content\":" + new Json.Str(instruction) + "}]}";
  }

  private static List<Cursor> waiting(LocalProxy proxy) throws Exception {
    return stats(proxy).at("waiting").array();
  }

  private static Cursor stats(LocalProxy proxy) throws Exception {
    try (RawClient client = proxy.client()) {
      return Cursor.of(Json.parse(client.send("GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
          .answer().text()));
    }
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!holds.call()) {
      assertTrue(System.nanoTime() < deadline, "not within 30 s");
      Thread.sleep(2);
    }
  }
}
