package skyproxy.chat;

import java.util.EnumSet;
import java.util.Set;

/// Something that a prompt must say for the game to understand the answer.
///
/// Players edit the game's prompts and translate them, but these survive it, since without them
/// the answer is of no use: names of JSON members, of actions, and the forms of one-line answers.
enum Sign {
  /// `<function_calls>`, between which the assistants call tools.
  TOOL_CALLS,
  /// `ACTION:`, or the same as JSON: an answer of one line.
  ACTION,
  /// [#ACTION] with the name of one behind it.
  NAMED_ACTION,
  /// [#ACTION] with `None`.
  NO_ACTION,
  /// `Lydia>player`, or two placeholders in square brackets.
  SPEAKER_AND_TARGET,
  /// An action that only the director of scenes has.
  CONVERSATION,
  PRIMARY_MOOD, UPDATED_CONTENT, INTERJECT_SUMMARY, SPEECH_STYLE, IMPORTANCE_SCORE, TAGS,
  SOURCE_MEMORY_IDS, RELEVANT_EVENTS, MEMORY_TYPE, SCENE_SUMMARY, CHOICE_INDEX;

  private static final Needle CALLS = new Needle("<function_calls");
  private static final Needle ACT = new Needle("ACTION");
  private static final Needle MOOD = new Needle("primaryMood");
  private static final Needle EVENTS = new Needle("relevantEvents");
  private static final Needle TYPE = new Needle("memoryType");
  private static final Needle START = new Needle("StartConversation");
  private static final Needle CONTINUE = new Needle("ContinueConversation");
  private static final Needle TAG = new Needle("tags");
  private static final String BETWEEN = " \"'`*:：";
  private static final String NONE = "None";
  private static final String PLAYER = "player";
  private static final int LONGEST_NAME = 40;

  /// All that a text holds; in a time that grows with its length, whatever it says.
  static Set<Sign> in(String text) {
    Set<Sign> found = EnumSet.noneOf(Sign.class);
    if (CALLS.isIn(text)) found.add(TOOL_CALLS);
    actions(text, found);
    if (namesSpeakerAndTarget(text)) found.add(SPEAKER_AND_TARGET);
    members(text, found);
    if (hasWord(text, MOOD)) found.add(PRIMARY_MOOD);
    if (hasWord(text, EVENTS)) found.add(RELEVANT_EVENTS);
    if (hasWord(text, TYPE)) found.add(MEMORY_TYPE);
    if (hasWord(text, START) || hasWord(text, CONTINUE)) {
      found.add(CONVERSATION);
    }
    if (found.contains(IMPORTANCE_SCORE) && hasMember(text, TAG)) found.add(TAGS);
    return found;
  }

  private static void actions(String text, Set<Sign> found) {
    for (int at = ACT.in(text, 0); at >= 0; at = ACT.in(text, at)) {
      boolean longer = isWordAt(text, at - 1);
      at += ACT.length();
      if (longer) continue;
      int value = at;
      boolean colon = false;
      for (; value < Math.min(text.length(), at + 8); value++) {
        char c = text.charAt(value);
        if (BETWEEN.indexOf(c) < 0) break;
        colon |= c == ':' || c == '：';
      }
      if (!colon) continue;
      found.add(ACTION);
      if (isWordAt(text, value)) found.add(NAMED_ACTION);
      if (text.startsWith(NONE, value) && !isWordAt(text, value + NONE.length())) {
        found.add(NO_ACTION);
        return;
      }
    }
  }

  private static boolean namesSpeakerAndTarget(String text) {
    for (int at = text.indexOf('>'); at >= 0; at = text.indexOf('>', at + 1)) {
      int target = at + 1;
      if (target < text.length() && text.charAt(target) == ' ') target++;
      boolean placeholder = at > 0 && text.charAt(at - 1) == ']' && text.startsWith("[", target);
      if (placeholder || isPlayer(text, target) && endsName(text, at)) return true;
    }
    return false;
  }

  private static boolean isPlayer(String text, int at) {
    int word = text.startsWith("[", at) ? at + 1 : at;
    return text.startsWith(PLAYER, word) && !isWordAt(text, word + PLAYER.length());
  }

  /// Whether a name ends before the `>`, which then is none of a tag's or of a quotation's.
  private static boolean endsName(String text, int at) {
    int last = at - 1;
    if (last >= 0 && text.charAt(last) == ' ') last--;
    if (last < 0) return false;
    char end = text.charAt(last);
    if (end == ']' || end == '>' && last > 0 && isWordAt(text, last - 1)) return true;
    if (!Character.isUnicodeIdentifierPart(end)) return false;
    for (int i = last; i >= 0 && last - i < LONGEST_NAME; i--) {
      if (text.charAt(i) == '<') return false;
      if (text.charAt(i) == '\n' || text.charAt(i) == '`') return true;
    }
    return true;
  }

  /// The names that hold an underscore, which prose hardly does.
  private static void members(String text, Set<Sign> found) {
    for (int at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at)) {
      int start = at;
      int end = at;
      while (start > 0 && at - start < LONGEST_NAME && isWordAt(text, start - 1)) start--;
      while (isWordAt(text, end)) end++;
      if (end - start <= LONGEST_NAME) member(text.substring(start, end), found);
      at = end;
    }
  }

  private static void member(String name, Set<Sign> found) {
    switch (name) {
      case "updated_content" -> found.add(UPDATED_CONTENT);
      case "interject_summary" -> found.add(INTERJECT_SUMMARY);
      case "speech_style" -> found.add(SPEECH_STYLE);
      case "importance_score" -> found.add(IMPORTANCE_SCORE);
      case "source_memory_ids" -> found.add(SOURCE_MEMORY_IDS);
      case "scene_summary" -> found.add(SCENE_SUMMARY);
      case "choice_index" -> found.add(CHOICE_INDEX);
      default -> { }
    }
  }

  private static boolean hasWord(String text, Needle word) {
    for (int at = word.in(text, 0); at >= 0; at = word.in(text, at + word.length())) {
      if (!isWordAt(text, at - 1) && !isWordAt(text, at + word.length())) return true;
    }
    return false;
  }

  /// Whether a word stands there as the name of a member does: quoted, before a colon, or
  /// in a list of names.
  private static boolean hasMember(String text, Needle word) {
    for (int at = word.in(text, 0); at >= 0; at = word.in(text, at + word.length())) {
      int end = at + word.length();
      if (isWordAt(text, at - 1) || isWordAt(text, end)) continue;
      char before = at == 0 ? '\n' : text.charAt(at - 1);
      char after = end == text.length() ? '\n' : text.charAt(end);
      if ("\"'`".indexOf(before) >= 0 && before == after) return true;
      if ((after == ':' || after == '*') && opensLine(text, at)) return true;
      if (before == ',' || before == ' ' && at > 1 && text.charAt(at - 2) == ',') return true;
    }
    return false;
  }

  /// Whether nothing but the marks of a list stand before it on its line.
  private static boolean opensLine(String text, int at) {
    int i = at;
    while (i > 0 && at - i < 8 && " -*".indexOf(text.charAt(i - 1)) >= 0) i--;
    return i == 0 || text.charAt(i - 1) == '\n';
  }

  private static boolean isWordAt(String text, int at) {
    if (at < 0 || at >= text.length()) return false;
    return Character.isUnicodeIdentifierPart(text.charAt(at));
  }
}
