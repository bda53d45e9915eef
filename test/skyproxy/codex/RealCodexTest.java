package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.codex.CodexBackend.reply;
import static skyproxy.codex.CodexStage.ask;
import static skyproxy.codex.CodexStage.says;
import static skyproxy.testing.FakeUpstream.hangUp;
import static skyproxy.testing.FakeUpstream.status;
import static skyproxy.testing.Replies.ask;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.request;
import static skyproxy.testing.Replies.rest;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Limits;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;
import skyproxy.testing.RealCli;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// The real Codex CLI, against an upstream on loopback: what it is sent, what it sends, what it
/// can be made to do and what not.
@Tag("cli")
final class RealCodexTest {
  private static final String PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
      + "CAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  @TempDir Path temp;
  private CodexBackend backend;
  private CodexProvider codex;

  @BeforeEach
  void start() throws IOException {
    String cli = RealCli.codex().toString();
    backend = new CodexBackend();
    CodexBackend.logInWithKey(temp.resolve("real"));
    codex = new CodexProvider(cli, temp.resolve("real"), temp.resolve("own"), Limits.DEFAULT,
        true, backend.settings(), backend.environment(), new Readiness(true, Readiness.USUAL));
  }

  @AfterEach
  void stop() {
    if (codex != null) codex.close();
    if (backend != null) backend.close();
  }

  private static void fine(Replies.Heard heard) {
    assertNull(heard.failure());
    assertEquals("Well met!", heard.text());
  }

  /// Role and text of each message that the upstream got.
  private static List<String> told(Json.Obj body) {
    List<String> told = new ArrayList<>();
    for (Cursor item : Cursor.of(body).at("input").array()) {
      if (!item.at("type").string().equals("message")) continue;
      StringBuilder text = new StringBuilder(item.at("role").string()).append(':');
      for (Cursor part : item.at("content").array()) {
        text.append(' ').append(part.at("text").stringOr(part.at("image_url").stringOr("?")));
      }
      told.add(text.toString());
    }
    return told;
  }

  private Json.Obj lastBody() {
    return backend.asked().getLast().json();
  }

  @Test
  void the_upstream_gets_the_conversation_and_nothing_of_codex_itself() {
    Replies.Heard heard = ask(codex, request("""
        {"model":"gpt-5.5","messages":[{"role":"system","content":"You are Hroki."},
        {"role":"user","content":"Morning."},{"role":"assistant","content":"What'll it be?"},
        {"role":"user","content":"A room."},{"role":"user","content":"Quick."}]}"""));
    fine(heard);
    assertEquals(List.of("Well", " met", "!"), heard.deltas());
    assertEquals(new Event.Finish(FinishReason.STOP, new Usage(120, 17, 64, 3)), heard.finish());
    assertEquals(List.of("developer: You are Hroki.", "user: Morning.",
        "assistant: What'll it be?", "user: A room.\n\nQuick."), told(lastBody()));
    assertEquals(Json.Arr.of(), lastBody().get("tools"));
    assertEquals("low", Cursor.of(lastBody()).at("reasoning").at("effort").string());
    assertEquals("Bearer sk-made-up", backend.asked().getLast().header("authorization"));
    int size = backend.asked().getLast().body().length;
    assertTrue(size < 4_000, size + " bytes");
    System.out.println("codex: a request with two sentences is " + size + " bytes upstream");
  }

  @Test
  void the_games_sample_requests_are_answered() {
    backend.answer(got -> {
      String all = got.text();
      return all.contains("Eligible Actions") ? reply("ACTION: ", "CompanionWait")
          : all.contains("function_calls") ? reply("Fireball", " and more.")
          : all.contains("mood") ? reply("ANGRY") : all.contains("memory") ? reply("{}")
          : reply("Ten septims.", " *Hroki slides a key across*\nACTION: RentRoom");
    });
    String[] expected = {"Ten septims. *Hroki slides a key across*\nACTION: RentRoom",
        "ACTION: CompanionWait", "Ten septims. *Hroki slides a key across*\nACTION: RentRoom",
        "Fireball and more.", "ANGRY", "{}"};
    List<String> samples = Fixtures.text("codex/samples.jsonl").lines().toList();
    for (int i = 0; i < expected.length; i++) {
      Replies.Heard heard = ask(codex, request(samples.get(i)));
      assertNull(heard.failure(), samples.get(i));
      assertEquals(expected[i], heard.text());
    }
  }

