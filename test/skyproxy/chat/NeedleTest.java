package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// Words in long texts.
final class NeedleTest {
  private static final String[] WORDS =
      {"primaryMood", "] (", "aab", "M", "MMm", "Łódź", "雪漫", "tags", "<function_calls"};

  @Test
  void it_is_found_where_it_stands_first() {
    Random random = new Random(7);
    int found = 0;
    for (int i = 0; i < 20_000; i++) {
      String word = WORDS[i % WORDS.length];
      StringBuilder text = new StringBuilder();
      // Of the word's own letters, so that much of it is there by chance.
      for (int n = random.nextInt(200); n > 0; n--) {
        int at = random.nextInt(word.length() + 1);
        text.append(at == word.length() ? " prose ".repeat(random.nextInt(20))
            : random.nextInt(5) == 0 ? word : word.substring(at, at + 1));
      }
      int from = random.nextInt(text.length() + 2);
      int expected = text.indexOf(word, from);
      assertEquals(expected, new Needle(word).in(text.toString(), from), word + " in " + text);
      if (expected >= 0) found++;
    }
    assertTrue(found > 5_000 && found < 19_000, () -> "the texts prove little");
  }

  @Test
  void a_letter_that_is_everywhere_does_not_hide_it() {
    String text = "M".repeat(100_000) + "primaryMood" + "M".repeat(100_000);
    assertEquals(100_000, new Needle("primaryMood").in(text, 0));
    assertEquals(-1, new Needle("primaryMood").in(text, 100_001));
  }
}
