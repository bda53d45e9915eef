package skyproxy.openai;

import java.time.Duration;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Reply;
import skyproxy.json.Json;

/// A reply that is asked for once more, without a parameter that the upstream has just refused.
final class OpenAiReply implements Reply {
  private final OpenAiProvider provider;
  private final ChatRequest request;
  private Json.Obj body;
  private Reply current;
  private boolean again;

  OpenAiReply(OpenAiProvider provider, ChatRequest request) {
    this.provider = provider;
    this.request = request;
    send();
  }

  private void send() {
    body = provider.body(request);
    current = provider.send(request, body);
  }

  @Override
  public Event next(Duration patience) {
    try {
      return current.next(patience);
    } catch (ChatException e) {
      if (again || !provider.learn(request, body, e.failure())) throw e;
      again = true;
      current.close();
      send();
      return Event.PULSE;
    }
  }

  @Override
  public void close() {
    current.close();
  }
}
