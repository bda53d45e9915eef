package skyproxy.claude;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.PlanWindow;
import skyproxy.chat.Reply;

/// One way to Claude. Any number of threads.
interface Access extends AutoCloseable {

  /// As [skyproxy.chat.Provider#open].
  Reply open(ChatRequest request);

  /// Whether it can be used now, and what to do if not.
  State state();

  /// The models that it knows of beside those that everybody knows. Never blocks.
  List<Model> models();

  /// The same, but a list that is being fetched for the first time may be waited for.
  default List<Model> models(Duration patience) {
    return models();
  }

  /// How much of the plan is used up, as far as known.
  default List<PlanWindow> plan() {
    return List.of();
  }

  /// Takes nothing new and lets the replies that run end. May block for as long as they take.
  @Override
  void close();

  /// How a way to Claude is.
  ///
  /// @param health whether it can be used
  /// @param message what to do, or null when nothing is wrong
  /// @param program the CLI it uses, or null
  /// @param authenticated whether a credential is in hand
  record State(Health.State health, String message, Path program, boolean authenticated) {}
}
