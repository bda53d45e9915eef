package skyproxy;

import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.json.Json;

/// In the place of a provider that the player has switched off: says so, and how to undo it.
///
/// @param details what `/health` shows of it
record Absent(String name, String message, Json.Obj details) implements Provider {

  @Override
  public Reply open(ChatRequest request) {
    throw new ChatException(new Failure.NotReady(message, null));
  }

  @Override
  public Health health() {
    return new Health(Health.State.UNAVAILABLE, message, details);
  }

  @Override
  public List<Model> models() {
    return List.of();
  }
}
