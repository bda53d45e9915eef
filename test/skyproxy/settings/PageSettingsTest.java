package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.chat.Limits;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The names and limits that the page sets.
final class PageSettingsTest {
  @TempDir
  Path folder;
  private Path file;
  private LiveSettings live;

  @BeforeEach
  void load() throws Exception {
    file = folder.resolve("config.json");
    Files.writeString(file, """
        {"providers":{"ollama":{"base_url":"http://127.0.0.1:11434/v1","mine":1}},
         "budget":{"claude_window":0.9},"kept":[1.50]}""");
    live = LiveSettings.load(CommandLine.parse(List.of("--config", file.toString())), Map.of(),
        null);
  }

  @Test
  void names_are_set_and_taken_out_again_and_all_else_stays() throws Exception {
    names("""
        {"default_model":"demo","aliases":{"lydia":"a > b"},"budget_day":2.5}""");
    assertEquals("demo", live.now().defaultModel());
    assertEquals(Map.of("lydia", "a > b"), live.now().aliases());
    assertEquals(new BigDecimal("2.5"), live.now().budget().day());
    assertEquals("{\"claude_window\":0.9,\"day\":2.5}", member("budget"));
    assertEquals("[1.50]", member("kept"));
    Json.Obj.Builder shown = Json.Obj.builder();
    PageSettings.putNames(shown, live.now());
    assertEquals("""
        {"default_model":"demo","aliases":{"lydia":"a > b"},"budget_day":2.5}""",
        shown.build().toString());
    names("""
        {"default_model":" ","aliases":{},"budget_day":null}""");
    assertEquals("claude-sonnet-5-5", live.now().defaultModel());
    assertEquals("{\"claude_window\":0.9}", member("budget"));
    assertEquals("null", member("aliases"));
  }

  @Test
  void the_limits_of_a_server_stand_in_its_entry_and_those_of_others_where_they_have_theirs()
      throws Exception {
    limits("""
        {"provider":"ollama","max_concurrent":1,"first_token_seconds":60,"day":0}""");
    Limits ollama = live.now().servers().getFirst().limits();
    assertEquals(1, ollama.maxConcurrent());
    assertEquals(Duration.ofSeconds(60), ollama.firstToken());
    assertTrue(member("providers").contains("\"mine\":1"), member("providers"));
    limits("""
        {"provider":"claude","silence_seconds":12,"processes":3,"day":1,"window":0.5}""");
    assertEquals(Duration.ofSeconds(12), live.now().claude().limits().silence());
    assertEquals(3, live.now().claude().processes());
    assertEquals("""
        {"connect_seconds":5,"first_token_seconds":null,"silence_seconds":12,\
        "max_concurrent":null,"processes":3,"day":1,"window":0.5}""",
        PageSettings.limits(live.now(), "claude", live.now().claude().limits()).toString());
    assertEquals("""
        {"connect_seconds":5,"first_token_seconds":60,"silence_seconds":30,\
        "max_concurrent":1,"day":0}""",
        PageSettings.limits(live.now(), "ollama", ollama).toString());
    assertEquals(Json.NULL, PageSettings.limits(live.now(), "demo", Limits.DEFAULT));
    limits("""
        {"provider":"claude","silence_seconds":null,"processes":null,"day":null,"window":null}""");
    assertEquals("null", member("limits"));
    assertEquals("{\"providers\":{\"ollama\":{\"day\":0}}}", member("budget"));
  }

  @Test
  void what_limits_says_of_a_server_is_changed_and_goes_with_it() throws Exception {
    live.edit(content -> content.with("limits",
        Json.parse("{\"ollama\":{\"max_concurrent\":2,\"silence_seconds\":9}}")));
    assertEquals(2, live.now().servers().getFirst().limits().maxConcurrent());
    limits("""
        {"provider":"ollama","max_concurrent":null}""");
    assertEquals(Integer.MAX_VALUE, live.now().servers().getFirst().limits().maxConcurrent());
    limits("""
        {"provider":"ollama","silence_seconds":12}""");
    assertEquals(Duration.ofSeconds(12), live.now().servers().getFirst().limits().silence());
    assertEquals("null", member("limits"));
    live.edit(content -> content.with("limits", Json.parse("{\"ollama\":{}}"))
        .with("budget", Json.parse("{\"day\":2,\"providers\":{\"ollama\":{\"day\":1}}}")));
    PageSettings.removeServer(live, "ollama");
    assertEquals(List.of(), live.now().servers());
    assertEquals("null", member("limits"));
    assertEquals("{\"day\":2}", member("budget"));
  }

