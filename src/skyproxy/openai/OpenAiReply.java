package skyproxy.openai;

import java.time.Duration;
import java.util.function.Function;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Reply;
import skyproxy.json.Json;

/// A reply that is asked for once more, without a parameter that the upstream has just refused.
final class OpenAiReply implements Reply {
  private final ChatRequest request;
  private final ModelConstraints constraints;
  private final Function<Json.Obj, Reply> send;
  private final Function<ChatRequest, Json.Obj> encode;
  private Json.Obj body;
  private Reply current;
  private boolean again;

  /// @param send puts a body on its way
  /// @param encode the body of a request, without what is known to be refused
  OpenAiReply(ChatRequest request, ModelConstraints constraints, Function<Json.Obj, Reply> send,
      Function<ChatRequest, Json.Obj> encode) {
    this.request = request;
    this.constraints = constraints;
    this.send = send;
    this.encode = encode;
    body = encode.apply(request);
    current = send.apply(body);
  }

  @Override
  public Event next(Duration patience) {
    try {
      return current.next(patience);
    } catch (ChatException e) {
      if (again || !constraints.learn(request.model(), body, e.failure())) throw e;
      again = true;
      current.close();
      body = encode.apply(request);
      current = send.apply(body);
      return Event.PULSE;
    }
  }

  @Override
  public void close() {
    current.close();
  }
}
