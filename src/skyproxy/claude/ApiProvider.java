package skyproxy.claude;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.UsageWindow;
import skyproxy.claude.messages.ClaudeDecoder;
import skyproxy.claude.messages.ClaudeEncoder;
import skyproxy.claude.messages.ClaudePlan;
import skyproxy.claude.messages.ClaudePrices;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonWriter;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.threads.Threads;
import skyproxy.upstream.HttpUpstream;
import skyproxy.upstream.PiecesBody;
import skyproxy.upstream.ModelCatalogue;
import skyproxy.upstream.UnsupportedParameters;

/// Claude by the Messages API, on one kept connection. Any number of threads.
final class ApiProvider implements Provider {
  private static final System.Logger LOG = System.getLogger(ApiProvider.class.getName());

  /// Parameters that an answer can do without. `prefill` is none, but a last turn of the assistant.
  private static final List<String> DISPENSABLE = List.of("temperature", "top_p", "top_k",
      "thinking", "output_config", "stop_sequences", "cache_control", "metadata", "prefill");

  private final ClaudeMode mode;
  private final URI base;
  private final HttpUpstream upstream;
  private final Credentials credentials;
  private final UnsupportedParameters unsupported;
  private final ClaudePlan plan = new ClaudePlan();
  private final ModelCatalogue models;

  /// @param upstream is shared, and closed by who made it
  ApiProvider(ClaudeMode mode, URI base, HttpUpstream upstream, Credentials credentials,
      UnsupportedParameters unsupported) {
    this.mode = mode;
    this.base = base;
    this.upstream = upstream;
    this.credentials = credentials;
    this.unsupported = unsupported;
    models = mode == ClaudeMode.API_KEY
        ? new ModelCatalogue(upstream, this::listing, ApiProvider::read) : null;
    if ("https".equalsIgnoreCase(base.getScheme())) {
      Threads.named("first connection").start(this::warmUp);
    };
  }

  /// The first TLS connection of a young JVM takes 0.4 s, which no line of the game should wait
  /// for. Carries no credential; whatever the answer is, the connection stays.
  private void warmUp() {
    HttpRequest head = HttpRequest.newBuilder(base).HEAD().timeout(Duration.ofSeconds(20)).build();
    try {
      upstream.call(head, BodyHandlers.discarding());
    } catch (IOException offline) {
      LOG.log(Level.INFO, "The Anthropic API can''t be reached yet: {0}",
          offline.getClass().getSimpleName());
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
    return ClaudeEncoder.encode(request, unsupported.of(request.model()), credential.template());
  }

  Reply send(ChatRequest request, Json.Obj body, Credential credential) {
    HttpRequest.Builder call =
        HttpRequest.newBuilder(URI.create(base + "/v1/messages" + credential.query()));
    try {
      credential.on(call);
    } catch (IllegalArgumentException unsendable) {
      // Its message would show the value.
      throw new ChatException(new Failure.NotReady(
          "The API key holds characters that no key has. Paste it again.", null));
    }
    PiecesBody bytes = new PiecesBody(JsonWriter.pieces(body));
    LOG.log(Level.DEBUG, "POST {0}/v1/messages, {1}, {2} bytes", base, request.model(),
        Long.toString(bytes.contentLength()));
    return upstream.send(call.POST(bytes).build(),
        new ClaudeDecoder(mode, request.model(), plan::heard));
  }

  /// Whether the call is worth repeating without something that this failure names.
  boolean learn(ChatRequest request, Json.Obj body, Failure failure) {
    return learn(unsupported, request.model(), body, failure);
  }

  /// Learns from a refusal, in Anthropic's own words.
  ///
  /// @param body what was sent
  static boolean learn(UnsupportedParameters unsupported, String model, Json.Obj body,
      Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, String message, _, _))
        || status != 400 && status != 422) {
      return false;
    }
    for (String name : DISPENSABLE) {
      boolean meant = UnsupportedParameters.named(message, name) && sent(name, body);
      if (meant && unsupported.add(model, name)) return true;
    }
    return false;
  }

  private static boolean sent(String parameter, Json.Obj body) {
    return switch (parameter) {
      case "prefill" -> body.get("messages") instanceof Json.Arr(var turns) && !turns.isEmpty()
          && turns.getLast() instanceof Json.Obj last
          && new Json.Str("assistant").equals(last.get("role"));
      case "cache_control" -> body.toString().contains("\"cache_control\":");
      default -> body.get(parameter) != null;
    };
  }

  /// What it costs with a key; a plan has no price.
  @Override
  public Price price(String model) {
    return mode == ClaudeMode.API_KEY ? ClaudePrices.of(model) : null;
  }

  @Override
  public List<UsageWindow> plan() {
    return plan.windows();
  }

  @Override
  public Instant extraUsageUntil() {
    return plan.extraUntil();
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
    return models == null ? List.of() : models.models(patience);
  }

  /// Asks for the list of models; null when there is no usable key.
  /// https://docs.claude.com/en/api/models-list
  private HttpRequest.Builder listing() {
    CompletableFuture<Credential> credential = credentials.current();
    if (!credential.isDone() || credential.isCompletedExceptionally()) return null;
    try {
      return credential.join().on(
          HttpRequest.newBuilder(URI.create(base + "/v1/models?limit=1000")));
    } catch (IllegalArgumentException unsendable) {
      LOG.log(Level.DEBUG, "No usable key to list Anthropic's models with");
      return null;
    }
  }

  private static List<Model> read(Json answer) {
    List<Model> models = new ArrayList<>();
    for (Cursor item : Cursor.of(answer).at("data").array()) {
      models.add(new Model(item.at("id").string(), created(item.at("created_at").stringOr("")),
          "anthropic"));
    }
    return models;
  }

  private static long created(String text) {
    try {
      return OffsetDateTime.parse(text).toEpochSecond();
    } catch (DateTimeParseException unknown) {
      return 0;
    }
  }

  @Override
  public void close() {
    credentials.close();
  }
}
