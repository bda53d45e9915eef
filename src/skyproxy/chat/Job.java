package skyproxy.chat;

import java.util.Locale;

/// The work that the game wants a request for.
///
/// The game does not tell; [JobRecognizer] reads it off the request. It is a guess: good enough to
/// count by, to choose a model by and to queue by, never a reason to change a request.
public enum Job {
  /// What an NPC says or thinks; the player waits for the first sentence.
  DIALOGUE(Urgency.DIALOGUE),
  /// Which game action goes with what was said.
  ACTION(Urgency.LINE),
  /// In which mood an NPC is.
  MOOD(Urgency.LINE),
  /// Writing and finding memories.
  MEMORY(Urgency.BACKGROUND),
  /// An NPC's diary.
  DIARY(Urgency.BACKGROUND),
  /// A character's biography.
  PROFILE(Urgency.BACKGROUND),
  /// The director of scenes.
  GAMEMASTER(Urgency.BACKGROUND),
  /// Who speaks next, or is spoken to.
  SPEAKER(Urgency.LINE),
  /// What a picture shows.
  VISION(Urgency.USUAL),
  /// The game's own assistants, whose tools are called in text.
  AGENT(Urgency.USUAL),
  /// One line in another manner of speaking.
  TRANSLATE(Urgency.LINE),
  /// Whatever else.
  OTHER(Urgency.USUAL);

  private final Urgency urgency;

  Job(Urgency urgency) {
    this.urgency = urgency;
  }

  /// The class in which it queues.
  public Urgency urgency() {
    return urgency;
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
}
