package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Prompts that nobody has copied from the game, in many languages, with right and wrong limits.
final class JobPromptsTest {
  private static final List<Integer> LIMITS = Arrays.asList(null, 100, 256, 500, 512, 777, 2_000,
      4_000, 4_096, 10_000, 12_000, 32_000);

  @Test
  void what_a_prompt_is_for_is_seen_whatever_its_language_and_limit() throws IOException {
    int asked = 0;
    Map<Purpose, Integer> missedByPurpose = new HashMap<>();
    List<String> missed = new ArrayList<>();
    for (JobPrompts prompt : JobPrompts.all()) {
      for (Integer limit : LIMITS) {
        if (prompt.purpose().job() == Job.OTHER && limit != null) continue;
        asked++;
        Purpose seen = prompt.request(limit).purpose();
        if (!seen.equals(prompt.purpose())) {
          missedByPurpose.merge(prompt.purpose(), 1, Integer::sum);
          missed.add(prompt.file() + " " + prompt.number() + ", limit " + limit + ": "
              + prompt.purpose() + " seen as " + seen);
        }
      }
    }
    String report = missed.size() + " of " + asked + " missed, " + missedByPurpose + ":\n"
        + String.join("\n", missed);
    if (!missed.isEmpty()) System.out.println(report);
    assertTrue(missed.size() * 1_000 <= asked, report);
  }

  @Test
  void a_search_query_counts_as_memory_and_hastens_like_the_choice_of_a_speaker() {
    assertEquals(Job.MEMORY, Purpose.SEARCH_QUERY.job());
    assertEquals(Urgency.LINE, Purpose.SEARCH_QUERY.urgency());
    assertEquals(Urgency.BACKGROUND, new Purpose(Job.MEMORY).urgency());
  }
}