  @Test
  void what_is_wrong_changes_nothing() throws Exception {
    String before = Files.readString(file);
    for (String wrong : List.of("{\"default_model\":\"demo\",\"aliases\":{\"demo\":\"x\"}}",
        "{\"budget_day\":-1}", "{\"aliases\":5}", "{\"default_model\":[]}")) {
      assertThrows(SettingsException.class, () -> names(wrong), wrong);
    }
    for (String wrong : List.of("{\"provider\":\"claude\",\"processes\":0}",
        "{\"provider\":\"claude\",\"processes\":3,\"window\":2}",
        "{\"provider\":\"ollama\",\"max_concurrent\":\"many\"}")) {
      assertThrows(SettingsException.class, () -> limits(wrong), wrong);
    }
    for (String wrong : List.of("{}", "{\"port\":1}", "[]")) {
      assertThrows(Cursor.Mismatch.class, () -> names(wrong), wrong);
    }
    for (String wrong : List.of("{}", "{\"provider\":\"demo\",\"day\":1}",
        "{\"provider\":\"ollama\"}", "{\"provider\":\"ollama\",\"processes\":1}",
        "{\"provider\":\"ollama\",\"base_url\":\"x\"}")) {
      assertThrows(Cursor.Mismatch.class, () -> limits(wrong), wrong);
    }
    assertEquals(before, Files.readString(file));
    assertEquals(6, live.now().claude().processes());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "limits | {'provider':'ollama','max_concurrent':0} | max_concurrent must be a whole | value",
      "limits | {'provider':'claude','silence_seconds':'x'} | silence_seconds must be a | type",
      "limits | {'provider':'claude','window':2} | window must be a share, from 0 to 1 | value",
      "limits | {'provider':'ollama','day':-1} | day must be US dollars, a number from | value",
      "names | {'budget_day':-1} | budget_day must be US dollars, a number from 0 on | value",
      "names | {'default_model':[]} | default_model must be a string | type",
      "names | {'aliases':{'a,b':'x'}} | aliases['a,b'] must have a name without | value",
      "jobs | {'jobs':{'mood':5}} | jobs.mood must be a string | type",
      "jobs | {'jobs':{'dialog':'x'}} | jobs.dialog is no job of the game | value",
      "server a:b | {'base_url':'http://x'} | name must have a name without blanks | value",
      "server a | {'base_url':'x'} | base_url must be a URL | value",
      "server a | {'base_url':5} | base_url must be a string | type",
      "server a | {'warm':true} | base_url is required | missing_field"})
  void what_is_wrong_is_named_as_the_request_names_it(String what, String body, String words,
      String kind) {
    Cursor asked = Cursor.of(Json.parse(body.replace('\'', '"')));
    var wrong = assertThrows(SettingsException.class, () -> {
      switch (what) {
        case "limits" -> PageSettings.changeLimits(live, asked);
        case "names" -> PageSettings.changeNames(live, asked);
        case "jobs" -> PageSettings.changeJobs(live, asked);
        default -> PageSettings.changeServer(live, what.substring(7), _ -> asked.object());
      }
    });
    String expected = words.replace('\'', '"');
    assertTrue(wrong.getMessage().startsWith(expected), wrong.getMessage());
    assertFalse(wrong.getMessage().contains(file.toString()), wrong.getMessage());
    assertEquals(expected.substring(0, expected.indexOf(' ')), wrong.param());
    assertEquals(kind.contains("_") ? kind : "invalid_" + kind, wrong.code());
  }

  @Test
  void what_can_not_work_together_is_told_without_the_file() throws Exception {
    live.check(settings -> {
      if (settings.defaultModel().equals("loop")) throw new IllegalArgumentException("it loops");
    });
    for (String more : List.of("", ",\"budget_day\":1")) {
      var wrong = assertThrows(SettingsException.class,
          () -> names("{\"default_model\":\"loop\"" + more + "}"));
      assertEquals("it loops", wrong.getMessage());
      assertEquals(more.isEmpty() ? "default_model" : null, wrong.param());
    }
  }

  private void names(String body) throws Exception {
    PageSettings.changeNames(live, Cursor.of(Json.parse(body)));
  }

  private void limits(String body) throws Exception {
    PageSettings.changeLimits(live, Cursor.of(Json.parse(body)));
  }

  private String member(String name) throws Exception {
    Json there = ((Json.Obj) Json.parse(Files.readString(file))).get(name);
    return there == null ? "null" : there.toString();
  }
}
