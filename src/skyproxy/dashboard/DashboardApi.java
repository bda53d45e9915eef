package skyproxy.dashboard;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import skyproxy.chat.ChatException;
import skyproxy.chat.Cost;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Job;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.PageSettings;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;
import skyproxy.stats.Stats;
import skyproxy.threads.Threads;

/// Gives the page what it shows and makes the changes it asks for. Any number of threads; never a
/// credential.
public final class DashboardApi {
  private static final int MODELS = 400;

  /// A way to find the address of a server that a player means.
  public interface AddressFinder {

    /// Asks whatever may be there, for some seconds at most.
    ///
    /// @param typed as the player typed it
    /// @param key for that server, or null
    Address find(String typed, String key);
  }

  /// @param base what to keep
  /// @param note what the player should know of it, or ""
  public record Address(String base, String note) {}

  private final Router router;
  private final AddressFinder addresses;
  private final LiveSettings live;
  private final Stats stats;
  private final Doctor doctor;
  private final String version;

  public DashboardApi(Router router, LiveSettings live, Stats stats, Doctor doctor,
      AddressFinder addresses, String version) {
    this.router = router;
    this.addresses = addresses;
    this.live = live;
    this.stats = stats;
    this.doctor = doctor;
    this.version = version;
  }

  /// `GET /stats`: everything; with `after=N` what is new since the request of that number, with
  /// `whole` besides also the models; with `id=N` one request with its texts.
  ///
  /// @param query null when there is none
  public Json.Obj stats(String query) {
    Map<String, String> asked = Query.parse(query);
    if (asked.containsKey("id")) return one(number(asked, "id"));
    long after = asked.containsKey("after") ? number(asked, "after") : -1;
    boolean whole = after < 0 || asked.containsKey("whole");
    Json.Obj figures = stats.json(after);
    return figures.with("java", java()).with("limits", limits()).with("waiting", waiting())
        .with("settings", settings()).with("providers", providers(whole));
  }

  private Json.Obj one(long id) {
    Json.Obj found = stats.request(id);
    if (found == null) throw wrong("id", "it is no longer among the last requests");
    return found;
  }

  private static long number(Map<String, String> asked, String name) {
    try {
      return Long.parseLong(asked.get(name));
    } catch (NumberFormatException notOne) {
      throw wrong(name, name + " must be a whole number");
    }
  }

  private static ChatException wrong(String param, String message) {
    return new ChatException(new Failure.BadRequest(message, param, "invalid_value"));
  }

  /// The Java that runs this, and what the player should know of it.
  private static Json.Obj java() {
    String advice = Threads.advice();
    return Json.Obj.builder().put("version", Runtime.version().toString())
        .put("threads", Threads.kind().wireName())
        .put("advice", advice == null ? Json.NULL : new Json.Str(advice)).build();
  }

  private Json.Obj settings() {
    Settings now = live.now();
    Json.Obj.Builder jobs = Json.Obj.builder();
    now.jobs().forEach(jobs::put);
    Json.Obj.Builder out = Json.Obj.builder();
    for (Settings.Mode mode : now.modes()) out.put(mode.member(), mode.value());
    for (Settings.Key key : now.keys()) out.put(key.member().replace("_api", ""), key.set());
    PageSettings.putNames(out, now);
    return out
        .put("version", version)
        .put("file", now.file().toString())
        .put("file_problem", live.problem() == null ? Json.NULL : new Json.Str(live.problem()))
        .put("log", live.log() + "-*.log")
        .put("key_wanted", now.apiKey() != null)
        .put("jobs", jobs.build())
        .put("job_names", Json.Arr.ofStrings(
            Arrays.stream(Job.values()).map(Job::wireName).toList()))
        .build();
  }

  private Json.Arr waiting() {
    return new Json.Arr(router.waiting().stream().map(one -> (Json) Json.Obj.builder()
        .put("provider", one.provider()).put("job", one.purpose().job().wireName())
        .put("class", one.purpose().urgency().wireName()).put("since", one.since().toString())
        .build()).toList());
  }

  /// The limits on what is spent that are set, as they stand.
  private Json.Arr limits() {
    return new Json.Arr(router.limits().stream().map(limit -> (Json) Json.Obj.builder()
        .put("name", limit.place())
        .put("provider", limit.provider() == null ? Json.NULL
            : new Json.Str(limit.provider().name()))
        .put("window", limit.window() == null ? Json.NULL : new Json.Str(limit.window().name()))
        .put("limit", Cost.json(limit.limit())).put("used", Cost.json(limit.used()))
        .put("resets", limit.ends().toString())
        .put("state", limit.reached() ? "reached" : limit.near() ? "near" : "open")
        .put("message", limit.words() + ".").build()).toList());
  }

  private Json.Arr providers(boolean whole) {
    Settings now = live.now();
    return new Json.Arr(router.routes().routes().stream()
        .map(route -> (Json) provider(route, now, whole)).toList());
  }

  private Json.Obj provider(Routes.Route route, Settings now, boolean whole) {
    Provider provider = route.provider();
    Health health = provider.health();
    List<String> ids = provider.models().stream().map(Model::id)
        .map(id -> id.startsWith(route.strip()) ? id : route.strip() + id).toList();
    Json.Obj.Builder out = Json.Obj.builder()
        .put("name", provider.name())
        .put("title", provider.title())
        .put("state", health.state().name().toLowerCase(Locale.ROOT));
    String notes = String.join(" ", provider.notes());
    String message = health.message() != null || notes.isEmpty() ? health.message() : notes;
    if (message == null) out.putNull("message");
    else out.put("message", message);
    out.put("last_error", orNull(stats.lastError(provider.name())))
        .put("plan", UsageWindow.json(provider.plan()))
        .put("model_count", ids.size());
    if (whole) {
      out.put("models", Json.Arr.ofStrings(ids.size() > MODELS ? ids.subList(0, MODELS) : ids))
          .put("limits", PageSettings.limits(now, provider.name(), provider.limits()));
    }
    putSetUp(out, provider, now);
    return out.build();
  }

