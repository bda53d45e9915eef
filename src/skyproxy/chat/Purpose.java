package skyproxy.chat;

import java.util.List;

/// The purpose of a request: the job that it counts as, and the one whose haste it has.
///
/// The two differ for one kind of request only. To find what an NPC remembers, the game first has
/// words to search for written; that is memory's work, but a line waits for it, as it waits for
/// the choice of a speaker.
///
/// @param job what the settings' `jobs`, `/stats` and the dashboard go by
/// @param timedAs what queues and limits of time go by
public record Purpose(Job job, Job timedAs) {
  /// The words to search an NPC's memories with.
  static final Purpose SEARCH_QUERY = new Purpose(Job.MEMORY, Job.SPEAKER);

  /// What has its own job's haste.
  public Purpose(Job job) {
    this(job, job);
  }

  /// The purpose that a request most likely has: [ChatRequest#purpose] keeps it.
  ///
  /// @param tools whether there are any
  /// @param maxTokens null for no limit
  public static Purpose of(List<Message> messages, boolean tools, boolean stream,
      Integer maxTokens) {
    return new JobRecognizer(messages, tools, stream, maxTokens).purpose();
  }

  /// The class in which it queues.
  public Urgency urgency() {
    return timedAs.urgency();
  }
}
