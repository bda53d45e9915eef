package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Json;
import skyproxy.testing.Gguf;
import skyproxy.testing.LlamaServer;
import skyproxy.testing.RawClient;

/// A real server as it lives on a player's computer: it loads, is killed, has one slot for all,
/// and games hang up on it.
@Tag("llama")
final class LlamaLifeTest {
  private static final String TEMPLATE = "meta-llama-Llama-3.1-8B-Instruct";
  private static final String LINE = "Aye, my Thane.";
  private static final int MANY = 150_000;

  @TempDir
  private Path folder;

  @BeforeEach
  void there() {
    LlamaServer.assumeThere();
  }

  private LocalProxy proxy(LlamaServer... servers) throws Exception {
    StringBuilder providers = new StringBuilder();
    for (LlamaServer server : servers) {
      providers.append(providers.isEmpty() ? "" : ",").append('"')
          .append((char) ('a' + List.of(servers).indexOf(server)))
          .append("\":{\"base_url\":\"").append(server.url()).append("/v1\"}");
    }
    return new LocalProxy(folder, "\"providers\":{" + providers + "}");
  }

  private Path talk() {
    return Gguf.saying(LINE, folder.resolve("talk.gguf"));
  }

  private static String request(String model, boolean stream) {
    return GameRequest.of(model, "su", stream).toString();
  }

  private static String endless(String model) {
    return GameRequest.with(GameRequest.of(model, "su", true),
        (Json.Obj) Json.parse("{\"max_tokens\":30000}")).toString();
  }

  private static void awaitLoading(LlamaServer server) throws Exception {
    for (int i = 0; server.health() != 503; i++) {
      assertTrue(i < 2000, "it was never seen loading");
      Thread.sleep(5);
    }
  }

  private static void awaitIdle(LlamaServer server) throws Exception {
    for (int i = 0; server.busy(); i++) {
      assertTrue(i < 200, "its slot is still busy");
      Thread.sleep(50);
    }
  }

  @Test
  void a_model_that_loads_is_waited_for_where_nobody_else_can_answer() throws Exception {
    Path slow = Gguf.slowlyLoading(LINE, MANY, folder.resolve("slow.gguf"));
    for (boolean stream : List.of(true, false)) {
      try (LlamaServer server = LlamaServer.starting(slow, TEMPLATE);
          LocalProxy proxy = proxy(server)) {
        awaitLoading(server);
        Answer answer = proxy.post(request("a:talk", stream));
        assertEquals(LINE, answer.spoken(), answer.text());
      }
    }
  }

  @Test
  void while_a_model_loads_the_next_of_the_list_answers() throws Exception {
    Path slow = Gguf.slowlyLoading("I was late.", MANY, folder.resolve("slow.gguf"));
    try (LlamaServer other = LlamaServer.ready(talk(), TEMPLATE);
        LlamaServer server = LlamaServer.starting(slow, TEMPLATE);
        LocalProxy proxy = proxy(server, other)) {
      awaitLoading(server);
      assertEquals(LINE, proxy.post(request("a:talk > b:talk", true)).spoken());
    }
  }

  @Test
  void a_server_killed_in_the_middle_of_a_stream_is_told_as_an_error() throws Exception {
    Path endless = Gguf.endlessly("On the road I walk, ", folder.resolve("endless.gguf"));
    try (LlamaServer server = LlamaServer.ready(endless, TEMPLATE);
        LlamaServer other = LlamaServer.ready(talk(), TEMPLATE);
        LocalProxy proxy = proxy(server, other);
        RawClient game = proxy.client()) {
      game.post("/v1/chat/completions", endless("a:talk"));
      game.lineStarting("data: ");
      server.kill();
      String last = "";
      for (String line; (line = game.line()) != null && !line.equals("0"); ) {
        if (line.startsWith("data: ")) last = line;
      }
      assertTrue(last.startsWith("data: {\"error\":{"), last);
      assertEquals(LINE, proxy.post(request("a:talk > b:talk", true)).spoken());
      assertEquals(502, proxy.post(request("a:talk", false)).status());
    }
  }

  @Test
  void a_server_that_comes_back_is_asked_again() throws Exception {
    Path talk = talk();
    LlamaServer first = LlamaServer.ready(talk, TEMPLATE);
    try (LocalProxy proxy = proxy(first)) {
      assertEquals(LINE, proxy.post(request("a:talk", true)).spoken());
      first.kill();
      assertEquals(502, proxy.post(request("a:talk", true)).status());
      try (LlamaServer second = LlamaServer.start(talk, TEMPLATE, first.port())) {
        while (second.health() != 200) Thread.sleep(20);
        assertEquals(LINE, proxy.post(request("a:talk", true)).spoken());
      }
    } finally {
      first.close();
    }
  }

  @Test
  void six_requests_share_one_slot() throws Exception {
    try (LlamaServer server = LlamaServer.ready(talk(), TEMPLATE);
        LocalProxy proxy = proxy(server);
        var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        boolean stream = i % 2 == 0;
        answers.add(pool.submit(() -> proxy.post(request("a:talk", stream))));
      }
      for (Future<Answer> answer : answers) assertEquals(LINE, answer.get().spoken());
    }
  }

  @Test
  void a_game_that_hangs_up_in_a_stream_frees_the_only_slot() throws Exception {
    Path endless = Gguf.endlessly("On the road I walk, ", folder.resolve("endless.gguf"));
    try (LlamaServer server = LlamaServer.ready(endless, TEMPLATE);
        LocalProxy proxy = proxy(server)) {
      try (RawClient game = proxy.client()) {
        game.post("/v1/chat/completions", endless("a:talk"));
        game.lineStarting("data: ");
        assertTrue(server.busy());
        game.hangUp();
      }
      awaitIdle(server);
      Answer next = proxy.post(request("a:talk", false));
      assertEquals("length", next.finishReason());
      assertTrue(next.spoken().startsWith("On the road I walk, On the"), next.spoken());
    }
  }
}