  /// Puts what the player can set of this provider on the page.
  private static void putSetUp(Json.Obj.Builder out, Provider of, Settings now) {
    String provider = of.name();
    now.keys().stream().filter(key -> key.provider().equals(provider)).forEach(key ->
        out.put("key_member", key.member()).put("key_path", key.path()).put("key_set", key.set())
            .put("key_sample", key.sample()).put("key_source", key.source()));
    now.modes().stream().filter(mode -> mode.provider().equals(provider)).forEach(mode ->
        out.put("mode_path", mode.path()).put("mode", mode.value()));
    now.servers().stream().filter(server -> server.name().equals(provider)).forEach(server ->
        out.put("base_url", server.baseUrl().toString()).put("warm", server.warm())
            .put("warm_helps", !server.warm() && isLocal(server.baseUrl())
                && new Json.Bool(true).equals(of.health().details().get("slow_after_pause"))));
  }

  private static boolean isLocal(URI address) {
    return address.getHost().matches("localhost|127\\..*|\\[::1]");
  }

  private static Json orNull(Json.Obj value) {
    return value == null ? Json.NULL : value;
  }

  /// `{"mode":"cli"}`: how a provider is reached from now on.
  ///
  /// @param member the mode's member of the settings file
  public Json.Obj mode(String member, Cursor body) throws SettingsException, IOException {
    String wanted = body.at("mode").string();
    // Where the command line takes precedence, the file's own value is looked at only much later.
    List<String> values = mode(member, live.now()).values();
    if (!values.contains(wanted)) {
      throw wrong("mode", "mode must be one of " + String.join(", ", values));
    }
    Settings.Mode now = mode(member, live.change(member, new Json.Str(wanted)));
    return done(now.value().equals(wanted) ? "Saved." : "Saved, but " + now.option() + " (or its"
        + " variable in the environment) says " + now.value() + " and takes precedence.");
  }

  private static Settings.Mode mode(String member, Settings settings) {
    return settings.modes().stream().filter(mode -> mode.member().equals(member)).findFirst()
        .orElseThrow();
  }

  /// `{"name":…,"base_url":…,"api_key":…}` adds an OpenAI-compatible server or changes it,
  /// `{"name":…,"warm":true}` keeps its model loaded, `{"name":…,"remove":true}` removes it. Other
  /// members of a server in the file stay. What an address means is tried before it is kept;
  /// `message` says what it was taken for.
  public Json.Obj server(Cursor body) throws SettingsException, IOException {
    String name = body.at("name").string().strip();
    if (body.at("remove").boolOr(false)) {
      PageSettings.removeServer(live, name);
      return done("Removed.");
    }
    if (!body.at("warm").isMissing()) {
      Json warm = new Json.Bool(body.at("warm").bool());
      PageSettings.changeServer(live, name, server -> server.with("warm", warm));
      return done("Saved.");
    }
    String typed = body.at("base_url").string();
    String key = body.at("api_key").stringOr("").strip();
    if (!key.matches("[!-~]*")) {
      throw body.at("api_key").mismatch("holds what keys never contain: paste it again");
    }
    Address address = addresses.find(typed, key.isEmpty() ? keyOf(name) : key);
    PageSettings.changeServer(live, name, server -> {
      Json.Obj changed = server.with("base_url", new Json.Str(address.base()));
      return key.isEmpty() ? changed : changed.with("api_key", new Json.Str(key));
    });
    return done(("Saved. " + address.note()).strip())
        .with("base_url", new Json.Str(address.base()));
  }

  private String keyOf(String name) {
    return live.now().servers().stream().filter(server -> server.name().equals(name))
        .map(Settings.Server::apiKey).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /// The names of models: see [PageSettings#changeNames].
  public Json.Obj names(Cursor body) throws SettingsException, IOException {
    PageSettings.changeNames(live, body);
    return done("Saved.");
  }

  /// The limits of a provider: see [PageSettings#changeLimits].
  public Json.Obj limits(Cursor body) throws SettingsException, IOException {
    PageSettings.changeLimits(live, body);
    return done("Saved.");
  }

  /// What `auto` stands for, by job: see [PageSettings#changeJobs].
  public Json.Obj jobs(Cursor body) throws SettingsException, IOException {
    PageSettings.changeJobs(live, body);
    return done("Saved.");
  }

  /// `{"keep":true}`: prompts and answers are kept in memory from now on, or forgotten.
  public Json.Obj texts(Cursor body) {
    stats.keepTexts(body.at("keep").bool());
    return done("Done.");
  }

  /// `{"delete":true}`: all figures are deleted, those on disk too.
  public Json.Obj figures(Cursor body) {
    if (!body.at("delete").bool()) throw wrong("delete", "delete must be true");
    stats.clear();
    return done("Deleted.");
  }

  /// `{"model":…}` lists what a check-up consists of, `{"model":…,"check":…}` does one of it.
  public Json.Obj doctor(Cursor body) {
    String model = body.at("model").string().strip();
    String check = body.at("check").stringOr("");
    return check.isEmpty() ? Doctor.checks() : doctor.check(model, check);
  }

  private static Json.Obj done(String message) {
    return Json.Obj.builder().put("message", message).build();
  }
}
