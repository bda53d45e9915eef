package skyproxy.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    return read(pieces, new ThinkTags());
  }

  private static ThinkTags.Split read(List<String> pieces, ThinkTags tags) {
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
        new ThinkTags().whole("He lies.</think>\n\nAye."));
    assertEquals(new ThinkTags.Split("Aye.", "He lies."),
        new ThinkTags().whole("<think>He lies.</think>\n\nAye."));
    assertEquals(new ThinkTags.Split("Aye. Go.", "x"),
        new ThinkTags().whole("Aye.<think>x</think> Go.</think>"));
    assertEquals(new ThinkTags.Split("<thi", ""), new ThinkTags().whole("<thi"));
  }

  @ParameterizedTest
  @CsvSource({"[THINK],[/THINK]", "<seed:think>,</seed:think>",
      "<|begin_of_thought|>,<|end_of_thought|>", "<|START_THINKING|>,<|END_THINKING|>",
      "<|channel>thought,<channel|>", "◁think▷,◁/think▷"})
  void marks_of_other_kinds_are_taken_out_before_the_first_word(String open, String close) {
    check(open + "He lies." + close + "\n\nAye.", "Aye.", "He lies.");
    check(open + "a" + close + " " + open + "b" + close + "Aye. " + open + "c" + close,
        "Aye. " + open + "c" + close, "ab");
    check(open + "He lies", "", "He lies");
    check(open + "a <think>b</think> [c] <|d|>" + close + "Aye.", "Aye.",
        "a <think>b</think> [c] <|d|>");
    check(open + "a" + close + "<think>b</think>Aye.", "Aye.", "ab");
    untouched("Aye. " + open + "x" + close + " Go.");
    untouched(open.substring(0, open.length() - 1));
    untouched(open.substring(0, 2) + "x");
    untouched(close + "Aye.");
  }

  @Test
  void the_marks_around_an_answer_go_with_those_of_its_thoughts() {
    String thought = "<|begin_of_thought|>x<|end_of_thought|>";
    check(thought + "\n\n<|begin_of_solution|>\nAye. <b>|<|end_of_solution|>", "Aye. <b>|", "x");
    check("<|START_THINKING|>x<|END_THINKING|><|START_RESPONSE|>Aye.<|END_RESPONSE|>", "Aye.",
        "x");
    untouched("Aye.<|end_of_solution|>");
  }

  @Test
  void of_harmony_the_final_channel_is_spoken() {
    String analysis = "<|channel|>analysis<|message|>He lies.<|end|>";
    check(analysis + "<|start|>assistant<|channel|>final<|message|>Aye.<|return|>", "Aye.",
        "He lies.");
    check("<|start|>assistant" + analysis
        + "<|start|>assistant<|channel|>final<|message|>\n A <|x|>", "A <|x|>", "He lies.");
    check(analysis + "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json"
        + "<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>Aye.", "Aye.",
        "He lies.{}");
    check("<|channel|>final<|message|>Aye.<|end|>", "Aye.", "");
    check("<|start|>assistant<|message|>Aye.", "Aye.", "");
    check(analysis + "Aye.", "Aye.", "He lies.");
    check("<|channel|>analysis<|message|>He lies", "", "He lies");
    check("<|channel|>anal", "", "anal");
    untouched("Aye. " + analysis);
  }

  private static void checkExpecting(String text, String spoken, String thought, boolean bareEnd) {
    for (List<String> pieces : cuts(text)) {
      ThinkTags tags = new ThinkTags(true);
      assertEquals(new ThinkTags.Split(spoken, thought), read(pieces, tags), pieces.toString());
      assertEquals(bareEnd, tags.hadBareEnd());
    }
  }

  @Test
  void where_a_bare_end_is_expected_the_beginning_waits_for_it() {
    checkExpecting("He lies.\n</think>\n\nAye. <b>", "Aye. <b>", "He lies.\n", true);
    checkExpecting("Aye. I know.", "Aye. I know.", "", false);
    checkExpecting("<think>x</think>Aye.", "Aye.", "x", false);
    checkExpecting("[THINK]x[/THINK]Aye.", "Aye.", "x", false);
    checkExpecting("<think>\n\n</think>\n\nHe lies.\n</think>\n\nAye.", "Aye.", "He lies.\n", true);
    checkExpecting("\n<think>\n\n</think>\n\nAye. <b>", "Aye. <b>", "", false);
    ThinkTags tags = new ThinkTags(true);
    assertEquals("", tags.feed("Aye, ").spoken());
    assertTrue(tags.doubts());
    assertEquals("Aye, ", tags.letGo().spoken());
    assertFalse(tags.doubts());
    assertEquals("Thane.", tags.feed("Thane.").spoken());
    assertEquals("", tags.feed("</think>").spoken());
    assertTrue(tags.hadBareEnd());
    String novel = "a ".repeat(1_001);
    assertEquals(novel, new ThinkTags(true).feed(novel).spoken());
    assertEquals("", new ThinkTags(true).feed(novel.substring(2)).spoken());
  }

  @Test
  void a_bare_end_is_told_from_others() {
    for (String text : List.of("<think>x</think>Aye.</think>", "</think>Aye.", "Aye.",
        "<think>x")) {
      ThinkTags tags = new ThinkTags();
      read(List.of(text), tags);
      assertFalse(tags.hadBareEnd(), text);
    }
    ThinkTags tags = new ThinkTags();
    read(List.of("He lies.</think>Aye."), tags);
    assertTrue(tags.hadBareEnd());
    for (String empty : List.of("", "<think></think>", "<think>\n\n</think>\n\n")) {
      ThinkTags whole = new ThinkTags();
      assertEquals("Aye.", whole.whole(empty + "He lies.</think>Aye.").spoken());
      assertTrue(whole.hadBareEnd());
      ThinkTags streamed = new ThinkTags();
      read(List.of(empty, "He lies.</think>Aye."), streamed);
      assertTrue(streamed.hadBareEnd());
    }
  }

  @Test
  void speech_without_tags_is_handed_on_at_once() {
    ThinkTags tags = new ThinkTags();
    for (String piece : List.of("Aye", ", my", " Thane. ", "*nods*")) {
      assertEquals(piece, tags.feed(piece).spoken());
    }
  }
}
