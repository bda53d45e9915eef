package skyproxy.settings;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import skyproxy.chat.Job;
import skyproxy.chat.Limits;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The members that only the settings file has. Throws a [Cursor.Mismatch] that names the wrong
/// one; what is absent, null or blank has its default.
final class FileSettings {
  /// Ids that lead somewhere whatever the file says.
  private static final Set<String> FIXED = Set.of("auto", "demo");
  static final Set<String> PROVIDERS = Set.of("claude", "codex", "openrouter");
  private static final List<String> JOBS =
      Arrays.stream(Job.values()).map(Job::wireName).toList();
  private static final int PROCESSES = 6;

  private final Cursor root;

  FileSettings(Json.Obj content) {
    root = Cursor.of(content);
  }

  String text(String member, String fallback) {
    return text(root.at(member), fallback);
  }

  private static String text(Cursor at, String fallback) {
    String text = at.stringOr("").strip();
    return text.isEmpty() ? fallback : text;
  }

  List<String> chosenModels() {
    List<String> chosen = new ArrayList<>(aliases().values());
    chosen.addAll(jobs().values());
    String model = text("default_model", null);
    if (model != null) chosen.add(model);
    return List.copyOf(chosen);
  }

  boolean wholeWords() {
    return root.at("whole_words").boolOr(true);
  }

  boolean finishBrokenLines() {
    return root.at("finish_broken_lines").boolOr(false);
  }

  int claudeProcesses() {
    return (int) within(root.at("claude_processes"), PROCESSES, 1, 64);
  }

  List<String> origins() {
    List<String> origins = new ArrayList<>();
    for (Cursor at : root.at("allowed_origins").arrayOrEmpty()) {
      URI url = SettingsReader.url(at.string());
      if (url == null || !url.getRawPath().isEmpty()) {
        throw at.mismatch("must be an origin, such as http://localhost:8080,");
      }
      origins.add(url.toString().toLowerCase(Locale.ROOT));
    }
    return List.copyOf(origins);
  }

  Map<String, String> aliases() {
    Map<String, String> aliases = new LinkedHashMap<>();
    if (root.at("aliases").isMissing()) return aliases;
    root.at("aliases").members().forEach((name, at) -> {
      String id = name.strip();
      if (id.isEmpty() || id.contains(",") || id.contains(">")) {
        throw at.mismatch("must have a name without ',' and '>'");
      }
      if (FIXED.contains(id)) throw at.mismatch("is a name that the proxy itself needs");
      aliases.put(id, modelText(at));
    });
    return Collections.unmodifiableMap(aliases);
  }

  Map<String, String> jobs() {
    return byJob("jobs", FileSettings::modelText);
  }

  Map<String, Duration> firstToken() {
    return byJob("first_token_seconds", FileSettings::seconds);
  }

  private <T> Map<String, T> byJob(String member, Function<Cursor, T> value) {
    Map<String, T> jobs = new LinkedHashMap<>();
    if (root.at(member).isMissing()) return jobs;
    root.at(member).members().forEach((name, at) -> {
      if (!JOBS.contains(name)) {
        throw at.mismatch("is no job of the game: there are " + String.join(", ", JOBS));
      }
      jobs.put(name, value.apply(at));
    });
    return Collections.unmodifiableMap(jobs);
  }

  private static String modelText(Cursor at) {
    String text = at.string();
    if (text.matches("[\\s,>]*")) throw at.mismatch("must name a model");
    return text.strip();
  }

  List<Settings.Server> servers() {
    List<Settings.Server> servers = new ArrayList<>();
    if (!root.at("providers").isMissing()) {
      root.at("providers").members().forEach((name, at) -> servers.add(server(name.strip(), at)));
    }
    checkLimits(servers);
    return List.copyOf(servers);
  }

  /// A name that is spelled wrong would be no limit.
  private void checkLimits(List<Settings.Server> servers) {
    if (root.at("limits").isMissing()) return;
    root.at("limits").members().forEach((name, at) -> {
      if (!PROVIDERS.contains(name)
          && servers.stream().noneMatch(server -> server.name().equals(name))) {
        throw at.mismatch("is the name of no provider");
      }
    });
  }

  private Settings.Server server(String name, Cursor at) {
    if (!name.matches("[^\\s:/,>]+")) {
      throw at.mismatch("must have a name without blanks, ':', '/', ',' and '>'");
    }
    if (FIXED.contains(name) || PROVIDERS.contains(name)) {
      throw at.mismatch("is a name that the proxy itself needs: choose another");
    }
    return new Settings.Server(name, baseUrl(at.at("base_url")), text(at.at("api_key"), null),
        strings(at.at("models")), strings(at.at("drop")), members(at.at("add")),
        at.at("warm").boolOr(false), MoneySettings.prices(at.at("prices")),
        limits(at, limits(name)));
  }

  Settings.Budget budget() {
    return MoneySettings.budget(root, servers().stream().map(Settings.Server::name).toList());
  }

  private static Json.Obj members(Cursor at) {
    return at.isMissing() ? Json.Obj.builder().build() : at.object();
  }

  /// The whole endpoint is what other programs ask for, so it is understood too.
  private static URI baseUrl(Cursor at) {
    URI url = SettingsReader.url(SettingsReader.withoutSlashes(at.string().strip())
        .replaceFirst("/(chat/completions|models)$", ""));
    if (url == null) throw at.mismatch("must be a URL such as http://127.0.0.1:11434/v1");
    return url;
  }

  private static List<String> strings(Cursor at) {
    return at.arrayOrEmpty().stream().map(Cursor::string).map(String::strip)
        .filter(text -> !text.isEmpty()).toList();
  }

  /// What `limits` says of a provider; a server's own entry goes before it.
  Limits limits(String provider) {
    Cursor at = root.at("limits").at(provider);
    if (!at.isMissing()) at.object();
    return limits(at, Limits.DEFAULT);
  }

  private static Limits limits(Cursor at, Limits usual) {
    return new Limits(
        seconds(at.at("connect_seconds"), usual.connect()),
        seconds(at.at("first_token_seconds"), usual.firstToken()),
        seconds(at.at("silence_seconds"), usual.silence()),
        (int) within(at.at("max_concurrent"), usual.maxConcurrent(), 1, Integer.MAX_VALUE));
  }

  private static Duration seconds(Cursor at, Duration usual) {
    return at.isMissing() ? usual : seconds(at);
  }

  private static Duration seconds(Cursor at) {
    double seconds = at.number();
    if (seconds < 0.001 || seconds > 3600) throw at.mismatch("must be a number up to 3600");
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private static long within(Cursor at, long usual, long least, long most) {
    long number = at.integerOr(usual);
    if (number < least || number > most) {
      throw at.mismatch("must be a whole number from " + least + " to " + most);
    }
    return number;
  }
}
