package skyproxy;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.chat.Sample;
import skyproxy.claude.ClaudeProvider;
import skyproxy.codex.CodexProvider;
import skyproxy.dashboard.Dashboard;
import skyproxy.dashboard.DashboardApi;
import skyproxy.dashboard.Doctor;
import skyproxy.dashboard.Report;
import skyproxy.dashboard.UsualServers;
import skyproxy.demo.DemoProvider;
import skyproxy.json.Json;
import skyproxy.openai.ListedModels;
import skyproxy.openai.OpenAiProvider;
import skyproxy.openai.OpenRouter;
import skyproxy.openai.ServerAddress;
import skyproxy.routing.Budget;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.routing.Routes.Route;
import skyproxy.scenes.ScenesApi;
import skyproxy.server.Endpoint;
import skyproxy.server.Endpoints;
import skyproxy.server.Guard;
import skyproxy.server.ProxyServer;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;
import skyproxy.stats.Stats;
import skyproxy.threads.Threads;
import skyproxy.upstream.Subprocess;
import skyproxy.windows.Windows;

/// Puts the parts together and takes them apart again: besides the settings the one file outside
/// their packages that names vendors.
final class Wiring implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wiring.class.getName());
  /// Windows ends who is not gone five seconds after its window was closed.
  private static final Duration GRACE = Duration.ofSeconds(Windows.here() ? 2 : 5);
  private static final Duration TO_END = Duration.ofMillis(Windows.here() ? 1_500 : 10_000);

  /// Options with which nobody outside this computer is asked for anything, and no CLI is started.
  static final List<String> WITHOUT_UPSTREAMS = List.of("--claude", "off", "--codex", "off",
      "--anthropic-url", "http://127.0.0.1:9", "--openrouter-url", "http://127.0.0.1:9");

  /// Whoever was asked in these days is started ahead.
  private static final Duration LATELY = Duration.ofDays(7);

  /// For a server on this computer, which answers at once or is not there.
  private static final Duration LOOK = Duration.ofMillis(1_500);

  private final LiveSettings live;
  private final Settings.Listen listen;
  private final ProxyServer server;
  private final Stats stats;
  private final Provider demo = new DemoProvider();
  private final ClaudeProvider claude;
  private final Provider codex;
  private final Provider openRouter;
  private final Map<Settings.Server, Provider> servers = new HashMap<>();
  private final List<Route> more;
  private final Router router;
  private volatile Runnable ending = () -> { };

  /// Takes the port first, so that nothing has been started when it can't be had.
  ///
  /// @throws IOException when the port can't be had
  /// @throws SettingsException when the settings can't work together
  Wiring(LiveSettings live, String version) throws IOException, SettingsException {
    this(live, version, System::nanoTime, List.of());
  }

  /// @param nanos the clock by which models rest
  /// @param more routes besides those that every player has
  Wiring(LiveSettings live, String version, LongSupplier nanos, List<Route> more)
      throws IOException, SettingsException {
    this.live = live;
    this.more = List.copyOf(more);
    live.check(this::check);
    Settings settings = live.now();
    listen = settings.listen();
    server = ProxyServer.bind(settings.listen().addresses(), settings.listen().port());
    claude = claude(live);
    codex = codex(live);
    openRouter = openRouter(live);
    stats = new Stats(besides(settings.file(), "stats"), line -> LOG.log(Level.WARNING, line));
    stats.caches(claude.name(), ClaudeProvider::cacheMinimum);
    router = new Router(routes(settings), nanos, new Budget(() -> live.now().budget(), stats));
    live.onChange(changed -> {
      claude.use(changed.claude().mode());
      claude.use(changed.claude().limits());
      codex.use(changed.codex().limits());
      openRouter.use(changed.openRouter().limits());
      router.update(routes(changed));
      closeServersNotIn(changed);
      startAhead(changed);
    });
    router.afterPause(() -> startAhead(live.now()));
    startAhead(settings);
    List<Endpoint> endpoints = new ArrayList<>(
        Endpoints.of(router, live, stats, version, Memory::giveBackSoon));
    endpoints.addAll(dashboard(live, version));
    server.start(new Guard(live::now), endpoints);
  }

  /// A process that waits for nobody takes memory from the game: a provider that has one is started
  /// ahead for somebody who has set it up, names it among the models, or asked it lately.
  private void startAhead(Settings settings) {
    Routes routes = router.routes();
    for (Provider each : routes.providers()) {
      boolean wanted = settings.chosenProviders().contains(each.name())
          || settings.chosenModels().stream().anyMatch(text -> routes.names(text, each))
          || stats.askedWithin(LATELY, each.name());
      if (wanted) each.startAhead();
    }
  }

  private static ClaudeProvider claude(LiveSettings live) {
    Settings.Claude settings = live.now().claude();
    return new ClaudeProvider(new ClaudeProvider.Setup(settings.mode(), settings.program(),
        () -> live.now().claude().apiKey(), settings.url(), live.now().defaultModel(),
        settings.processes(), settings.limits()), false);
  }

  private static Provider codex(LiveSettings live) {
    Settings.Codex codex = live.now().codex();
    return codex.program() == null ? CodexProvider.off()
        : new CodexProvider(codex.program(), codex.home(), live.userFolder().resolve("codex"),
            codex.limits());
  }

  private Provider openRouter(LiveSettings live) {
    Settings.OpenRouter settings = live.now().openRouter();
    return OpenRouter.provider(
        settings.url(), () -> live.now().openRouter().apiKey(), settings.limits());
  }

  private static Provider server(Settings.Server settings) {
    return OpenAiProvider.configured(settings);
  }

  /// Tries the table for these settings, before anything depends on it.
  private void check(Settings settings) {
    new Routes(settings.defaultModel(), settings.aliases(), settings.jobs(),
        settings.firstToken(), List.of(new Route(demo, "demo"::equals, "")));
  }

  /// Servers that stay as they are, but for their limits, keep their connections.
  private synchronized Routes routes(Settings settings) {
    List<Route> all = new ArrayList<>();
    all.add(new Route(claude, id -> id.startsWith("claude-"), ""));
    all.add(new Route(codex, id -> id.startsWith("gpt-") || id.startsWith("codex-"), ""));
    all.add(new Route(openRouter, id -> id.contains("/"), ""));
    all.addAll(more);
    for (Settings.Server each : settings.servers()) {
      String prefix = each.name() + ":";
      Provider provider = servers.computeIfAbsent(each.lasting(), _ -> server(each));
      provider.use(each.limits());
      all.add(new Route(provider, id -> id.startsWith(prefix), prefix));
    }
    all.add(new Route(demo, "demo"::equals, ""));
    return new Routes(settings.defaultModel(), settings.aliases(), settings.jobs(),
        settings.firstToken(), all);
  }

  /// Only once no request can be led to them any more, those that wait for a place included.
  private synchronized void closeServersNotIn(Settings settings) {
    List<Settings.Server> kept =
        settings.servers().stream().map(Settings.Server::lasting).toList();
    servers.entrySet().removeIf(entry -> {
      boolean gone = !kept.contains(entry.getKey());
      if (gone) router.whenOpenOnesEnd(() -> close(entry.getValue()));
      return gone;
    });
  }

  private List<Endpoint> dashboard(LiveSettings live, String version) {
    List<Endpoint> endpoints = new ArrayList<>();
    Dashboard.pages().forEach((path, page) ->
        endpoints.add(Endpoint.at(path).unguarded().get(page)));
    Doctor doctor = new Doctor(this::uri, () -> live.now().apiKey(), this::checked, router);
    DashboardApi api = new DashboardApi(router, live, stats, doctor, Wiring::address, version);
    endpoints.add(Endpoints.json("/stats", api::stats));
    endpoints.addAll(Endpoints.keys(live));
    for (Settings.Mode mode : live.now().modes()) {
      endpoints.add(Endpoints.config(mode.path(), body -> api.mode(mode.member(), body)));
    }
    endpoints.add(Endpoints.config("/config/server", api::server));
    endpoints.add(Endpoints.config("/config/servers",
        new UsualServers(base -> ListedModels.count(base, LOOK))::find));
    endpoints.add(Endpoints.config("/config/names", api::names));
    endpoints.add(Endpoints.config("/config/limits", api::limits));
    endpoints.add(Endpoints.config("/config/jobs", api::jobs));
    endpoints.add(Endpoints.config("/config/texts", api::texts));
    endpoints.add(Endpoints.config("/config/figures", api::figures));
    endpoints.add(Endpoints.config("/config/doctor", api::doctor));
    ScenesApi scenes = new ScenesApi(besides(live.now().file(), "scenes"), stats::wholePrompt);
    endpoints.add(Endpoints.config("/config/scenes", scenes::post, scenes::list));
    endpoints.add(Endpoints.json("/config/report",
        new Report(router, live, stats, Release.whole())::json));
    Autostart autostart = new Autostart(System.getProperty("os.name"),
        live.userFolder().getParent(), Autostart.Start.ofThis(live.optionsAgain()));
    endpoints.add(Endpoints.config("/config/autostart", autostart::change, autostart::shown));
    endpoints.add(Endpoints.config("/config/stop", _ -> stop()));
    return endpoints;
  }

  /// Sets what ends the program when the player asks for it on the page.
  void onStop(Runnable end) {
    ending = end;
  }

  /// Elsewhere, for this very answer is one of those that an end waits for.
  private Json.Obj stop() {
    Threads.named("stop").start(ending);
    return Json.Obj.builder().put("message", "The proxy has stopped. Start it again when you want"
        + " to play.").build();
  }

  private static DashboardApi.Address address(String typed, String key) {
    ServerAddress.Found found = ServerAddress.find(typed, key);
    return new DashboardApi.Address(found.base(), found.note());
  }

  /// Each settings file has its own figures and scenes.
  private static Path besides(Path settings, String what) {
    String name = settings.getFileName().toString().replaceFirst("\\.json$", "");
    return settings.resolveSibling(name + "-" + what + ".json");
  }

  /// What speaks to a server that only the check-up knows.
  private Provider checked(URI address) {
    return server(new Settings.Server("broken", address, null, List.of("model"), List.of(),
        Json.Obj.builder().build(), false, Limits.DEFAULT));
  }

  /// Where a browser on this computer finds the page.
  URI uri() {
    InetAddress first = listen.addresses().getFirst();
    boolean plain = listen.addresses().size() > 1 || first.isAnyLocalAddress();
    String name = plain ? "127.0.0.1" : listen.host();
    if (name.contains(":") && !name.startsWith("[")) name = "[" + name + "]";
    return URI.create("http://" + name.replace("%", "%25") + ":" + server.port());
  }

  /// Plays each kind of upstream in the background, until somebody asks for a real one.
  void rehearse() {
    Rehearsal.begin(live, samples(), asked());
  }

  /// One of each kind of upstream.
  static List<Sample> samples() {
    return List.of(OpenAiProvider.sample(), ClaudeProvider.sample());
  }

  /// Tells whether anybody has asked from now on.
  BooleanSupplier asked() {
    long begun = System.nanoTime();
    return () -> quiet().toNanos() < System.nanoTime() - begun;
  }

  /// For how long nobody has asked; zero while a reply is under way.
  Duration quiet() {
    return stats.quiet();
  }

  /// The port that is listened on.
  int port() {
    return server.port();
  }

  /// Saves what must not be lost, lets running replies end, then ends everything that was started.
  /// What takes time is done side by side.
  @Override
  public void close() {
    List<Thread> ending = new ArrayList<>();
    ending.add(Threads.named("end").start(live::close));
    ending.add(Threads.named("end").start(stats::save));
    server.stop(GRACE);
    long end = System.nanoTime() + TO_END.toNanos();
    ending.add(Threads.named("end").start(stats::close)); // with the last replies in it
    router.routes().providers().forEach(each ->
        ending.add(Threads.named("end").start(() -> close(each))));
    try {
      for (Thread each : ending) each.join(Duration.ofNanos(end - System.nanoTime()));
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    Subprocess.closeAll();
  }

  /// One that fails must not keep the others from ending what they started.
  private static void close(Provider provider) {
    try {
      provider.close();
    } catch (RuntimeException bug) {
      LOG.log(Level.WARNING, provider.name() + " did not end in order.", bug);
    }
  }
}
