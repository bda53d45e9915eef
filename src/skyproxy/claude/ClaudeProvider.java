package skyproxy.claude;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Sample;
import skyproxy.chat.Unavailable;
import skyproxy.chat.UsageWindow;
import skyproxy.chat.Waiting;
import skyproxy.claude.cli.ClaudeCli;
import skyproxy.claude.cli.CliEnvironment;
import skyproxy.claude.cli.CliProvider;
import skyproxy.claude.cli.CliSearch;
import skyproxy.claude.messages.ClaudeModels;
import skyproxy.claude.messages.ModelRules;
import skyproxy.claude.messages.SampleReply;
import skyproxy.json.Json;
import skyproxy.settings.Settings.ClaudeMode;
import skyproxy.threads.Threads;
import skyproxy.upstream.HttpUpstream;
import skyproxy.upstream.Readiness;
import skyproxy.upstream.UnsupportedParameters;

/// Claude, in the mode that the player chose; they may choose another while the proxy runs. Each
/// mode is a provider of its own, made when it is needed. Any number of threads.
public final class ClaudeProvider implements Provider {
  private static final String OFF = "The Claude CLI is switched off (--claude off). Switch it on,"
      + " or set an API key and --claude-mode api-key.";

  /// The provider's needs at its start.
  ///
  /// @param program the CLI, a path or a name to look for; null: not to be used
  /// @param key the API key, read for every request; null when there is none
  /// @param url the Anthropic API
  /// @param model what the CLI is started with, if it is one of Claude's
  /// @param processes how many of the CLI there may be at once
  public record Setup(ClaudeMode mode, String program, Supplier<String> key, URI url,
      String model, int processes, Limits limits) {}

  private final Setup setup;
  private volatile Limits limits;
  private final String model;
  private final URI base;
  private final HttpUpstream upstream;
  private final Path program;
  private final UnsupportedParameters unsupported = new UnsupportedParameters();
  private final ClaudeModels retiring = new ClaudeModels();
  private final Readiness readiness;
  private ClaudeMode wanted;
  private ClaudeMode used;
  private Provider current;

  /// Begins to get ready in the background.
  public ClaudeProvider(Setup setup) {
    this(setup, true);
  }

  /// @param ahead whether to keep a CLI ready from the start on
  public ClaudeProvider(Setup setup, boolean ahead) {
    this.setup = setup;
    limits = setup.limits();
    readiness = new Readiness(ahead, Readiness.USUAL);
    model = ClaudeModels.orKnown(setup.model());
    base = URI.create(setup.url().toString().replaceFirst("/+$", "").replaceFirst("/v1$", ""));
    upstream = new HttpUpstream("Anthropic", base, setup.limits().connect());
    ClaudeCli cli = find();
    program = cli == null ? null : cli.path();
    wanted = setup.mode();
    current();
  }

  /// The API to rehearse with.
  public static Sample sample() {
    return new Sample(url -> new ClaudeProvider(new Setup(ClaudeMode.API_KEY, null,
        () -> "rehearsed", url, "", 1, Limits.DEFAULT), false), ClaudeModels.KNOWN.getFirst(),
        SampleReply.STREAM, null);
  }

  @Override
  public String name() {
    return "claude";
  }

  @Override
  public String title() {
    return "Claude";
  }

  /// Switches the mode for new requests; replies under way finish in the old one.
  public synchronized void use(ClaudeMode mode) {
    wanted = mode;
    current();
  }

  private synchronized Provider current() {
    ClaudeMode now = wanted != ClaudeMode.AUTO ? wanted
        : hasKey() ? ClaudeMode.API_KEY : ClaudeMode.CLI;
    if (now != used) {
      Provider old = current;
      current = create(now);
      used = now;
      if (old != null) Threads.named("end of a mode").start(old::close);
    }
    return current;
  }

  private boolean hasKey() {
    String key = setup.key().get();
    return key != null && !key.isBlank();
  }

  private Provider create(ClaudeMode mode) {
    if (mode != ClaudeMode.API_KEY && setup.program() == null) {
      return new Unavailable(name(), title(), OFF, Json.Obj.builder().build());
    }
    return switch (mode) {
      case API_KEY -> new ApiProvider(mode, base, upstream, new ApiKey(setup.key()), unsupported);
      case DIRECT -> new ApiProvider(mode, base, upstream, capture(), unsupported);
      case CLI, AUTO ->
          new CliProvider(this::find, CliEnvironment.callingApi(base), setup.processes(), model,
              readiness);
    };
  }

  private Credentials capture() {
    CapturedLogin capture = new CapturedLogin(this::find, model, CapturedLogin.Patience.USUAL);
    capture.current();
    return capture;
  }

  private ClaudeCli find() {
    return setup.program() == null ? null : CliSearch.here().find(setup.program());
  }

  @Override
  public synchronized Reply open(ChatRequest request) {
    String asked = request.model();
    retiring.warn(asked);
    String model = retiring.answering(asked);
    Reply reply = current().open(request.withModel(model));
    return retiring.endsSometime(model)
        ? new SuccessionReply(reply, () -> succeed(request)) : reply;
  }

  /// The reply of the successor of a model that turned out to be gone; null when there is none.
  private Reply succeed(ChatRequest request) {
    return retiring.retire(request.model()) ? open(request) : null;
  }

  @Override
  public String answering(String model) {
    return retiring.answering(model);
  }

  @Override
  public List<String> notes() {
    return Stream.of(current().notes(), retiring.notes()).flatMap(List::stream).toList();
  }

  @Override
  public List<Waiting> waiting() {
    return current().waiting();
  }

  @Override
  public List<UsageWindow> plan() {
    return current().plan();
  }

  @Override
  public Price price(String model) {
    return current().price(retiring.answering(model));
  }

  /// The fewest tokens that a prompt must begin with in common to be read from the cache.
  public static int cacheMinimum(String model) {
    return ModelRules.of(model).cacheMinimum();
  }

  @Override
  public Instant extraUsageUntil() {
    return current().extraUsageUntil();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public void use(Limits newer) {
    limits = newer;
  }

  @Override
  public void startAhead() {
    current().startAhead();
  }

  @Override
  public synchronized Health health() {
    Health health = current().health();
    Json.Obj.Builder details = Json.Obj.builder()
        .put("path", program == null ? Json.NULL : new Json.Str(program.toString()))
        .put("auth_cached", false);
    health.details().members().forEach(details::put);
    details.put("mode", used.wireName());
    details.put("error", health.message() == null ? Json.NULL : new Json.Str(health.message()));
    return new Health(health.state(), health.message(), details.build());
  }

  @Override
  public List<Model> models() {
    return models(Duration.ZERO);
  }

  @Override
  public List<Model> models(Duration patience) {
    Map<String, Model> models = new LinkedHashMap<>();
    for (Model model : current().models(patience)) models.put(model.id(), model);
    for (String id : ClaudeModels.KNOWN) models.putIfAbsent(id, new Model(id, 0, "anthropic"));
    return List.copyOf(models.values());
  }

  @Override
  public void close() {
    Provider last;
    synchronized (this) {
      last = current;
    }
    last.close();
    upstream.close();
  }
}
