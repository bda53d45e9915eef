package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Sample;
import skyproxy.json.Json;
import skyproxy.json.JsonWriter;
import skyproxy.settings.Settings;
import skyproxy.upstream.HttpUpstream;
import skyproxy.upstream.ModelCatalogue;
import skyproxy.upstream.PiecesBody;

/// Pass-through to one OpenAI-compatible server: the request goes on as it came.
/// https://platform.openai.com/docs/api-reference/chat
public final class OpenAiProvider implements Provider {
  private static final System.Logger LOG = System.getLogger(OpenAiProvider.class.getName());
  private static final Duration PER_TOKEN = Duration.ofMillis(25);
  private static final Duration WITHOUT_LIMIT = Duration.ofMinutes(1);
  private static final Json.Obj INCLUDE_USAGE =
      Json.Obj.builder().put("include_usage", true).build();
  static final Pattern KEY = Pattern.compile("[!-~]+");
  private static final Pattern HEADER = Pattern.compile("[\\t -~\u0080-\u00ff]+");

  private final ServerProfile server;
  private final URI completions;
  private final HttpUpstream upstream;
  private final ModelCatalogue catalogue;
  private final ModelConstraints constraints = new ModelConstraints();
  private final Warmth warmth;
  private volatile Limits limits;

  OpenAiProvider(ServerProfile server) {
    this(server, Warmth.PAUSE);
  }

  private OpenAiProvider(ServerProfile server, Duration pause) {
    this.server = server;
    limits = server.limits();
    completions = server.at("/chat/completions");
    upstream = new HttpUpstream(server.label(), server.base(), server.limits().connect());
    catalogue = new ModelCatalogue(upstream, this::listing, server::models);
    // The first secure connection of a JVM takes half a second more: not the player's to wait for.
    if ("https".equalsIgnoreCase(server.base().getScheme())) catalogue.models(Duration.ZERO);
    warmth = new Warmth(server.models().isEmpty() ? null : server.models().getFirst(), pause,
        server.warm() ? this::warm : null);
  }

  /// A server to rehearse with.
  public static Sample sample() {
    return new Sample(url -> configured(new Settings.Server("rehearsed", url, null, List.of(),
        List.of(), Json.Obj.builder().build(), false, Limits.DEFAULT)), "rehearsed:model",
        SampleReply.STREAM, SampleReply.WHOLE);
  }

  /// A server that the player has configured.
  ///
  /// Its name stands before the colon of its models' ids.
  public static Provider configured(Settings.Server settings) {
    return new OpenAiProvider(profile(settings));
  }

  private static ServerProfile profile(Settings.Server settings) {
    String name = settings.name();
    return new ServerProfile(name, name, settings.baseUrl(), settings::apiKey, false,
        "Check the api_key of '" + name + "' under providers in the settings file.",
        name + ":", settings.models(), Set.copyOf(settings.drop()), settings.add(),
        prices(settings), settings.warm(), false, ChatRequest.Caller.UNKNOWN, settings.limits());
  }

  /// A model may also be named as we call it.
  private static ServerProfile.Prices prices(Settings.Server settings) {
    Map<String, Price> prices = settings.prices();
    String prefix = settings.name() + ":";
    return prices.isEmpty() ? ServerProfile.Prices.NONE
        : (model, _) -> prices.getOrDefault(model, prices.get(prefix + model));
  }

  /// The same with a pause of its own, after which the model is kept warm.
  static OpenAiProvider configured(Settings.Server settings, Duration pause) {
    return new OpenAiProvider(profile(settings), pause);
  }

  @Override
  public String name() {
    return server.name();
  }

  @Override
  public String title() {
    return server.label();
  }

  @Override
  public Reply open(ChatRequest request) {
    Warmth.Visit visit = warmth.begin(request.model());
    try {
      return new OpenAiReply(this, request, visit);
    } catch (ChatException e) {
      visit.end();
      throw e;
    }
  }

  /// Asks a model for one token, so that it stays in memory; not one that is paid for, since nobody
  /// would see that on a bill. Blocks.
  private void warm(String model) {
    Price price = price(model);
    if (price != null && !price.free()) return;
    ChatRequest request = ChatRequest.parse((Json.Obj) Json.parse("""
        {"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}"""),
        ChatRequest.Caller.UNKNOWN).withModel(model);
    try (Reply reply = new OpenAiReply(this, request, null)) {
      while (reply.next(Duration.ofMinutes(1)) != null) {
        // What it says is for nobody.
      }
    }
  }

  /// Sends a body. Does not block.
  ///
  /// @param heard takes each error that the server answers with
  /// @throws ChatException when there is no key to send it with
  Reply send(ChatRequest request, Json.Obj body, Consumer<Refusal> heard) {
    String key = key();
    OpenAiFailures failures = new OpenAiFailures(server, request.model(), key, heard);
    return upstream.send(http(request, key, body),
        new OpenAiDecoder(failures, request.stream()));
  }

  /// What a refusal of a body teaches; empty when it is not worth making the request again.
  List<Lesson> lessons(ChatRequest request, Json.Obj body, Refusal refusal) {
    return refusal.lessons(body, constraints.of(request.model()));
  }

  /// Changes the requests to this model by some lessons from now on.
  void remember(ChatRequest request, List<Lesson> lessons) {
    if (!lessons.isEmpty()) constraints.remember(request.model(), lessons);
  }

