package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sentences in the languages of the game's players, whole or broken off.
final class SentencesTest {
  private static List<String> fed(Sentences sentences, String... pieces) {
    List<String> out = new ArrayList<>();
    for (String piece : pieces) out.add(sentences.feed(piece));
    return out;
  }

  @Test
  void the_first_sentence_goes_on_as_it_comes_and_the_others_whole() {
    Sentences sentences = new Sentences(null);
    assertEquals(List.of("Ten septims", ".", "", "", " Pay here!", ""),
        fed(sentences, "Ten septims", ".", " Pay ", "here", "! Or", " leave"));
    assertEquals(" Or leave", sentences.end());
  }

  /// The bar stands behind the last whole sentence; what follows has broken off.
  @ParameterizedTest
  @ValueSource(strings = {
    "Well met.| I am",
    "Well met.|",
    "Well met!|  ",
    "\"Who goes there?\"| She",
    "“Halt!”| The",
    "*She looks up.*| Ten sept",
    "*She looks up.* \"Ten septims.\"| *She tur",
    "I wonder… maybe not.| But",
    "Wait...| What",
    "\"What?\" she asked.| Then",
    "Really?!| No w",
    "Ask Dr. Faust about J. Marr, e.g. Tuesday.| He",
    "It is 3.5 leagues. Walk.| It costs 3",
    "So am I.| Now",
    "Es ist kalt. Geh nach Haus!| Und z.B. Ri",
    "« Bonjour ! »| Il",
    "«Стой!»| Кто",
    "Стой. Это я.| Кто идёт",
    "¿Quién va? ¡Alto!| No",
    "誰だ？止まれ。|動くと",
    "「誰だ？」|彼は",
    "你是谁？站住！|不要",
    "멈춰. 누구냐?| 나는",
    "توقف. من أنت؟| أنا",
    "Take it.\nGo now\n|And never",
    "Take it.|\nACTION: Give PARAMS: {\"say\": \"Here. Take",
    "Take it.|\nACTION: None",
    "Take it.\nACTION: Give PARAMS: {\"a\": 1}\n|Go",
    "1. Take it.|\n2. G",
  })
  void what_broke_off_is_ended_behind_the_last_sentence_wherever_it_is_cut(String marked) {
    int bar = marked.indexOf('|');
    String text = marked.substring(0, bar) + marked.substring(bar + 1);
    String whole = marked.substring(0, bar).stripTrailing();
    assertEquals(whole, Sentences.whole(text));
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      for (WholeWords words : new WholeWords[] {null, new WholeWords()}) {
        Sentences sentences = new Sentences(words);
        String out = String.join("", fed(sentences, pieces.toArray(String[]::new)));
        assertEquals(whole, (out + sentences.cut()).stripTrailing(), pieces.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Well met", "Ask Dr.", "It is 3.", "ACTION: None",
    "ACTION: Say PARAMS: {\"a\": \"Hail. You", "ACTION: Trade\nGood", "e.g. Riften, or"})
  void what_broke_off_before_the_end_of_a_sentence_is_not_ended(String text) {
    assertNull(Sentences.whole(text));
  }

  @Test
  void nothing_is_lost_or_ended_when_all_of_it_comes() {
    String text = "Hail! *He bows.* \"Dr. Marr… is out.\" 山の上。竜だ？\n\nSure\nACTION: X {\"a\": 1}";
    for (List<String> pieces : ThinkTagsTest.cuts(text)) {
      Sentences sentences = new Sentences(new WholeWords());
      String out = String.join("", fed(sentences, pieces.toArray(String[]::new)));
      assertTrue(text.startsWith(out), out);
      assertEquals(text, out + sentences.end());
      assertNull(sentences.cut());
    }
  }

  @Test
  void text_behind_an_end_passes() {
    Sentences sentences = new Sentences(null);
    fed(sentences, "Look. And then");
    assertEquals(" And then", sentences.end());
    assertEquals("more of it", sentences.feed("more of it"));
    assertNull(sentences.cut());
  }
}
