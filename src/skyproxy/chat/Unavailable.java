package skyproxy.chat;

import java.util.List;
import skyproxy.json.Json;

/// The place of a provider that is switched off or missing: refuses every request with the same
/// message. Immutable.
///
/// @param name the name of the provider it stands for
/// @param title the same for a player
/// @param message what to change to have it, in a player's words
/// @param details the provider's object in `/health`
public record Unavailable(String name, String title, String message, Json.Obj details)
    implements Provider {

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
