package skyproxy.parrot;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Health;
import skyproxy.chat.Message;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.upstream.HttpUpstream;

/// A made-up vendor with a wire format of its own: all that a new provider needs besides its line
/// in the wiring.
///
/// `POST /squawk` takes `{"bird":…,"heard":[…],"most":…}`; the answer is an event stream of `word`
/// events, whose data is what is spoken, and one `hush`, whose data says why.
public final class ParrotProvider implements Provider {
  private final URI base;
  private final HttpUpstream upstream;

  public ParrotProvider(URI base) {
    this.base = base;
    upstream = new HttpUpstream(title(), base, limits().connect());
  }

  @Override
  public String name() {
    return "parrot";
  }

  @Override
  public String title() {
    return "Polly & Sons";
  }

  @Override
  public Reply open(ChatRequest request) {
    List<String> heard = request.messages().stream().map(Message::text).toList();
    Json.Obj.Builder body = Json.Obj.builder()
        .put("bird", request.model()).put("heard", Json.Arr.ofStrings(heard));
    if (request.maxTokens() != null) body.put("most", request.maxTokens());
    return upstream.send(HttpRequest.newBuilder(base.resolve("/squawk"))
        .POST(BodyPublishers.ofString(body.build().toString())).build(), new ParrotDecoder());
  }

  @Override
  public Health health() {
    return new Health(Health.State.READY, null, Json.Obj.builder().build());
  }

  @Override
  public List<Model> models() {
    return List.of(new Model("parrot-grey", 0, "polly"), new Model("parrot-blue", 0, "polly"));
  }

  @Override
  public void close() {
    upstream.close();
  }
}
