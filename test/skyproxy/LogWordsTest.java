package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// The words that no log holds, on the console or in its files, with every detail switched on:
/// those of a prompt, and those of an upstream, which quotes prompts.
@Tag("slow")
@Tag("anywhere")
final class LogWordsTest {
  /// In what the game sends.
  private static final String PROMPT = "Mudcrab";
  /// In what upstreams say themselves.
  private static final String THEIRS = "Skeever";

  private final FakeUpstream upstream = new FakeUpstream();
  private final AtomicReference<Answer> next = new AtomicReference<>();

  @TempDir
  private Path folder;
  private int asked;
  private int quoted;

  @AfterEach
  void close() {
    upstream.close();
  }

  /// Every way to a model once: Claude's three, Codex' two, the others each time.
  @ParameterizedTest
  @CsvSource({"api-key, ''", "direct, no-app-server", "cli, ''"})
  void no_word_of_a_prompt_or_of_an_upstream_is_in_the_log(String claude, String codex)
      throws Exception {
    upstream.answer(_ -> next.get());
    next.set(FakeUpstream.sse(Fixtures.text("claude/text.sse")));
    EveryProvider every = new EveryProvider(folder, upstream.url(), claude, codex);
    try (Program program = every.start("", "--verbose")) {
      for (String model : List.of(EveryProvider.CLAUDE, EveryProvider.OPENROUTER,
          EveryProvider.SERVER)) {
        if (model.equals(EveryProvider.CLAUDE) && claude.equals("cli")) continue;
        for (Answer answer : answers()) {
          next.set(answer);
          ask(program, model, "Hail!");
        }
      }
      if (claude.equals("cli")) {
        for (String order : List.of("words 3", "fail rate_limit 429", "fail authentication_failed"
            + " 401", "fail invalid_request 400", "break 0 because Skeever", "break 2 because"
            + " Skeever", "die 0", "die 2")) {
          ask(program, EveryProvider.CLAUDE, order + " say " + PROMPT);
        }
      }
      for (String order : List.of("@quote", "@fail", "@crash", "@401", "@unknown", "@used",
          "@cut", "@die", "@garbage")) {
        ask(program, EveryProvider.CODEX, order + " " + THEIRS);
      }
      assertTrue(quoted > 20, "the game is told what upstreams say: " + quoted);
      // To end a program is to kill it on Windows, with what it was about to log.
      until("the last one is logged", this::allAreLogged);
      program.process().destroy();
      program.exitStatus();
      int lines = 0;
      for (Path log : logs()) {
        String text = Files.readString(log);
        for (String each : List.of(PROMPT, THEIRS, "Anthropic's own words", "I was told")) {
          assertFalse(text.contains(each), () -> each + " in " + log + ": " + text.lines()
              .filter(line -> line.contains(each)).toList());
        }
        if (log.toString().endsWith(".log")) lines += requests(text);
      }
      assertEquals(asked, lines, "a line for each request");
      assertEquals(asked, requests(program.stderr()));
    }
  }

  private static int requests(String log) {
    return (int) log.lines().filter(line -> line.contains(", first word ")).count();
  }

  private boolean allAreLogged() {
    try {
      for (Path log : logs()) {
        if (requests(Files.readString(log)) < asked) return false;
      }
      return true;
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  private List<Path> logs() throws IOException {
    List<Path> all = new ArrayList<>(List.of(folder.resolve("stderr")));
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(each -> each.getFileName().toString().matches("config-\\d+\\.log"))
          .forEach(all::add);
    }
    assertEquals(2, all.size(), all.toString());
    return all;
  }

  private void ask(Program program, String model, String text) throws IOException {
    for (boolean stream : new boolean[] {true, false}) {
      Json.Obj body = (Json.Obj) Json.parse("""
          {"stop":["%1$sStop"],"user":"%1$sUser","mod_index":"%1$s","temperature":1.5,
          "max_tokens":200,"messages":[{"role":"system","content":"You are %1$s."},
          {"role":"user","content":"And this? %1$s"},{"role":"assistant","content":"%1$s."},
          {"role":"user","content":"%2$s"}]}""".formatted(PROMPT, text).replace("\n", ""));
      body = body.with("model", new Json.Str(model)).with("stream", new Json.Bool(stream));
      try (RawClient game = program.client()) {
        String answer = game.post("/v1/chat/completions", body.toString()).answer().text();
        if (answer.contains("\"error\"") && answer.contains(THEIRS)) quoted++;
      }
      asked++;
    }
  }

  /// What upstreams answer when they refuse, fail or break off, all in the request's words.
  private static List<Answer> answers() {
    String words = THEIRS + " does not take " + PROMPT + ", and not " + PROMPT + "Stop";
    String error = """
        {"type":"error","error":{"type":"%1$s","code":"%1$s_code","param":"%2$s",
        "message":"%3$s"}}""".formatted(THEIRS, PROMPT, words).replace("\n", "");
    List<Answer> all = new ArrayList<>();
    for (int status : new int[] {400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 529}) {
      all.add(FakeUpstream.json(error).status(status));
      all.add(FakeUpstream.status(status).header("Content-Type", "text/html")
          .body("<html><title>" + words + "</title></html>"));
    }
    for (String refused : List.of("temperature is not supported: ", "stop value is not allowed: ",
        "prompt is too long: 9000 tokens > 8000 maximum: ", "roles must alternate: ",
        "Unrecognized request argument: mod_index: ")) {
      all.add(FakeUpstream.json(error.replace(words, refused + words)).status(400));
    }
    String text = Fixtures.text("claude/text.sse");
    all.add(FakeUpstream.sse(text).dropAfter(4));
    all.add(FakeUpstream.json(error));
    all.add(FakeUpstream.json("{" + words));
    all.add(FakeUpstream.events(error));
    all.add(FakeUpstream.events("{" + words));
    all.add(FakeUpstream.events("""
        {"choices":[{"delta":{"content":"Well met"}}]}""", "{" + words, error));
    all.add(FakeUpstream.hangUp());
    return all;
  }
}
