package skyproxy.settings;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import skyproxy.chat.Cost;
import skyproxy.chat.Limits;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The settings that the page has forms for: names of models, limits of providers. Any thread.
///
/// A body names what is to be changed and nothing else; null, or a blank text, takes it out of the
/// file.
public final class PageSettings {
  private static final List<String> LIMITS =
      List.of("connect_seconds", "first_token_seconds", "silence_seconds", "max_concurrent");
  private static final Map<String, List<List<String>>> NAMES = Map.of(
      "default_model", List.of(List.of("default_model")), "aliases", List.of(List.of("aliases")),
      "budget_day", List.of(List.of("budget", "day")));
  private static final Map<String, List<List<String>>> JOBS =
      Map.of("jobs", List.of(List.of("jobs")));

  private PageSettings() {}

  /// Puts the names, and what may be spent on a day, as they stand.
  public static void putNames(Json.Obj.Builder out, Settings now) {
    Json.Obj.Builder aliases = Json.Obj.builder();
    now.aliases().forEach(aliases::put);
    out.put("default_model", now.defaultModel()).put("aliases", aliases.build())
        .put("budget_day", orNull(now.budget().day()));
  }

  /// `{"default_model":…}`, `{"aliases":{…}}`, `{"budget_day":…}`, or several of them.
  ///
  /// @throws SettingsException when something is wrong; nothing is changed then
  public static Settings changeNames(LiveSettings live, Cursor body)
      throws SettingsException, NotSavedException {
    return change(live, body, body.members(), NAMES);
  }

  /// What a provider may take, by the names that [#changeLimits] has for it; null for one that has
  /// no limits. What is not set is null.
  ///
  /// @param limits those that hold for it
  public static Json limits(Settings now, String provider, Limits limits) {
    Map<String, List<List<String>>> places = places(now, provider);
    if (places.isEmpty()) return Json.NULL;
    Json.Obj.Builder out = Json.Obj.builder();
    for (String name : places.keySet()) {
      out.put(name, switch (name) {
        case "connect_seconds" -> seconds(limits.connect());
        case "first_token_seconds" -> seconds(limits.firstToken());
        case "silence_seconds" -> seconds(limits.silence());
        case "max_concurrent" -> limits.maxConcurrent() == Integer.MAX_VALUE ? Json.NULL
            : new Json.Num(Integer.toString(limits.maxConcurrent()));
        case "processes" -> new Json.Num(Integer.toString(now.claude().processes()));
        case "day" -> orNull(now.budget().days().get(provider));
        case "window" -> orNull(now.budget().windows().get(provider));
        default -> throw new IllegalStateException(name);
      });
    }
    return out.build();
  }

  /// `{"provider":"openrouter","max_concurrent":4}`: the limits of one provider.
  ///
  /// @throws SettingsException when something is wrong; nothing is changed then
  public static Settings changeLimits(LiveSettings live, Cursor body)
      throws SettingsException, NotSavedException {
    String provider = body.at("provider").string();
    Map<String, List<List<String>>> places = places(live.now(), provider);
    if (places.isEmpty()) throw body.at("provider").mismatch("must be a provider that has limits");
    Map<String, Cursor> given = new LinkedHashMap<>(body.members());
    given.remove("provider");
    return change(live, body, given, places);
  }

  /// `{"jobs":{"mood":"claude-haiku-5-5"}}`: what `auto` stands for, by job.
  ///
  /// @throws SettingsException when something is wrong; nothing is changed then
  public static Settings changeJobs(LiveSettings live, Cursor body)
      throws SettingsException, NotSavedException {
    Cursor jobs = body.at("jobs");
    jobs.object();
    return change(live, body, Map.of("jobs", jobs), JOBS);
  }

  /// Changes the entry of a server, which may be a new one.
  ///
  /// @param edit is given what is there, and changes nothing else
  /// @throws SettingsException when something is wrong; nothing is changed then
  public static Settings changeServer(LiveSettings live, String name, UnaryOperator<Json.Obj> edit)
      throws SettingsException, NotSavedException {
    try {
      return live.edit(content -> set(content,
          edit.apply(inner(inner(content, "providers"), name)), List.of("providers", name)));
    } catch (SettingsException wrong) {
      Cursor place = Cursor.of(null).at("providers").at(name);
      throw wrong.asked("base_url", place.at("base_url")).asked("name", place);
    }
  }

