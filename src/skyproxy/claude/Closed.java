package skyproxy.claude;

import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Reply;

/// No way to Claude, until the player changes something.
///
/// @param message what to change
record Closed(String message) implements Access {

  @Override
  public Reply open(ChatRequest request) {
    throw new ChatException(new Failure.NotReady(message, null));
  }

  @Override
  public State state() {
    return new State(Health.State.UNAVAILABLE, message, null, false);
  }

  @Override
  public List<Model> models() {
    return List.of();
  }

  @Override
  public void close() {}
}
