package skyproxy.claude;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.json.Json;
import skyproxy.json.JsonWriter;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.upstream.HttpUpstream;

/// Claude by the Messages API, on one kept connection. Any number of threads.
final class ApiProvider implements Provider {
  private static final System.Logger LOG = System.getLogger(ApiProvider.class.getName());

  private final ClaudeMode mode;
  private final URI base;
  private final HttpUpstream upstream;
  private final Credentials credentials;
  private final Refusals refusals;
  private final ModelList models;

  /// @param upstream is shared, and closed by who made it
  ApiProvider(ClaudeMode mode, URI base, HttpUpstream upstream, Credentials credentials,
      Refusals refusals) {
    this.mode = mode;
    this.base = base;
    this.upstream = upstream;
    this.credentials = credentials;
    this.refusals = refusals;
    models = mode == ClaudeMode.API_KEY ? new ModelList(upstream, base, credentials) : null;
    if ("https".equalsIgnoreCase(base.getScheme())) Thread.ofVirtual().start(this::warmUp);
  }

  /// The first TLS connection of a young JVM takes 0.4 s, which no line of the game should wait
  /// for. Carries no credential; whatever the answer is, the connection stays.
  private void warmUp() {
    HttpRequest head = HttpRequest.newBuilder(base).HEAD().timeout(Duration.ofSeconds(20)).build();
    try {
      upstream.client().send(head, BodyHandlers.discarding());
    } catch (IOException offline) {
      LOG.log(Level.INFO, "The Anthropic API can''t be reached yet: {0}", offline.toString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String name() {
    return "claude";
  }

  @Override
  public Reply open(ChatRequest request) {
    return new ApiReply(this, credentials, request);
  }

  /// What a request looks like with a credential.
  Json.Obj body(ChatRequest request, Credential credential) {
    return ClaudeEncoder.encode(request, refusals.of(request.model()), credential.template());
  }

  Reply send(ChatRequest request, Json.Obj body, Credential credential) {
    HttpRequest.Builder call =
        HttpRequest.newBuilder(URI.create(base + "/v1/messages" + credential.query()));
    try {
      credential.headers().forEach(header -> call.setHeader(header.getKey(), header.getValue()));
    } catch (IllegalArgumentException unsendable) {
      // Its message would show the value.
      throw new ChatException(new Failure.NotReady(
          "The API key holds characters that no key has. Paste it again.", null));
    }
    byte[] bytes = JsonWriter.bytes(body);
    LOG.log(Level.DEBUG, "POST {0}/v1/messages, {1}, {2} bytes", base, request.model(),
        bytes.length);
    return upstream.send(call.POST(BodyPublishers.ofByteArray(bytes)).build(),
        new ClaudeDecoder(mode, request.model()));
  }

  /// Whether the call is worth repeating without something that this failure names.
  boolean learn(ChatRequest request, Json.Obj body, Failure failure) {
    boolean learned = refusals.learn(request.model(), body, failure);
    if (learned) {
      LOG.log(Level.INFO, "{0} refuses {1}; left out from now on", request.model(),
          refusals.of(request.model()));
    }
    return learned;
  }

  @Override
  public Health health() {
    return credentials.health();
  }

  @Override
  public List<Model> models() {
    return models(Duration.ZERO);
  }

  @Override
  public List<Model> models(Duration patience) {
    return models == null ? List.of() : models.known(patience);
  }

  @Override
  public void close() {
    credentials.close();
  }
}
