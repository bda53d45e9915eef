package skyproxy.settings;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import skyproxy.chat.Limits;
import skyproxy.chat.Price;
import skyproxy.json.Json;

/// Everything that can be set, checked. Keys are null where there is none.
///
/// @param file the settings file, which need not exist
/// @param apiKey what clients must send as a Bearer token, or null
/// @param allowedOrigins other web pages that may call, such as `http://localhost:8080`
/// @param chosenModels the model texts that stand in the file: `default_model`, `aliases`, `jobs`
/// @param chosenProviders the providers that an option, a variable or a setting is about
/// @param defaultModel what an empty `model` means
/// @param aliases short names for model texts
/// @param jobs model texts by the name of a job of the game
/// @param firstToken limits for the first word by the name of a job
/// @param servers OpenAI-compatible servers, in the order of the file
/// @param budget what may be spent
/// @param wholeWords whether a delta never ends inside a word
/// @param finishBrokenLines whether an answer that breaks off is ended behind its last sentence
/// @param exitWith the program with whose last process the proxy ends, or null
/// @param trial scenes to be played instead of serving a game, or null
/// @param open whether to open the dashboard once listening
/// @param verbose whether upstream calls are logged in detail
public record Settings(Path file, Listen listen, String apiKey, List<String> allowedOrigins,
    List<String> chosenModels, Set<String> chosenProviders, String defaultModel,
    Map<String, String> aliases, Map<String, String> jobs,
    Map<String, Duration> firstToken, Claude claude, Codex codex, OpenRouter openRouter,
    List<Server> servers, Budget budget, boolean wholeWords, boolean finishBrokenLines,
    String exitWith, Trial trial, boolean open, boolean verbose) {

  /// The addresses and the port to listen on.
  ///
  /// @param host what the player said, or null
  /// @param addresses all of them; the second one is `::1`, which a computer may lack
  public record Listen(String host, List<InetAddress> addresses, int port) {}

  /// Scenes to be played.
  ///
  /// @param models who plays them, in this order; at least one
  public record Trial(Path scenes, List<String> models) {}

  /// The ways to reach Claude.
  public enum ClaudeMode {
    AUTO, CLI, API_KEY, DIRECT;

    /// The word a player writes.
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// @param program the CLI, a path or a name to be looked for on PATH; null: switched off
  /// @param url the Anthropic API, without a slash at its end
  /// @param processes how many CLI processes there may be at once
  public record Claude(String program, ClaudeMode mode, URI url, String apiKey, int processes,
      Limits limits) {}

  /// @param program the CLI, a path or a name to be looked for on PATH; null: switched off
  public record Codex(String program, Path home, Limits limits) {}

  /// @param url the API, without a slash at its end
  public record OpenRouter(URI url, String apiKey, Limits limits) {}

  /// An OpenAI-compatible server.
  ///
  /// @param baseUrl what `/chat/completions` is appended to; no slash at its end
  /// @param models those to list even when the server can't be reached
  /// @param drop members of a request that this server must not see
  /// @param add members that every request to it has, where the game does not send them
  /// @param warm whether its model is kept loaded
  /// @param prices what its models cost, by their ids there; what is not named costs nothing
  public record Server(String name, URI baseUrl, String apiKey, List<String> models,
      List<String> drop, Json.Obj add, boolean warm, Map<String, Price> prices, Limits limits) {

    /// One that costs nothing.
    public Server(String name, URI baseUrl, String apiKey, List<String> models,
        List<String> drop, Json.Obj add, boolean warm, Limits limits) {
      this(name, baseUrl, apiKey, models, drop, add, warm, Map.of(), limits);
    }

    /// What of it can't change while it is in use: all but the limits, of which the one for making
    /// a connection stays.
    public Server lasting() {
      return new Server(name, baseUrl, apiKey, models, drop, add, warm, prices,
          new Limits(limits.connect(), null, Limits.DEFAULT.silence(), Integer.MAX_VALUE));
    }
  }

  /// The limits on what is spent.
  ///
  /// @param day US dollars a day at all providers together, or null for no limit
  /// @param days the same for single providers, by their names
  /// @param windows the share of each window of a plan that may be used up, from 0 to 1, by the
  ///     names of providers
  /// @param extraUsage whether more than a plan may be used, which is paid apart
  public record Budget(BigDecimal day, Map<String, BigDecimal> days,
      Map<String, BigDecimal> windows, boolean extraUsage) {

    /// The most that a player gets who has said nothing: a plan, and no more.
    public static final Budget NONE = new Budget(null, Map.of(), Map.of(), false);
  }

  /// The key of a provider, as far as the page may know it.
  ///
  /// @param provider the name of the provider
  /// @param member the key's member of the settings file
  /// @param sample the beginning that such keys have
  /// @param source where a player gets one
  /// @param set whether there is one
  public record Key(String provider, String member, String sample, String source, boolean set) {

    /// Where it is saved, `/config/openrouter-key`.
    public String path() {
      return "/config/" + member.replace("_api_key", "-key");
    }
  }

  /// A choice between several ways to reach a provider.
  ///
  /// @param provider the name of the provider
  /// @param member the choice's member of the settings file
  /// @param value what is chosen
  /// @param values what can be chosen
  public record Mode(String provider, String member, String value, List<String> values) {

    /// Where it is saved, `/config/claude-mode`.
    public String path() {
      return "/config/" + member.replace('_', '-');
    }

    /// The option of the command line that takes precedence.
    public String option() {
      return "--" + member.replace('_', '-');
    }
  }

  /// The keys that can be saved while the proxy runs.
  public List<Key> keys() {
    return List.of(
        new Key("claude", "anthropic_api_key", "sk-ant-…", "console.anthropic.com",
            claude.apiKey() != null),
        new Key("openrouter", "openrouter_api_key", "sk-or-…", "openrouter.ai/keys",
            openRouter.apiKey() != null));
  }

  /// The modes that can be chosen while the proxy runs.
  public List<Mode> modes() {
    return List.of(new Mode("claude", "claude_mode", claude.mode().wireName(),
        Arrays.stream(ClaudeMode.values()).map(ClaudeMode::wireName).toList()));
  }

  /// Puts the settings together.
  ///
  /// @param content what is in `file`
  /// @throws SettingsException naming the first setting that is wrong
  public static Settings of(CommandLine commandLine, Map<String, String> environment, Path file,
      Json.Obj content) throws SettingsException {
    return new SettingsReader(new Sources(commandLine, environment, file, content)).read();
  }
}
