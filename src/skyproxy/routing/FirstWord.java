package skyproxy.routing;

import java.time.Duration;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Job;
import skyproxy.chat.Limits;

/// The time in which the first word of a reply must come while somebody else could speak instead.
///
/// The game gives a line up after 15 s, so what the player waits for has 8: two can be asked. A
/// reply that does not stream says nothing before it is whole, and may take longer by the tokens
/// that it may have, up to what its job is worth. None of this ends the attempt of the last one
/// left: its provider's own limits do.
///
/// @param request the request
/// @param job what it is timed as
/// @param set the player's choice for this job, or null
record FirstWord(ChatRequest request, Job job, Duration set) {
  private static final Duration LINE = Duration.ofSeconds(8);
  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration TRIAL = Duration.ofSeconds(4);
  private static final Duration PER_TOKEN = Duration.ofMillis(25);

  /// Of the first target, from the arrival of the request on.
  Duration first(Limits limits) {
    return whole(spoken(limits));
  }

  /// Of every later target, from its own start on.
  Duration later(Limits limits) {
    return whole(spoken(limits).dividedBy(2));
  }

  /// Of one that shows life while it thinks, where the request wants that: such thoughts may take
  /// their time, with a later target as with the first.
  Duration thinking(Duration otherwise) {
    boolean longer = request.reasoning().wanted() && otherwise.compareTo(USUAL) < 0;
    return longer ? USUAL : otherwise;
  }

  /// Of one that is asked to see whether it is well again, from its own start on.
  Duration onTrial(Limits limits) {
    Duration spoken = spoken(limits);
    return whole(spoken.compareTo(TRIAL) < 0 ? spoken : TRIAL);
  }

  /// The provider's own limit goes first, then that of the job.
  private Duration spoken(Limits limits) {
    if (limits.firstToken() != null) return limits.firstToken();
    if (set != null) return set;
    return switch (job) {
      case DIALOGUE, ACTION, MOOD, SPEAKER, TRANSLATE -> LINE;
      case MEMORY, DIARY, PROFILE, GAMEMASTER, VISION, AGENT, OTHER -> USUAL;
    };
  }

  private Duration whole(Duration spoken) {
    if (request.stream()) return spoken;
    Duration most = switch (job) {
      case SPEAKER, MOOD, ACTION -> Duration.ofSeconds(20);
      case DIALOGUE, TRANSLATE, VISION, MEMORY, GAMEMASTER -> Duration.ofSeconds(60);
      case DIARY, AGENT, OTHER -> Duration.ofSeconds(120);
      case PROFILE -> Duration.ofSeconds(300);
    };
    Duration all = request.maxTokens() == null ? most
        : spoken.plus(PER_TOKEN.multipliedBy(request.maxTokens()));
    Duration allowed = all.compareTo(most) < 0 ? all : most;
    return allowed.compareTo(spoken) < 0 ? spoken : allowed;
  }
}
