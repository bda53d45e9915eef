package skyproxy.chat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reads off a request what the game wants it for.
///
/// In this order, the surest first: pictures and tools; the [Sign]s of an answer's form; the shape
/// of the conversation; turns of phrase; and at last the limit of tokens, which the game's presets
/// set apart for each kind of work, and players as they like. Dialogue is asked for last: its
/// prompt holds what the others hold, but nothing that they lack.
final class JobRecognizer {
  private static final List<String> MOODS = List.of("NEUTRAL", "HAPPY", "ANGRY", "SAD", "AFRAID",
      "SURPRISED", "DISGUSTED", "CONFUSED", "CURIOUS", "FEARFUL", "CALM", "ANXIOUS");
  private static final List<Needle> LISTED =
      MOODS.subList(0, 3).stream().map(Needle::new).toList();
  private static final int MOOD_LIST = 1_500;
  private static final int LONGEST_QUESTION = 2_000;

  private final List<Message> messages;
  private final boolean tools;
  private final boolean stream;
  private final Integer maxTokens;
  private final String first;
  private final String last;
  private final Talk talk;
  private final boolean profile;

  JobRecognizer(List<Message> messages, boolean tools, boolean stream, Integer maxTokens) {
    this.messages = messages;
    this.tools = tools;
    this.stream = stream;
    this.maxTokens = maxTokens;
    first = messages.getFirst().text();
    talk = Talk.of(messages);
    profile = Outline.showsCharacter(first);
    last = messages.size() == 1 ? first : messages.getLast().text();
  }

  Purpose purpose() {
    if (tools) return new Purpose(Job.AGENT);
    if (messages.stream().anyMatch(Message::hasPicture)) return new Purpose(Job.VISION);
    Set<Sign> inFirst = Sign.in(first);
    Set<Sign> inLast = messages.size() == 1 ? inFirst : Sign.in(last);
    Job signed = bySigns(inFirst, inLast);
    if (signed != null) return new Purpose(signed);
    return byShape(new Wording(first, last));
  }

  private Job bySigns(Set<Sign> inFirst, Set<Sign> inLast) {
    if (inFirst.contains(Sign.TOOL_CALLS)) return Job.AGENT;
    Set<Sign> all = EnumSet.copyOf(inFirst);
    all.addAll(inLast);
    if (all.contains(Sign.UPDATED_CONTENT)) return Job.PROFILE;
    if (all.contains(Sign.INTERJECT_SUMMARY) && all.contains(Sign.SPEECH_STYLE)) return Job.PROFILE;
    if (all.contains(Sign.SOURCE_MEMORY_IDS) || all.contains(Sign.RELEVANT_EVENTS)
        || all.contains(Sign.MEMORY_TYPE)) return Job.MEMORY;
    if (all.contains(Sign.IMPORTANCE_SCORE)) {
      return all.contains(Sign.TAGS) ? Job.MEMORY : Job.DIARY;
    }
    if (all.contains(Sign.PRIMARY_MOOD)) return Job.MOOD;
    if (all.contains(Sign.SCENE_SUMMARY) || all.contains(Sign.CONVERSATION)) return Job.GAMEMASTER;
    boolean inBoth = inFirst.contains(Sign.ACTION) && inLast.contains(Sign.ACTION);
    // A dialogue may end in an action, too; then only the last message tells how.
    boolean alone = talk.turns() == 0 && !(stream && profile);
    if (inBoth || alone && all.contains(Sign.NO_ACTION)) {
      // The director has all actions in the first message, and only `ACTION:` in the last.
      boolean directs = inBoth && !inLast.contains(Sign.NAMED_ACTION);
      return directs || new Wording(first, last).directs() ? Job.GAMEMASTER : Job.ACTION;
    }
    if (all.contains(Sign.SPEAKER_AND_TARGET)) return Job.SPEAKER;
    if (all.contains(Sign.CHOICE_INDEX)) return Job.DIALOGUE;
    return null;
  }

