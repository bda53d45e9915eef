package skyproxy.chat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Speaks to one kind of upstream. Any number of threads may use one at the same time.
public interface Provider extends AutoCloseable {

  /// A short name for logs, `/stats` and messages: `claude`, `codex`, `openrouter`, `ollama`.
  String name();

  /// The same for a player: `Claude`, `OpenRouter`.
  default String title() {
    return name();
  }

  /// Begins an answer to `request`, whose `model` is this provider's own id. Never blocks: whatever
  /// takes time (connecting, waiting for a process) happens in [Reply#next].
  ///
  /// @throws ChatException when it is clear at once that there is no answer to be had
  Reply open(ChatRequest request);

  /// Whether an answer can be had now. Never blocks.
  Health health();

  /// The models that can be asked for, as far as known. Never blocks.
  List<Model> models();

  /// The same, but a list that is being fetched for the first time may take up to `patience`.
  default List<Model> models(Duration patience) {
    return models();
  }

  /// The model that answers when this one is asked for: another where the upstream has retired it.
  default String answering(String model) {
    return model;
  }

  /// Whatever the player should know of it though it works. Never blocks.
  default List<String> notes() {
    return List.of();
  }

  /// How long to wait for this upstream, and how many requests it takes at once.
  default Limits limits() {
    return Limits.DEFAULT;
  }

  /// Other limits for requests from now on; how long connecting may take stays as it was.
  default void use(Limits limits) {}

  /// How long the first event of the reply to `request` may take.
  default Duration firstEvent(ChatRequest request) {
    return limits().firstTokenOrUsual();
  }

  /// How much of the player's subscription is used up, as far as the upstream has told. Never
  /// blocks; empty where there is no subscription or nothing is known.
  default List<UsageWindow> plan() {
    return List.of();
  }

  /// What the tokens of a model cost, or null where they cost nothing: on the player's plan, on a
  /// server of their own. Never blocks.
  default Price price(String model) {
    return null;
  }

  /// Until when requests would be paid beyond the player's subscription, as far as the upstream has
  /// told; null as long as the subscription covers them. Never blocks.
  default Instant extraUsageUntil() {
    return null;
  }

  /// The requests that wait for a place which this provider itself gives away. Never blocks.
  default List<Waiting> waiting() {
    return List.of();
  }

  /// Gets ready, since it will probably be asked. One that keeps a child process ready does so only
  /// from then on, or once it is asked, and as long as somebody asks. Never blocks.
  default void startAhead() {}

  /// Ends what this provider started: processes, connections, temporary folders.
  @Override
  default void close() {}
}
