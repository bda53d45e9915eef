package skyproxy.chat;

import java.util.List;
import java.util.Locale;

/// What the game wants a request for.
///
/// The game does not tell, so it is read off the request: pictures and text tools first, then
/// turns of phrase of the game's own prompts, then the limit of tokens, which its presets set
/// apart for each kind of work. Players edit prompts, so this is a guess: good enough to count by
/// and to choose a model by, never a reason to change a request.
///
/// Only the first and the last message are looked at, and of them only the ends: a dialogue of
/// 150,000 characters costs no more than a short one.
public enum Job {
  /// What an NPC says or thinks; the player waits for the first sentence.
  DIALOGUE,
  /// Which game action goes with what was said.
  ACTION,
  /// In which mood an NPC is.
  MOOD,
  /// Writing and finding memories.
  MEMORY,
  /// An NPC's diary.
  DIARY,
  /// A character's biography.
  PROFILE,
  /// The director of scenes.
  GAMEMASTER,
  /// Who speaks next, or is spoken to.
  SPEAKER,
  /// What a picture shows.
  VISION,
  /// The game's own assistants, whose tools are called in text.
  AGENT,
  /// One line in another manner of speaking.
  TRANSLATE,
  /// Whatever else.
  OTHER;

  private static final int START = 2_000;
  private static final int END = 800;
  private static final int AGENT_SCAN = 32_000;

  private record Hint(Job job, String... phrases) {
    boolean in(String text) {
      for (String phrase : phrases) {
        if (text.contains(phrase)) return true;
      }
      return false;
    }
  }

  /// What the game's prompts say, in lower case; the first that is found decides.
  private static final List<Hint> HINTS = List.of(
      new Hint(MOOD, "ai mood analyzer", "only the most appropriate mood",
          "determine their current mood"),
      new Hint(ACTION, "most appropriate in-game action", "what action should accompany",
          "one line only, no reasoning."),
      new Hint(SPEAKER, "npc should speak next", "npc the player is addressing",
          "npcs the player is addressing"),
      new Hint(MEMORY, "memory search query generator", "first-person memor",
          "relevant to form memories", "game events into memories"),
      new Hint(GAMEMASTER, "the skyrim gamemaster", "gamemaster ai for skyrim"),
      new Hint(PROFILE, "create a bio ", "updating character biograph",
          "updating character profile"),
      new Hint(DIARY, "write a diary entry", "writing a diary entry"),
      new Hint(TRANSLATE, "universal translator", "task is to transform dialogue"),
      new Hint(DIALOGUE, "you are roleplaying as", "silent internal thought"));

  /// The job that this request most likely is.
  public static Job of(ChatRequest request) {
    List<Message> messages = request.messages();
    if (!request.tools().isEmpty()) return AGENT;
    if (hasPicture(messages)) return VISION;
    if (hasTextTools(messages)) return AGENT;
    String first = ends(messages.getFirst());
    String last = messages.size() == 1 ? first : ends(messages.getLast());
    if (tail(last, 200).contains("respond in character now")) return DIALOGUE;
    for (Hint hint : HINTS) {
      if (hint.in(first) || hint.in(last)) return hint.job();
    }
    if (request.stream() && first.startsWith("you are ") && first.contains("skyrim")) {
      return DIALOGUE;
    }
    return byLimit(request);
  }

  /// How it is called in `jobs`, in `/stats` and on the dashboard.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The job of that [#wireName]; [#OTHER] when there is none.
  public static Job parse(String wireName) {
    for (Job job : values()) {
      if (job.wireName().equals(wireName)) return job;
    }
    return OTHER;
  }

  private static boolean hasPicture(List<Message> messages) {
    for (Message message : messages) {
      for (Message.Part part : message.parts()) {
        if (part instanceof Message.Part.Image) return true;
      }
    }
    return false;
  }

  /// The assistants' first message explains how to call a tool.
  private static boolean hasTextTools(List<Message> messages) {
    for (Message.Part part : messages.getFirst().parts()) {
      if (part instanceof Message.Part.Text(var text)) {
        int at = text.indexOf("<function_calls>", 0, Math.min(text.length(), AGENT_SCAN));
        if (at >= 0 || tail(text, AGENT_SCAN).contains("<function_calls>")) return true;
      }
    }
    return false;
  }

  /// What the presets of the game allow each job. A hundred tokens are mood, speaker and search
  /// query alike; only the mood's question comes in two messages of the player.
  private static Job byLimit(ChatRequest request) {
    List<Message> messages = request.messages();
    boolean instructed = messages.size() > 1 && messages.getFirst().role().instructs();
    if (request.maxTokens() == null || !instructed && messages.size() > 1) return OTHER;
    return switch (request.maxTokens()) {
      case 100 -> endsInTwoOfUser(messages) ? MOOD : OTHER;
      case 256 -> GAMEMASTER;
      case 500 -> ACTION;
      case 512 -> TRANSLATE;
      case 2_000, 4_096 -> request.stream() && messages.size() > 2 ? DIALOGUE : OTHER;
      case 4_000 -> MEMORY;
      case 10_000 -> PROFILE;
      case 12_000 -> DIARY;
      case 32_000 -> AGENT;
      default -> OTHER;
    };
  }

  private static boolean endsInTwoOfUser(List<Message> messages) {
    int size = messages.size();
    return size > 2 && messages.get(size - 1).role() == Message.Role.USER
        && messages.get(size - 2).role() == Message.Role.USER;
  }

  /// Start and end of a message's text, in lower case.
  private static String ends(Message message) {
    StringBuilder out = new StringBuilder();
    for (Message.Part part : message.parts()) {
      if (!(part instanceof Message.Part.Text(var text))) continue;
      if (text.length() <= START + END) out.append(text);
      else out.append(text, 0, START).append('\n').append(text, text.length() - END, text.length());
      out.append('\n');
      if (out.length() > START + END) break;
    }
    return out.toString().strip().toLowerCase(Locale.ROOT);
  }

  private static String tail(String text, int length) {
    return text.substring(Math.max(0, text.length() - length));
  }
}