  private Purpose byShape(Wording words) {
    if (words.asksToRespondInCharacter()) return new Purpose(Job.DIALOGUE);
    if (asksToRestyle(words)) return new Purpose(Job.TRANSLATE);
    if (listsMoods(last) || messages.size() > 1 && listsMoods(nextToLast())) {
      return new Purpose(Job.MOOD);
    }
    Job task = words.task(Talk.isSpoken(last));
    if (task != null) return new Purpose(task);
    if (talk.turns() == 0) {
      if (Outline.showsNumbers(last) && (words.remembers() || Outline.numbered(last) > 0)) {
        return new Purpose(Job.MEMORY);
      }
      if (!profile && last.length() < LONGEST_QUESTION && messages.size() < 3
          && (words.asksForSearch() || onlyTellsWhatHappened(words))) return Purpose.SEARCH_QUERY;
    }
    boolean brief = messages.size() == 2 || messages.size() == 3;
    if (brief && !stream && !profile && words.asksForMood()) {
      return new Purpose(Job.MOOD);
    }
    return new Purpose(byLimitOrTalk(words));
  }

  private boolean asksToRestyle(Wording words) {
    if (Restyling.isNamed(first, last)) return true;
    if (talk.turns() == 0 && !profile) return false;
    if (!profile && !talk.played() && !words.ofTheGame()) return false;
    return Restyling.standsAlone(first, last)
        || words.asksToRestyle() && Restyling.isQuoted(first, last);
  }

  private Job byLimitOrTalk(Wording words) {
    int limit = maxTokens == null ? 0 : maxTokens;
    if (limit == 512 && Restyling.isQuoted(first, last)) return Job.TRANSLATE;
    if (talk.turns() == 0 && limit == 12_000 && !stream) return Job.DIARY;
    if (messages.size() > 1 && profile) return Job.DIALOGUE;
    if (talk.played() || talk.turns() > 0 && words.ofTheGame()) return Job.DIALOGUE;
    if (stream && (talk.doubled() || words.opensWithRole())) return Job.DIALOGUE;
    return byLimit();
  }

  /// What the presets of the game allow each job. A hundred tokens are mood, speaker and search
  /// query alike; only the mood's question comes in two messages of the player.
  private Job byLimit() {
    boolean instructed = messages.size() > 1 && messages.getFirst().role().instructs();
    if (maxTokens == null || !instructed && messages.size() > 1) return Job.OTHER;
    return switch (maxTokens) {
      case 100 -> endsInTwoOfUser(messages) ? Job.MOOD : Job.OTHER;
      case 256 -> Job.GAMEMASTER;
      case 500 -> Job.ACTION;
      case 512 -> Job.TRANSLATE;
      case 2_000, 4_096 -> stream && messages.size() > 2 ? Job.DIALOGUE : Job.OTHER;
      case 4_000 -> Job.MEMORY;
      case 10_000 -> Job.PROFILE;
      case 12_000 -> Job.DIARY;
      case 32_000 -> Job.AGENT;
      default -> Job.OTHER;
    };
  }

  private static boolean endsInTwoOfUser(List<Message> messages) {
    int size = messages.size();
    return size > 2 && messages.get(size - 1).role() == Message.Role.USER
        && messages.get(size - 2).role() == Message.Role.USER;
  }

  private String nextToLast() {
    return messages.get(messages.size() - 2).text();
  }

  /// Whether moods are listed as the game writes them, three of them close to each other.
  private static boolean listsMoods(String text) {
    for (Needle mood : LISTED) {
      int at = mood.in(text, 0);
      if (at < 0) continue;
      String near = text.substring(Math.max(0, at - MOOD_LIST),
          Math.min(text.length(), at + MOOD_LIST));
      if (MOODS.stream().filter(near::contains).limit(3).count() == 3) return true;
    }
    return false;
  }

  /// Whether the system message tells what happened in the game, and the player's message asks for
  /// plain text about it: of the jobs, only the search query has no more than that.
  private boolean onlyTellsWhatHappened(Wording words) {
    if (stream || messages.size() > 1 && !messages.getFirst().role().instructs()) return false;
    int labels = Outline.labels(first);
    boolean told = Outline.tellsEvents(first);
    if (messages.size() == 1) return told && labels > 0;
    return labels > 1
        || (told || words.ofTheGame()) && (told || labels > 0 || Outline.spoken(first) > 1);
  }
}
