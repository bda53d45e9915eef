package skyproxy.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.chat.Job;
import skyproxy.json.Json;

/// The form of answers, right and wrong, job by job.
final class FormTest {

  /// @param wrong the beginnings of the titles of the rules that do not hold
  record Case(Job job, String prompt, String answer, String... wrong) {
    @Override
    public String toString() {
      return job.wireName() + ": " + answer.lines().findFirst().orElse("");
    }
  }

  private static final String MEMORY = """
      Answer with {"content": "…", "importance_score": 0.5, "tags": []}""";

  static List<Case> cases() {
    return List.of(
        new Case(Job.DIALOGUE, "", "Aye. *nods*\nACTION: Follow PARAMS: {\"days\": 1}"),
        new Case(Job.DIALOGUE, "", "Aye. <internal_thought>Hm.</internal_thought>"),
        new Case(Job.DIALOGUE, "", "", "says"),
        new Case(Job.DIALOGUE, "", "<think>He asks…</think> Aye.", "no thoughts"),
        new Case(Job.DIALOGUE, "", "Aye.\nACTION: Follow PARAMS: {days", "a right ACTION"),
        new Case(Job.DIALOGUE, "", "Aye.\nACTION Follow", "a right ACTION"),
        new Case(Job.DIALOGUE, "", "# Lydia\nAye.", "no headings"),
        new Case(Job.DIALOGUE, "", "word ".repeat(200), "short enough"),
        new Case(Job.ACTION, "", "ACTION: None"),
        new Case(Job.ACTION, "", "ACTION: Rent PARAMS: {\"days\":1}\n"),
        new Case(Job.ACTION, "", "I choose\nACTION: None", "one line", "an ACTION"),
        new Case(Job.ACTION, "", "None", "an ACTION"),
        new Case(Job.MOOD, "", "HAPPY"),
        new Case(Job.MOOD, "", "WÜTEND\n"),
        new Case(Job.MOOD, "", "She is happy.", "one word"),
        new Case(Job.SPEAKER, "Answer as speaker>target or 0", "Lydia>Tavi"),
        new Case(Job.SPEAKER, "Answer as speaker>target or 0", "0"),
        new Case(Job.SPEAKER, "Answer as speaker>target or 0", "**Lydia**", "who, or"),
        new Case(Job.SPEAKER, "Answer with a name", "Lydia"),
        new Case(Job.MEMORY, MEMORY, "{\"importance_score\":0.5,\"tags\":[]}"),
        new Case(Job.MEMORY, MEMORY, "```json\n{\"importance_score\":1,\"tags\":[]}\n```"),
        new Case(Job.MEMORY, MEMORY, "[{\"importance_score\":1,\"tags\":[]}]"),
        new Case(Job.MEMORY, MEMORY, "{\"importance_score\":1}", "JSON with"),
        new Case(Job.MEMORY, MEMORY, "She remembers a sword.", "JSON with"),
        new Case(Job.MEMORY, "Write a search query.", "sword of Whiterun"),
        new Case(Job.DIARY, "{\"importance_score\": 1}", "{\"importance_score\":0.1}"),
        new Case(Job.DIARY, "{\"importance_score\": 1}", "Dear diary", "JSON with"),
        new Case(Job.PROFILE, "\"updated_content\"", "{\"updated_content\":\"x\"}"),
        new Case(Job.PROFILE, "\"updated_content\"", "{\"content\":\"x\"}", "JSON with"),
        new Case(Job.PROFILE, "", "A Nord.", "JSON that"),
        new Case(Job.GAMEMASTER, "", "ACTION: StartConversation PARAMS: {\"a\":\"b\"}"),
        new Case(Job.GAMEMASTER, "", "ACTION: StartConversation PARAMS: {\"a\":", "a right"),
        new Case(Job.VISION, "", "A red square."),
        new Case(Job.VISION, "", "```\nA red square.\n```", "no code"),
        new Case(Job.AGENT, "", "Done."),
        new Case(Job.AGENT, "", "Now.\n<function_calls>\n{\"name\":\"x\",\"parameters\":{}}\n"
            + "</function_calls>"),
        new Case(Job.AGENT, "", "<function_calls>\n{\n\"name\":\"x\"\n}\n</function_calls>"),
        new Case(Job.AGENT, "", "<function_calls>\n{\"name\":\"x\"}\n</function_calls>\nBye.",
            "function calls that are closed"),
        new Case(Job.AGENT, "", "<function_calls>\n{\"name\":\"x\"}", "function calls that are",
            "function calls that can"),
        new Case(Job.AGENT, "", "<function_calls>\nx()\n</function_calls>",
            "function calls that can"),
        new Case(Job.TRANSLATE, "", "Well met."),
        new Case(Job.TRANSLATE, "", "Here you are:\nWell met.", "one line"),
        new Case(Job.OTHER, "", "Anything\nat all."));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void an_answer_keeps_its_form_or_not(Case one) {
    Json.Obj request = Json.Obj.builder().put("messages", Json.Arr.of(Json.Obj.builder()
        .put("role", "user").put("content", one.prompt() + ".").build())).build();
    Scene scene = new Scene("x", one.job(), Instant.EPOCH, request, List.of());
    List<String> wrong = Form.check(scene, one.answer()).stream()
        .filter(each -> !each.holds()).map(Form.Finding::title)
        .filter(title -> !one.answer().isEmpty() || title.startsWith("says")).toList();
    assertEquals(one.wrong().length, wrong.size(), wrong.toString());
    for (String start : one.wrong()) {
      assertTrue(wrong.stream().anyMatch(title -> title.startsWith(start)), wrong.toString());
    }
  }

  @Test
  void every_job_has_a_right_and_all_with_a_form_a_wrong_answer_above() {
    Set<Job> right = jobs(cases().stream().filter(one -> one.wrong().length == 0));
    Set<Job> wrong = jobs(cases().stream().filter(one -> one.wrong().length > 0));
    assertEquals(EnumSet.allOf(Job.class), right);
    assertEquals(EnumSet.complementOf(EnumSet.of(Job.OTHER)), wrong);
  }

  private static Set<Job> jobs(Stream<Case> some) {
    return some.map(Case::job).collect(Collectors.toCollection(() -> EnumSet.noneOf(Job.class)));
  }
}
