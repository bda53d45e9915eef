package skyproxy.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import skyproxy.json.Cursor;
import skyproxy.settings.Settings.ClaudeMode;

/// Makes settings of what is given in several places. Everything is checked here.
final class SettingsReader {
  private static final String DEFAULT_MODEL = "claude-sonnet-5-5";

  private final Sources sources;
  private final FileSettings members;

  SettingsReader(Sources sources) {
    this.sources = sources;
    this.members = new FileSettings(sources.content());
  }

  Settings read() throws SettingsException {
    try {
      return checked(settings());
    } catch (Cursor.Mismatch wrong) {
      throw SettingsException.wrong(wrong, sources.file());
    }
  }

  private Settings settings() throws SettingsException {
    CommandLine flags = sources.commandLine();
    var exitWith = sources.given(Option.EXIT_WITH);
    return new Settings(sources.file(), listen(), members.text("api_key", null),
        members.origins(), members.chosenModels(), chosenProviders(),
        members.text("default_model", DEFAULT_MODEL), members.aliases(),
        members.jobs(), members.firstToken(), claude(), codex(),
        new Settings.OpenRouter(url(Option.OPENROUTER_URL, "https://openrouter.ai/api/v1"),
            key("openrouter_api_key", "OPENROUTER_API_KEY"), members.limits("openrouter")),
        members.servers(), members.budget(), members.wholeWords(), members.finishBrokenLines(),
        exitWith == null ? null : exitWith.value(), trial(), flags.open(), flags.verbose());
  }

  private Settings.Trial trial() throws SettingsException {
    var scenes = sources.given(Option.TRY_SCENES);
    var models = sources.given(Option.MODELS);
    if (scenes == null && models == null) return null;
    if (scenes == null || models == null) {
      throw SettingsException.wrong("--try-scenes takes a file with scenes, and --models says who"
          + " plays them: give both.");
    }
    List<String> all = Arrays.stream(models.value().split(",")).map(String::strip)
        .filter(id -> !id.isEmpty()).distinct().toList();
    if (all.isEmpty()) throw models.wrong();
    try {
      return new Settings.Trial(sources.path(scenes.value()), all);
    } catch (InvalidPathException unusable) {
      throw scenes.wrong();
    }
  }

  private Set<String> chosenProviders() throws SettingsException {
    Set<String> chosen = new HashSet<>();
    for (Option each : List.of(Option.CLAUDE, Option.CLAUDE_MODE)) {
      if (sources.given(each) != null) chosen.add("claude");
    }
    for (Option each : List.of(Option.CODEX, Option.CODEX_HOME)) {
      if (sources.given(each) != null) chosen.add("codex");
    }
    return Set.copyOf(chosen);
  }

  private Settings checked(Settings settings) throws SettingsException {
    for (InetAddress address : settings.listen().addresses()) {
      if (!address.isLoopbackAddress() && settings.apiKey() == null) {
        var host = sources.given(Option.HOST);
        throw SettingsException.wrong(host.place() + " is " + host.value() + ", which lets other"
            + " computers in: set api_key in " + settings.file() + " first, or leave that out.");
      }
    }
    return settings;
  }

  private Settings.Listen listen() throws SettingsException {
    var port = sources.given(Option.PORT);
    int number = 8000;
    if (port != null) {
      if (!port.value().matches("[0-9]{1,5}")) throw port.wrong();
      number = Integer.parseInt(port.value());
      if (number > 65535) throw port.wrong();
    }
    var host = sources.given(Option.HOST);
    if (host == null || host.value().equalsIgnoreCase("localhost")) {
      return new Settings.Listen(host == null ? null : host.value(),
          List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")), number);
    }
    return new Settings.Listen(host.value(), List.of(address(host)), number);
  }

  private static InetAddress address(Sources.Given host) throws SettingsException {
    try {
      String name = host.value();
      boolean bracketed = name.startsWith("[") && name.endsWith("]");
      return InetAddress.getByName(bracketed ? name.substring(1, name.length() - 1) : name);
    } catch (IOException unknown) {
      throw host.wrong();
    }
  }

  private Settings.Claude claude() throws SettingsException {
    return new Settings.Claude(program(Option.CLAUDE, "claude"), claudeMode(),
        url(Option.ANTHROPIC_URL, "https://api.anthropic.com"),
        key("anthropic_api_key", "ANTHROPIC_API_KEY"), members.claudeProcesses(),
        members.limits("claude"));
  }

  private Settings.Codex codex() throws SettingsException {
    var given = sources.given(Option.CODEX_HOME);
    String home = given != null ? given.value() : sources.variable("CODEX_HOME");
    return new Settings.Codex(program(Option.CODEX, "codex"),
        home == null ? Path.of(System.getProperty("user.home"), ".codex")
            : path(home, given), members.limits("codex"));
  }

  private ClaudeMode claudeMode() throws SettingsException {
    var mode = sources.given(Option.CLAUDE_MODE);
    if (mode == null) return ClaudeMode.AUTO;
    return Arrays.stream(ClaudeMode.values())
        .filter(each -> each.wireName().equalsIgnoreCase(mode.value())).findFirst()
        .orElseThrow(mode::wrong);
  }

  /// A name stays one, to be looked for on PATH.
  private String program(Option option, String fallback) throws SettingsException {
    var given = sources.given(option);
    if (given == null) return fallback;
    if (given.value().equalsIgnoreCase("off")) return null;
    Path path = path(given.value(), given);
    return Path.of(given.value()).getParent() == null ? given.value() : path.toString();
  }

  private Path path(String text, Sources.Given given) throws SettingsException {
    try {
      return sources.path(text);
    } catch (InvalidPathException unusable) {
      if (given != null) throw given.wrong();
      throw SettingsException.wrong("CODEX_HOME takes the path of a folder.");
    }
  }

  private URI url(Option option, String fallback) throws SettingsException {
    var given = sources.given(option);
    if (given == null) return URI.create(fallback);
    URI url = url(given.value());
    if (url == null) throw given.wrongSecret();
    return url;
  }

  /// An http or https URL with a host and without a password, a query or a slash at its end; null
  /// when it is none.
  static URI url(String text) {
    try {
      URI url = new URI(withoutSlashes(text.strip()));
      boolean web = "http".equalsIgnoreCase(url.getScheme())
          || "https".equalsIgnoreCase(url.getScheme());
      boolean plain = url.getRawQuery() == null && url.getRawFragment() == null
          && url.getRawUserInfo() == null;
      return web && plain && url.getHost() != null ? url : null;
    } catch (URISyntaxException notOne) {
      return null;
    }
  }

  /// A text without the slashes at its end.
  static String withoutSlashes(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '/') end--;
    return text.substring(0, end);
  }

  private String key(String member, String variable) {
    return members.text(member, sources.variable(variable));
  }
}