  /// Takes a server out of the file, and what is said of it elsewhere there.
  public static Settings removeServer(LiveSettings live, String name)
      throws SettingsException, NotSavedException {
    if (FileSettings.PROVIDERS.contains(name)) return live.now();
    return live.edit(content -> {
      Json.Obj changed = set(content, null, List.of("providers", name));
      changed = set(changed, null, List.of("limits", name));
      return set(changed, null, List.of("budget", "providers", name));
    });
  }

  /// The ways to a provider's limits in the file, by their names here. Of several the first one
  /// goes before the others.
  private static Map<String, List<List<String>>> places(Settings now, String provider) {
    boolean server =
        now.servers().stream().anyMatch(each -> each.name().equals(provider));
    Map<String, List<List<String>>> places = new LinkedHashMap<>();
    if (!server && !FileSettings.PROVIDERS.contains(provider)) return places;
    for (String limit : LIMITS) {
      List<String> usual = List.of("limits", provider, limit);
      places.put(limit, server ? List.of(List.of("providers", provider, limit), usual)
          : List.of(usual));
    }
    if (provider.equals("claude")) places.put("processes", List.of(List.of("claude_processes")));
    places.put("day", List.of(List.of("budget", "providers", provider, "day")));
    if (MoneySettings.PLANS.contains(provider)) {
      places.put("window", List.of(List.of("budget", provider + "_window")));
    }
    return places;
  }

  private static Settings change(LiveSettings live, Cursor body, Map<String, Cursor> given,
      Map<String, List<List<String>>> places) throws SettingsException, NotSavedException {
    given.forEach((name, at) -> {
      if (!places.containsKey(name)) {
        throw at.mismatch("can't be set here: there are " + String.join(", ",
            places.keySet().stream().sorted().toList()));
      }
    });
    if (given.isEmpty()) throw body.mismatch("must say what to change");
    try {
      return live.edit(content -> changed(content, given, places));
    } catch (SettingsException wrong) {
      SettingsException asked =
          wrong.asked(given.size() == 1 ? given.keySet().iterator().next() : null);
      for (String name : given.keySet()) {
        for (List<String> place : places.get(name)) {
          Cursor at = Cursor.of(null);
          for (String step : place) at = at.at(step);
          asked = asked.asked(name, at);
        }
      }
      throw asked;
    }
  }

  private static Json.Obj changed(Json.Obj content, Map<String, Cursor> given,
      Map<String, List<List<String>>> places) {
    Json.Obj changed = content;
    for (Map.Entry<String, Cursor> each : given.entrySet()) {
      Json value = value(each.getValue());
      for (List<String> place : places.get(each.getKey())) {
        changed = set(changed, value, place);
        value = null; // it stands in the first place alone
      }
    }
    return changed;
  }

  private static Json value(Cursor at) {
    boolean none = at.isMissing() || at.json() instanceof Json.Str(var text) && text.isBlank()
        || at.json() instanceof Json.Obj all && all.members().isEmpty();
    return none ? null : at.json();
  }

  /// @param value null takes it out, and what is empty then
  private static Json.Obj set(Json.Obj in, Json value, List<String> path) {
    String name = path.getFirst();
    Json there = value;
    if (path.size() > 1) {
      Json.Obj changed = set(inner(in, name), value, path.subList(1, path.size()));
      there = changed.members().isEmpty() ? null : changed;
    }
    return there == null ? in.without(name) : in.with(name, there);
  }

  private static Json.Obj inner(Json.Obj in, String name) {
    return in.get(name) instanceof Json.Obj known ? known : Json.Obj.builder().build();
  }

  private static Json seconds(Duration time) {
    return time == null ? Json.NULL
        : Cost.json(BigDecimal.valueOf(time.toMillis()).movePointLeft(3));
  }

  private static Json orNull(BigDecimal number) {
    return number == null ? Json.NULL : Cost.json(number);
  }
}
