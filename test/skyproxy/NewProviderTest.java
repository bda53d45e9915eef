package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.parrot.ParrotProvider;
import skyproxy.routing.Routes.Route;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.RawClient;

/// A vendor that nobody has heard of is one package and one line beside the wiring's others: it is
/// routed to, listed, shown, limited and checked like those that are known.
final class NewProviderTest {
  @TempDir
  private Path folder;
  private FakeUpstream cage;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    cage = new FakeUpstream();
    cage.answer(squawk("Polly ", "wants {}", "."));
    proxy = new LocalProxy(folder, """
        "aliases":{"bird":"parrot-grey"}""",
        new Route(new ParrotProvider(cage.uri()), id -> id.startsWith("parrot-"), ""));
  }

  @AfterEach
  void stop() {
    proxy.close();
    cage.close();
  }

  private static FakeUpstream.Answer squawk(String... words) {
    String all = String.join("", List.of(words).stream()
        .map(word -> "event: word\ndata: " + word + "\n\n").toList());
    return FakeUpstream.sse(all + "event: hush\ndata: done\n\n");
  }

  private Cursor get(String path) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return Cursor.of(Json.parse(client.answer().body()));
    }
  }

  private Cursor post(String path, String body) throws IOException {
    try (RawClient client = proxy.client()) {
      return Cursor.of(Json.parse(
          client.post(path, body, "Content-Type: application/json").answer().body()));
    }
  }

  private static Cursor named(Cursor list, String member, String value) {
    return list.array().stream().filter(each -> each.at(member).string().equals(value)).findFirst()
        .orElseThrow();
  }

  @Test
  void it_is_routed_to_by_its_ids_and_by_an_alias() throws Exception {
    for (String model : new String[] {"parrot-grey", "bird", "nobody:x > bird"}) {
      for (boolean stream : new boolean[] {true, false}) {
        LocalProxy.Answer answer = proxy.ask(model, stream);
        assertEquals(200, answer.status(), answer.text());
        assertEquals("Polly wants {}.", answer.spoken());
        assertEquals("stop", answer.finishReason());
      }
    }
    Cursor sent = Cursor.of(cage.requests().getFirst().json());
    assertEquals("parrot-grey", sent.at("bird").string());
    assertEquals("Who goes there?", sent.at("heard").at(0).string());
  }

  @Test
  void another_one_steps_in_when_it_breaks_off_before_the_first_word() throws Exception {
    cage.answer(FakeUpstream.status(500).body("Squawk!"));
    LocalProxy.Answer answer = proxy.ask("parrot-grey > demo", true);
    assertEquals(200, answer.status());
    assertFalse(answer.spoken().isBlank());
    assertEquals("demo", answer.model());
    assertEquals("upstream_error", proxy.ask("parrot-blue", true).error());
  }

  @Test
  void its_models_are_listed() throws Exception {
    List<String> ids = get("/v1/models").at("data").array().stream()
        .map(model -> model.at("id").string()).toList();
    assertTrue(ids.containsAll(List.of("parrot-grey", "parrot-blue", "bird", "demo")),
        ids::toString);
    assertEquals("polly", get("/v1/models/parrot-blue").at("owned_by").string());
  }

  @Test
  void stats_and_with_them_the_page_show_it_among_the_others() throws Exception {
    proxy.ask("parrot-grey", true);
    Cursor stats = get("/stats");
    // A request is counted just after its last byte has gone.
    for (; stats.at("last_id").integer() == 0; stats = get("/stats")) Thread.sleep(5);
    Cursor shown = named(stats.at("providers"), "name", "parrot");
    assertEquals("Polly & Sons", shown.at("title").string());
    assertEquals("ready", shown.at("state").string());
    assertEquals(List.of("parrot-grey", "parrot-blue"),
        shown.at("models").array().stream().map(Cursor::string).toList());
    assertTrue(shown.at("key_member").isMissing(), "there is no form for a key");
    assertEquals("openrouter_api_key",
        named(stats.at("providers"), "name", "openrouter").at("key_member").string());
    Cursor last = stats.at("recent").at(0);
    assertEquals("parrot-grey", last.at("model").string());
    assertEquals("parrot", last.at("provider").string());
  }

  @Test
  void health_counts_it_as_one_that_can_answer() throws Exception {
    assertEquals("healthy", get("/health").at("status").string());
  }

  @Test
  void the_check_up_finds_what_it_can_do() throws Exception {
    for (String check : new String[] {"HELLO", "DIALOGUE", "ELEVEN", "TRUNCATED"}) {
      Cursor found = post("/config/doctor",
          "{\"model\":\"parrot-grey\",\"check\":\"" + check + "\"}");
      assertEquals("works", found.at("result").string(), found.json().toString());
    }
    cage.answer(FakeUpstream.sse("event: word\ndata: I \n\n").dropAfter(1));
    Cursor found = post("/config/doctor", "{\"model\":\"parrot-grey\",\"check\":\"DIALOGUE\"}");
    assertEquals("fails", found.at("result").string(), found.json().toString());
  }
}
