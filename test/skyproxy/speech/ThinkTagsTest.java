package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Thoughts are told from speech wherever a stream is cut, and nothing else is touched.
final class ThinkTagsTest {
  /// Every way to cut a text in two, and pieces of 1, 2, 3 and 7.
  static List<List<String>> cuts(String text) {
    List<List<String>> all = new ArrayList<>();
    for (int at = 0; at <= text.length(); at++) {
      all.add(List.of(text.substring(0, at), text.substring(at)));
    }
    for (int size : new int[] {1, 2, 3, 7}) {
      List<String> pieces = new ArrayList<>();
      for (int at = 0; at < text.length(); at += size) {
        pieces.add(text.substring(at, Math.min(text.length(), at + size)));
      }
      all.add(pieces);
    }
    return all;
  }

  private static ThinkTags.Split read(List<String> pieces) {
    ThinkTags tags = new ThinkTags();
    StringBuilder spoken = new StringBuilder();
    StringBuilder thought = new StringBuilder();
    List<ThinkTags.Split> splits = new ArrayList<>();
    for (String piece : pieces) splits.add(tags.feed(piece));
    splits.add(tags.end());
    for (ThinkTags.Split split : splits) {
      spoken.append(split.spoken());
      thought.append(split.thought());
      assertFalse(endsInHalf(split.spoken()), "half a character in " + pieces);
    }
    return new ThinkTags.Split(spoken.toString(), thought.toString());
  }

  private static boolean endsInHalf(String text) {
    return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
  }

  private static void check(String text, String spoken, String thought) {
    for (List<String> pieces : cuts(text)) {
      assertEquals(new ThinkTags.Split(spoken, thought), read(pieces), pieces.toString());
    }
  }

  private static void untouched(String text) {
    check(text, text, "");
  }

  @Test
  void every_kind_of_thinking_tag_is_taken_out() {
    for (String name : List.of("think", "thinking", "thought", "reasoning", "THINK", "Thinking")) {
      check("<" + name + ">He lies.</" + name + ">\n\nAye.", "Aye.", "He lies.");
    }
  }

  @Test
  void thoughts_in_the_middle_of_speech_are_taken_out_and_the_blanks_around_them_stay() {
    check("Aye. <think>hm</think> And you?", "Aye.  And you?", "hm");
    check("a<think>1</think>b<thought>2</thought>c", "abc", "12");
  }

  @Test
  void the_blank_space_between_thoughts_and_the_first_word_goes_and_later_blank_space_stays() {
    check("<think>x</think> \n\n A  b", "A  b", "x");
    check("<think>x</think>\n<think>y</think>\nA\n\nb", "A\n\nb", "xy");
    check("A<think>x</think>\n\nb", "A\n\nb", "x");
  }

  @Test
  void a_thought_that_never_ends_is_not_spoken() {
    check("<think>What shall I say", "", "What shall I say");
    check("Well. <reasoning>hm </reason", "Well. ", "hm </reason");
  }

  @Test
  void a_closing_tag_that_was_never_opened_is_dropped() {
    check("Aye.</think> Go on.", "Aye. Go on.", "");
    check("</think>\n\nAye.", "Aye.", "");
  }

  @Test
  void another_tag_inside_a_thought_is_part_of_it() {
    check("<think>a <thinking> b </thinking> c</think>d", "d", "a <thinking> b </thinking> c");
    check("<think>1 < 2 <b></b></think>d", "d", "1 < 2 <b></b>");
  }

  @Test
  void the_games_own_marks_pass_byte_for_byte() {
    untouched("<internal_thought>He lies.</internal_thought> Aye.");
    untouched("Let me look.\n<function_calls>\n{\"name\": \"x\"}\n</function_calls>");
    untouched("Aye.\nACTION: RentRoom PARAMS: {\"days\": 1}\n");
    untouched("*Hroki wipes the counter* [sighs] [emotion-anger] What'll it be?");
    untouched("```json\n{\"a\": \"<b>\"}\n```");
    untouched("  Leading and trailing blanks \n\n");
  }

  @Test
  void what_only_looks_like_a_thinking_tag_passes() {
    for (String text : List.of("<", "</", "<>", "a < b", "1 <2> 3", "<thin", "<thinks>x</thinks>",
        "<think", "< think>", "<think >x", "<rethink>", "<thinkthinkthink>", "<thoughts>",
        "<reasonings>", "</thinks>", "<<", "<t<t", "think>", "<thinking_>", "a <think-tank>")) {
      untouched(text);
    }
  }

  @Test
  void a_tag_right_behind_a_stray_bracket_is_found() {
    check("<<think>x</think>y", "<y", "x");
    check("<thi<think>x</think>y", "<thiy", "x");
  }

  @Test
  void characters_outside_the_basic_plane_are_never_cut_in_two() {
    untouched("Привет, путник! Jak się masz? 山の上 🐉🗡️ ёжик");
    check("<think>🐉</think>🗡<🐉>", "🗡<🐉>", "🐉");
  }

  @Test
  void a_lone_half_of_a_character_comes_out_at_the_end() {
    ThinkTags tags = new ThinkTags();
    assertEquals("a", tags.feed("a\uD83D").spoken());
    assertEquals("\uD83D", tags.end().spoken());
  }

  @Test
  void in_a_whole_text_a_thought_that_was_begun_before_it_is_found() {
    assertEquals(new ThinkTags.Split("Aye.", "He lies."),
        ThinkTags.whole("He lies.</think>\n\nAye."));
    assertEquals(new ThinkTags.Split("Aye.", "He lies."),
        ThinkTags.whole("<think>He lies.</think>\n\nAye."));
    assertEquals(new ThinkTags.Split("Aye. Go.", "x"),
        ThinkTags.whole("Aye.<think>x</think> Go.</think>"));
    assertEquals(new ThinkTags.Split("<thi", ""), ThinkTags.whole("<thi"));
  }

  @Test
  void speech_without_tags_is_handed_on_at_once() {
    ThinkTags tags = new ThinkTags();
    for (String piece : List.of("Aye", ", my", " Thane. ", "*nods*")) {
      assertEquals(piece, tags.feed(piece).spoken());
    }
  }
}