  @Test
  void eleven_at_once_and_a_picture_are_all_answered_and_none_hears_another() throws Exception {
    backend.answer(got -> {
      List<String> told = told(got.json());
      return reply("you said ", told.getLast().substring("user: ".length()).split(" ")[0]);
    });
    List<Callable<String>> all = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      String word = "word" + i;
      all.add(() -> ask(codex, word).text());
    }
    all.add(() -> ask(codex, request("""
        {"model":"gpt-5.5","messages":[{"role":"user","content":[{"type":"text","text":"picture"},
        {"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(PICTURE))).text());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var heard = threads.invokeAll(all);
      for (int i = 0; i < 11; i++) assertEquals("you said word" + i, heard.get(i).get());
      assertEquals("you said picture", heard.get(11).get());
    }
    assertTrue(backend.asked().stream().anyMatch(got -> got.text().contains(PICTURE)));
  }

  @Test
  void a_schema_and_a_picture_reach_the_upstream() {
    fine(ask(codex, request("""
        {"model":"gpt-5.5","response_format":{"type":"json_schema","json_schema":{"name":"m",
        "schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}},
        "messages":[{"role":"user","content":[{"type":"text","text":"what is it"},
        {"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(PICTURE))));
    Cursor format = Cursor.of(lastBody()).at("text").at("format");
    assertEquals("json_schema", format.at("type").string());
    assertFalse(format.at("schema").at("additionalProperties").bool());
    assertEquals(List.of("user: what is it " + PICTURE), told(lastBody()));
  }

  @Test
  void no_model_can_run_anything() throws Exception {
    Path bait = temp.resolve("bait");
    String command = """
        {"cmd":"touch %s","command":["touch","%s"]}""".formatted(bait, bait);
    for (String model : List.of("gpt-5.5", "gpt-6-luna", "gpt-5.3-codex", "gpt-99-nobody")) {
      for (String tool : List.of("exec_command", "shell", "local_shell", "apply_patch")) {
        int before = backend.asked().size();
        backend.answer(_ -> backend.asked().size() == before + 1
            ? CodexBackend.call(tool, command) : reply("I did", " nothing."));
        Replies.Heard heard = ask(codex, request("""
            {"model":"%s","messages":[{"role":"user","content":"go"}]}""".formatted(model)));
        assertEquals("I did nothing.", heard.text(), model + " " + tool);
        String answered = backend.asked().getLast().text();
        assertTrue(answered.contains("unsupported call: " + tool), model + ": " + answered);
        Json.Obj first = backend.asked().get(before).json();
        assertTrue(first.get("tools") == null || first.get("tools").equals(Json.Arr.of()),
            model + " has " + first.get("tools"));
        assertFalse(first.toString().contains("additional_tools"), model + " has tools");
      }
    }
    assertFalse(Files.exists(bait));
    try (Stream<Path> left = Files.list(temp.resolve("own").resolve("empty"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void nothing_of_a_prompt_or_an_answer_lies_on_the_disk() throws Exception {
    backend.answer(_ -> reply("sworn-to-carry", "-your-burdens"));
    for (int i = 0; i < 3; i++) ask(codex, "a-secret-of-the-player");
    backend.answer(_ -> status(400).body("{\"detail\":\"bad\"}"));
    ask(codex, "a-secret-of-the-player");
    codex.close();
    for (String secret : List.of("a-secret-of-the-player", "your-burdens", "sworn-to-carry")) {
      holdsNothingOf(secret);
    }
  }

  @Test
  void by_exec_too_nothing_can_be_run_and_nothing_lies_on_the_disk() throws Exception {
    codex.close();
    Path script = Files.writeString(temp.resolve("codex"),
        "#!/bin/sh\n[ \"$1\" = app-server ] && exit 1\nexec '" + RealCli.codex() + "' \"$@\"\n");
    assumeTrue(script.toFile().setExecutable(true));
    codex = new CodexProvider(script.toString(), temp.resolve("real"), temp.resolve("own"),
        Limits.DEFAULT, true, backend.settings(), backend.environment(),
        new Readiness(true, Readiness.USUAL));
    Path bait = temp.resolve("bait");
    backend.answer(_ -> backend.asked().size() == 1
        ? CodexBackend.call("exec_command", "{\"cmd\":\"touch " + bait + "\"}")
        : reply("I did", " nothing."));
    Replies.Heard heard = ask(codex, "a-secret-of-the-player");
    assertEquals(List.of("I did nothing."), heard.deltas());
    assertEquals(List.of("developer: You are a helpful assistant.",
        "user: a-secret-of-the-player\n"), told(backend.asked().get(0).json()));
    assertEquals(Json.Arr.of(), backend.asked().get(0).json().get("tools"));
    assertFalse(Files.exists(bait));
    codex.close();
    holdsNothingOf("a-secret-of-the-player");
  }

  /// A CLI that is ending may remove a file of its own meanwhile.
  private void holdsNothingOf(String secret) throws IOException {
    Files.walkFileTree(temp, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
        try {
          String content = Files.readString(file, StandardCharsets.ISO_8859_1);
          assertFalse(content.contains(secret), file + " holds " + secret);
        } catch (NoSuchFileException gone) {
          return FileVisitResult.CONTINUE;
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
        if (why instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
        throw why;
      }
    });
  }

  @Test
  void closing_a_reply_closes_its_call() {
    Semaphore gate = new Semaphore(4);
    backend.answer(_ -> reply("a ", "b ", "c ", "d ", "e ").gate(gate));
    try (Reply reply = codex.open(says("Hello"))) {
      assertEquals(new Event.Text("a "), next(reply));
    }
    until("the upstream saw it", () -> backend.upstream().cuts().tryAcquire());
    backend.answer(_ -> reply("Well", " met", "!"));
    fine(ask(codex, "Hello"));
  }

  @Test
  void an_upstream_that_breaks_off_inside_a_word_is_asked_again_and_heard_once() {
    int[] tries = {0};
    backend.answer(_ -> tries[0]++ == 0 ? reply("Well", " m", "et!").dropAfter(4)
        : reply("Well ", "met!"));
    Replies.Heard heard = ask(codex, "Hello");
    fine(heard);
    assertEquals(2, tries[0]);
  }

  @Test
  void an_upstream_that_answers_differently_after_a_break_is_one_clear_error() {
    int[] tries = {0};
    backend.answer(_ -> tries[0]++ == 0 ? reply("Well", " m", "et!").dropAfter(4)
        : reply("Hello ", "there"));
    Replies.Heard heard = ask(codex, "Hello");
    assertEquals("Well m", heard.text());
    assertInstanceOf(Failure.Garbled.class, heard.failure());
    backend.answer(_ -> reply("Well", " met", "!"));
    fine(ask(codex, "Hello"));
  }

  @Test
  void a_process_that_is_killed_is_one_clear_error_and_the_next_request_works() {
    Semaphore gate = new Semaphore(4);
    backend.answer(_ -> reply("a ", "b ", "c ", "d ", "e ").gate(gate));
    try (Reply reply = codex.open(says("Hello"))) {
      next(reply);
      ProcessHandle.current().descendants().filter(child -> child.info().commandLine()
          .map(line -> line.contains("app-server")).orElse(false))
          .forEach(ProcessHandle::destroyForcibly);
      assertInstanceOf(Failure.Unreachable.class, rest(reply).failure());
    }
    backend.answer(_ -> reply("Well", " met", "!"));
    fine(ask(codex, "Hello"));
  }

  private Failure failure(int status, String body) {
    backend.answer(_ -> status(status).header("Content-Type", "application/json").body(body));
    return ask(codex, "Hello").failure();
  }

  @Test
  void refusals_of_the_upstream_are_told_apart() {
    assertInstanceOf(Failure.Unauthorized.class, failure(401, "{\"detail\":\"expired\"}"));
    assertInstanceOf(Failure.Unauthorized.class, failure(403, "{\"detail\":\"forbidden\"}"));
    assertInstanceOf(Failure.RateLimited.class, failure(429, "{\"detail\":\"slow down\"}"));
    assertInstanceOf(Failure.RateLimited.class, failure(429, """
        {"error":{"type":"usage_limit_reached","message":"used up","plan_type":\
        "plus","resets_at":1795371451}}"""));
    Failure unknown = failure(404, """
        {"error":{"message":"The model `gpt-5.5` does not exist \
        or you do not have access to it.","code":"model_not_found"}}""");
    assertTrue(assertInstanceOf(Failure.UnknownModel.class, unknown).message()
        .contains("gpt-6-luna"));
    assertInstanceOf(Failure.UnknownModel.class, failure(400, "{\"detail\":\"The 'gpt-5.5' model "
        + "is not supported when using Codex with a ChatGPT account.\"}"));
    Failure rejected = failure(400, """
        {"error":{"message":"Invalid value","param":"text.verbosity","code":"invalid_value"}}""");
    assertEquals(new Failure.Rejected(400, "Codex: Invalid value", "text.verbosity",
        "invalid_value"), rejected);
    assertInstanceOf(Failure.Broken.class, failure(500, "{}"));
    backend.answer(_ -> hangUp());
    assertInstanceOf(Failure.Unreachable.class, ask(codex, "Hello").failure());
    backend.answer(_ -> reply("Well", " met", "!"));
    fine(ask(codex, "Hello"));
  }
}
