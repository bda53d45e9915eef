package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts that end before a stop sequence, wherever they are cut.
final class StopTextTest {

  private static String run(List<String> stops, String text, int size) {
    StopText stop = new StopText(stops);
    StringBuilder out = new StringBuilder();
    for (int from = 0; from < text.length() && !stop.reached(); from += size) {
      out.append(stop.feed(text.substring(from, Math.min(from + size, text.length()))));
    }
    if (!stop.reached()) out.append(stop.end());
    return out + (stop.reached() ? "!" : "");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 200})
  void the_earliest_sequence_ends_the_text_in_any_pieces(int size) {
    List<String> stops = List.of("\nPlayer:", "END", "ENDE");
    assertEquals("Aye.!", run(stops, "Aye.\nPlayer: no END", size));
    assertEquals("The !", run(stops, "The ENDE", size));
    assertEquals("\nPlaye EN\nPl", run(stops, "\nPlaye EN\nPl", size));
    assertEquals("\n!", run(stops, "\n\nPlayer:", size));
    assertEquals("!", run(stops, "END", size));
    assertEquals("", run(stops, "", size));
  }

  @Test
  void without_sequences_nothing_is_held_back() {
    assertEquals("any", new StopText(List.of()).feed("any"));
  }

  @Test
  void only_what_may_become_a_sequence_is_held_back() {
    StopText stop = new StopText(List.of("abc"));
    assertEquals("x", stop.feed("xab"));
    assertEquals("abx", stop.feed("x"));
    assertEquals("", stop.feed("ab"));
    assertEquals("ab", stop.end());
  }
}
