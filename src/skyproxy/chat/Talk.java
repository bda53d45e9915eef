package skyproxy.chat;

import java.util.List;

/// The turns of talk that lie between the first and the last message of a prompt.
///
/// The game gives each event of its history a message of its own, and its instruction comes last.
/// So messages of the same side follow each other, somebody is named who is spoken to, and what
/// is done stands between asterisks; a chat with an assistant has none of these.
///
/// @param turns how many messages are turns of a talk
/// @param played whether it is told as the game tells it, in whatever language
/// @param doubled whether a message of the user follows another one
record Talk(int turns, boolean played, boolean doubled) {
  private static final int LONGEST_TURN = 2_000;
  private static final int LONGEST_NAME = 60;

  static Talk of(List<Message> messages) {
    int turns = 0;
    boolean played = false;
    boolean doubled = false;
    for (int i = 1; i < messages.size(); i++) {
      Message message = messages.get(i);
      boolean answered = message.role() == Message.Role.ASSISTANT;
      String text = message.text();
      boolean spoken = isSpoken(text);
      boolean inside = i < messages.size() - 1;
      doubled |= inside && !answered && messages.get(i + 1).role() == message.role();
      if (inside && (answered || spoken)) turns++;
      if (answered || spoken) played |= isActed(text) || !answered && isAddressed(text);
    }
    return new Talk(turns, played || doubled && turns > 0, doubled);
  }

  /// Whether somebody says this or it is told: `Lydia (to Tavi): Yes.`, `*Night falls.*`; a prompt
  /// has headings and lists.
  static boolean isSpoken(String text) {
    if (text.length() > LONGEST_TURN) return false;
    String line = text.strip();
    if (line.isEmpty() || line.contains("\n#") || line.contains("\n-") || line.contains("\n\n")) {
      return false;
    }
    if (line.startsWith("**")) return false;
    if (line.charAt(0) == '*' || line.charAt(0) == '[') return true;
    if (!Character.isLetter(line.charAt(0))) return false;
    int words = 1;
    for (int i = 0; i < Math.min(line.length(), LONGEST_NAME); i++) {
      char c = line.charAt(i);
      if (c == ':' || c == '：') return words <= 6 && goesOn(line, i + 1);
      if (c == '\n' || ".!?`\"".indexOf(c) >= 0) return false;
      if (c == ' ') words++;
    }
    return false;
  }

  /// Whether something is said behind the colon, rather than quoted there or below.
  private static boolean goesOn(String line, int at) {
    int word = at;
    while (word < line.length() && line.charAt(word) == ' ') word++;
    return word < line.length() && "\n\"“„«「『`".indexOf(line.charAt(word)) < 0;
  }

  /// Whether something is done in it, between two asterisks, or it opens with where or when it is.
  private static boolean isActed(String text) {
    int star = text.indexOf('*');
    return star >= 0 && text.indexOf('*', star + 2) > star && !text.startsWith("**", star);
  }

  /// Whether the name of who is spoken to stands in front: `Lydia (to Tavi): Yes.`
  private static boolean isAddressed(String text) {
    int colon = text.indexOf(':');
    return colon > 1 && colon <= LONGEST_NAME && text.charAt(colon - 1) == ')'
        && text.indexOf('(') > 0;
  }
}
