package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.LocalProxy.Answer;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Routes.Route;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.ScriptedProvider;

/// Lines that break off, with `finish_broken_lines` on: in an upstream's chunks and in events of
/// our own, streamed and plain.
@Tag("core")
final class BrokenLinesTest {
  private static final String ON = "\"finish_broken_lines\":true,";
  private static final String LINE = "You are Hroki, in Skyrim. Respond in character now.";
  private static final String POEM = "Write a poem.";
  private static final Failure.Broken GONE = new Failure.Broken(502, "It is gone.");

  private final FakeUpstream upstream = new FakeUpstream();
  private volatile List<Object> steps;
  private final ScriptedProvider own = new ScriptedProvider("own", _ -> steps);
  @TempDir
  private Path folder;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    start(ON);
  }

  private void start(String settings) throws Exception {
    proxy = new LocalProxy(folder, settings + """
        "providers":{"a":{"base_url":"%s/v1"}}""".formatted(upstream.url()),
        new Route(own, "own"::equals, ""));
  }

  @AfterEach
  void stop() {
    proxy.close();
    upstream.close();
  }

  private Answer ask(String model, boolean stream, String words) throws IOException {
    return ask(model, stream, words, "\"messages\"");
  }

  private Answer ask(String model, boolean stream, String words, String messages)
      throws IOException {
    return proxy.post("""
        {"model":"%s","stream":%s,%s:[{"role":"user","content":"%s"}]}"""
        .formatted(model, stream, messages, words));
  }

  /// The upstream says this piece by piece and then falls over; our own provider does too.
  private void breaksOff(String... pieces) {
    List<String> data = new ArrayList<>();
    List<Object> script = new ArrayList<>();
    for (String piece : pieces) {
      data.add("{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{"
          + "\"index\":0,\"delta\":{\"content\":" + new Json.Str(piece)
          + "},\"finish_reason\":null}]}");
      script.add(new Event.Text(piece));
    }
    upstream.answer(FakeUpstream.events(data.toArray(String[]::new)));
    script.add(GONE);
    steps = script;
  }

  private void ended(String said, Answer answer) {
    assertEquals(said, answer.spoken());
    assertEquals("stop", answer.finishReason(), answer.text());
    assertNull(answer.error(), answer.text());
  }

  @Test
  void a_line_that_breaks_off_ends_behind_its_last_sentence() throws Exception {
    breaksOff("Ten sep", "tims. *She nods.*", " Stay as ", "long as you like");
    for (String model : List.of("a:m", "own")) {
      Answer streamed = ask(model, true, LINE);
      ended("Ten septims. *She nods.*", streamed);
      assertTrue(streamed.done(), streamed.text());
    }
    Answer plain = ask("own", false, LINE);
    assertEquals(200, plain.status());
    ended("Ten septims. *She nods.*", plain);
  }

  @Test
  void behind_the_first_sentence_whole_ones_go_out() throws Exception {
    breaksOff("Ten ", "septims. Go", " up. Turn", " left. And");
    List<String> deltas = ask("own", true, LINE).data().stream()
        .map(data -> Cursor.of(data).at("choices").at(0).at("delta").at("content").stringOr(""))
        .filter(delta -> !delta.isEmpty()).toList();
    assertEquals(List.of("Ten ", "septims.", " Go up.", " Turn left."), deltas);
  }

  @Test
  void the_end_is_marked_and_counts_as_answered() throws Exception {
    breaksOff("Ten septims. And th");
    ask("own", true, LINE);
    Cursor stats = Cursor.of(proxy.stats());
    while (stats.at("recent").array().isEmpty()) stats = Cursor.of(proxy.stats());
    Cursor last = stats.at("recent").at(0);
    assertEquals("answered", last.at("outcome").string());
    assertTrue(last.at("cut_short").bool());
    assertEquals("It is gone.", last.at("message").string());
    assertEquals("broken", last.at("attempts").at(0).at("failure").string());
  }

  /// What the upstream would have counted is not known, and zero is no figure.
  @Test
  void its_end_reports_no_tokens() throws Exception {
    breaksOff("Ten septims. And th");
    String counted = "\"stream_options\":{\"include_usage\":true},\"messages\"";
    for (String model : List.of("a:m", "own")) {
      Answer answer = ask(model, true, LINE, counted);
      ended("Ten septims.", answer);
      assertFalse(answer.text().contains("prompt_tokens"), answer.text());
    }
    Answer plain = ask("own", false, LINE);
    ended("Ten septims.", plain);
    assertFalse(plain.text().contains("usage"), plain.text());
  }

  @Test
  void before_the_end_of_a_sentence_it_is_an_error_as_ever() throws Exception {
    breaksOff("Ten septims for ", "the night");
    for (String model : List.of("a:m", "own")) broken(ask(model, true, LINE));
    assertEquals(502, ask("own", false, LINE).status());
  }

  @Test
  void other_work_is_an_error_as_ever() throws Exception {
    breaksOff("Ten septims. And", " the night");
    for (String model : List.of("a:m", "own")) broken(ask(model, true, POEM));
    assertEquals(502, ask("own", false, POEM).status());
  }

  @Test
  void it_is_off_unless_asked_for() throws Exception {
    proxy.close();
    start("");
    breaksOff("Ten septims. And", " the night");
    for (String model : List.of("a:m", "own")) broken(ask(model, true, LINE));
    assertEquals(502, ask("own", false, LINE).status());
  }

  @Test
  void a_whole_line_stays_as_it_is() throws Exception {
    String text = "Ten septims. Stay as you like.\nACTION: RentRoom PARAMS: {\"days\": 1}";
    upstream.answer(FakeUpstream.events(
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":" + new Json.Str(text) + "}}]}",
        "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}", "[DONE]"));
    steps = List.of(new Event.Text(text), new Event.Finish(FinishReason.LENGTH, Usage.NONE));
    for (String model : List.of("a:m", "own")) {
      Answer answer = ask(model, true, LINE);
      assertEquals(text, answer.spoken());
      assertEquals("length", answer.finishReason());
      assertTrue(answer.done());
    }
  }

  private static void broken(Answer answer) {
    assertEquals("upstream_error", answer.error(), answer.text());
    assertFalse(answer.done());
    assertNull(answer.finishReason());
  }
}