  /// Whether to look out for thoughts that nobody asked for: where a server may not know the words
  /// by which the game forbids them.
  boolean watches(ChatRequest request) {
    return !server.heedsReasoning() && !request.reasoning().wanted();
  }

  /// How a model is kept from thinking that should not; empty when that is known of it.
  List<Lesson> thoughtsOff(ChatRequest request) {
    Lesson off = new Lesson.ThoughtsOff();
    return constraints.of(request.model()).contains(off) ? List.of() : List.of(off);
  }

  private String key() {
    String key = server.key().get();
    if (key == null && !server.keyNeeded()) return null;
    if (key == null) {
      throw new ChatException(new Failure.NotReady(
          server.label() + " has no API key yet. " + server.keyRemedy(), null));
    }
    if (!KEY.matcher(key).matches()) {
      throw new ChatException(new Failure.NotReady("The API key for " + server.label()
          + " contains a character that keys never contain. " + server.keyRemedy(), null));
    }
    return key;
  }

  /// The client's own body, with the server's name for the model, and without what the server is
  /// not to see, and as the model is known to take it.
  Json.Obj body(ChatRequest request) {
    Json.Obj body = request.body().with("model", new Json.Str(request.model()));
    for (String name : server.drop()) body = body.without(name);
    for (var member : server.add().members().entrySet()) {
      if (body.get(member.getKey()) == null) body = body.with(member.getKey(), member.getValue());
    }
    // A stream tells the number of its tokens only to who asks, and they are what is paid.
    boolean untold = request.stream() && price(request.model()) != null
        && body.get("usage") == null && body.get("stream_options") == null;
    if (untold) body = body.with("stream_options", INCLUDE_USAGE);
    for (String name : Lesson.Context.MEMBERS) {
      // No limit is what those mean who send one that nobody could keep to.
      if (body.get(name) instanceof Json.Num limit && limit.doubleValue() < 1) {
        body = body.without(name);
      }
    }
    return constraints.applied(request.model(), body);
  }

  private HttpRequest http(ChatRequest request, String key, Json.Obj body) {
    PiecesBody bytes = new PiecesBody(JsonWriter.pieces(body));
    HttpRequest.Builder http = HttpRequest.newBuilder(completions)
        .header("Content-Type", "application/json")
        .header("Accept-Encoding", "identity")
        .header("Accept", request.stream() ? "text/event-stream" : "application/json")
        .POST(bytes);
    LOG.log(Level.DEBUG, "POST {0}/chat/completions, {1}, {2} bytes", server.base(),
        request.model(), Long.toString(bytes.contentLength()));
    if (key != null) http.header("Authorization", "Bearer " + key);
    ChatRequest.Caller us = server.introduction();
    introduce(http, "HTTP-Referer", request.caller().referer(), us.referer());
    introduce(http, "X-Title", request.caller().title(), us.title());
    return http.build();
  }

  private static void introduce(HttpRequest.Builder http, String name, String theirs,
      String ours) {
    boolean usable = theirs != null && !theirs.isBlank() && HEADER.matcher(theirs).matches();
    String value = usable ? theirs : ours;
    if (value != null) http.header(name, value);
  }

  @Override
  public Price price(String model) {
    if (!server.prices().any()) return null;
    return server.prices().of(model, catalogue.price(server.prefix() + model));
  }

  @Override
  public Health health() {
    boolean lacksKey = server.keyNeeded() && server.key().get() == null;
    return new Health(lacksKey ? Health.State.UNAVAILABLE : Health.State.READY,
        lacksKey ? server.label() + " has no API key yet. " + server.keyRemedy() : null,
        Json.Obj.builder().put("slow_after_pause", warmth.slow()).build());
  }

  @Override
  public List<Model> models() {
    return models(Duration.ZERO);
  }

  /// Those that the player has named, and those that the server lists.
  @Override
  public List<Model> models(Duration patience) {
    if (server.keyNeeded() && server.key().get() == null) return List.of();
    Map<String, Model> all = new LinkedHashMap<>();
    for (String id : server.models()) {
      all.put(server.prefix() + id, new Model(server.prefix() + id, 0, server.name()));
    }
    for (Model model : catalogue.models(patience)) all.put(model.id(), model);
    return List.copyOf(all.values());
  }

  private HttpRequest.Builder listing() {
    String key = server.key().get();
    if (key == null ? server.keyNeeded() : !KEY.matcher(key).matches()) return null;
    HttpRequest.Builder http = HttpRequest.newBuilder(server.at("/models"))
        .header("Accept-Encoding", "identity")
        .header("Accept", "application/json");
    return key == null ? http : http.header("Authorization", "Bearer " + key);
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public void use(Limits newer) {
    limits = newer;
  }

  /// A server that is not asked to stream says nothing before it has everything, and cutting it
  /// off for being slow would make a long diary impossible on a local model. So it may take what
  /// the tokens it is allowed take at 40 a second; where there is no such limit, a minute more.
  @Override
  public Duration firstEvent(ChatRequest request) {
    Duration first = limits.firstTokenOrUsual();
    if (request.stream()) return first;
    return first.plus(request.maxTokens() == null ? WITHOUT_LIMIT
        : PER_TOKEN.multipliedBy(request.maxTokens()));
  }

  @Override
  public void close() {
    warmth.close();
    upstream.close();
  }
}
