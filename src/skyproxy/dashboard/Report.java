package skyproxy.dashboard;

import java.time.Instant;
import java.util.Locale;
import skyproxy.chat.Health;
import skyproxy.chat.Provider;
import skyproxy.chat.Secrets;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.Settings;
import skyproxy.stats.Stats;
import skyproxy.threads.Threads;

/// A text that a player may give to others when asking for help.
///
/// No key, no mail address and no name of the player's folder is in it, and no word of a prompt: an
/// upstream's own words may quote one, so they are left out. Any thread.
public final class Report {
  private static final int ERRORS = 10;
  private static final int LONGEST = 160;

  private final Router router;
  private final LiveSettings live;
  private final Stats stats;
  private final String release;

  /// @param release the version, the Java and the build, in a line
  public Report(Router router, LiveSettings live, Stats stats, String release) {
    this.router = router;
    this.live = live;
    this.stats = stats;
    this.release = release;
  }

  /// `{"report":…}`
  ///
  /// @param query not asked for
  public Json.Obj json(String query) {
    Cursor figures = Cursor.of(stats.json(-1));
    StringBuilder text = new StringBuilder(release).append(", ")
        .append(Threads.kind().wireName()).append(" threads\n")
        .append(System.getProperty("os.name")).append(' ')
        .append(System.getProperty("os.version")).append(", ")
        .append(System.getProperty("os.arch")).append(", ")
        .append(Runtime.getRuntime().availableProcessors()).append(" processors\n");
    Cursor total = figures.at("since_start").at("total");
    text.append("Since ").append(figures.at("started").string()).append(": ")
        .append(total.at("requests").integer()).append(" requests, ")
        .append(total.at("failures").integer()).append(" failed, ")
        .append(figures.at("game").isMissing() ? "the game has never called" : "the game called "
            + figures.at("game").at("when").string()).append('\n');
    settings(text);
    for (Provider each : router.routes().providers()) provider(text, each);
    errors(text, figures);
    return Json.Obj.builder().put("report", text.toString()).build();
  }

  private void settings(StringBuilder text) {
    Settings now = live.now();
    text.append("Default model ").append(line(now.defaultModel())).append(", ")
        .append(now.aliases().size()).append(" aliases, jobs: ")
        .append(now.jobs().isEmpty() ? "none" : line(now.jobs().toString()))
        .append(now.apiKey() == null ? "" : ", api_key is set")
        .append(live.problem() == null ? "" : ", the settings file has a mistake").append('\n');
  }

  private static void provider(StringBuilder text, Provider provider) {
    Health health = provider.health();
    int models = provider.models().size();
    text.append(line(provider.title())).append(": ")
        .append(health.state().name().toLowerCase(Locale.ROOT)).append(", ")
        .append(models).append(models == 1 ? " model" : " models");
    if (health.message() != null) text.append(". ").append(line(health.message()));
    text.append('\n');
  }

  private static void errors(StringBuilder text, Cursor figures) {
    int told = 0;
    for (Cursor request : figures.at("recent").array()) {
      if (told == ERRORS) break;
      for (Cursor attempt : request.at("attempts").array()) {
        if (attempt.at("failure").isMissing()) continue;
        if (told++ == 0) text.append("Last errors:\n");
        error(text, request, attempt);
      }
      if (!request.at("failure").isMissing() && request.at("attempts").array().isEmpty()) {
        if (told++ == 0) text.append("Last errors:\n");
        error(text, request, request);
      }
    }
  }

  private static void error(StringBuilder text, Cursor request, Cursor what) {
    text.append(Instant.parse(request.at("when").string())).append(' ')
        .append(request.at("job").string()).append(' ').append(line(what.at("model").string()))
        .append(": ").append(what.at("failure").string()).append(" after ")
        .append(what.at("took_ms").integerOr(request.at("total_ms").integerOr(0))).append(" ms, ")
        .append(request.at("outcome").string())
        .append(request.at("status").integer() > 200 ? " " + request.at("status").integer() : "")
        .append('\n');
  }

  /// One line of our own words.
  private static String line(String text) {
    String ours = text.replaceFirst("(?s)\\S+ says: .*", "")
        .replace(System.getProperty("user.home"), "~");
    return Secrets.excerpt(ours, LONGEST);
  }
}
