package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.chat.Limits;
import skyproxy.json.Json;
import skyproxy.settings.Settings.ClaudeMode;

/// The settings that result from a command line, an environment and a file.
final class SettingsTest {
  private static final Path FILE = Path.of("/home/player/config.json");

  private static Settings of(List<String> arguments, Map<String, String> environment, String file)
      throws SettingsException {
    return Settings.of(CommandLine.parse(arguments), environment, FILE,
        (Json.Obj) Json.parse(file));
  }

  private static Settings file(String json) throws SettingsException {
    return of(List.of(), Map.of(), json);
  }

  private static String refusal(List<String> arguments, Map<String, String> env, String file) {
    SettingsException wrong =
        assertThrows(SettingsException.class, () -> of(arguments, env, file));
    assertEquals(2, wrong.exitStatus());
    assertFalse(wrong.getMessage().contains("\n"), "one line");
    return wrong.getMessage();
  }

  @Test
  void nothing_set_means_the_defaults() throws Exception {
    Settings settings = file("{}");
    assertEquals(8000, settings.listen().port());
    assertNull(settings.listen().host());
    assertEquals(List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")),
        settings.listen().addresses());
    assertEquals(new Settings.Claude("claude", ClaudeMode.AUTO,
        URI.create("https://api.anthropic.com"), null, 6, Limits.DEFAULT), settings.claude());
    assertEquals("codex", settings.codex().program());
    assertEquals(Path.of(System.getProperty("user.home"), ".codex"), settings.codex().home());
    assertEquals(new Settings.OpenRouter(URI.create("https://openrouter.ai/api/v1"), null,
        Limits.DEFAULT), settings.openRouter());
    assertEquals("claude-sonnet-5-5", settings.defaultModel());
    assertEquals(List.of(), settings.servers());
    assertTrue(settings.wholeWords());
    assertFalse(settings.finishBrokenLines());
    assertNull(settings.apiKey());
    assertNull(settings.exitWith());
    assertEquals(FILE, settings.file());
  }

  @ParameterizedTest
  @CsvSource({
      "--host, SKYRIMNET_PROXY_HOST, host, 127.0.0.5",
      "--port, SKYRIMNET_PROXY_PORT, port, 1234",
      "--claude, SKYRIMNET_PROXY_CLAUDE, claude, /opt/claude",
      "--claude-mode, SKYRIMNET_PROXY_CLAUDE_MODE, claude_mode, direct",
      "--codex, SKYRIMNET_PROXY_CODEX, codex, /opt/codex",
      "--codex-home, SKYRIMNET_PROXY_CODEX_HOME, codex_home, /opt/home",
      "--anthropic-url, SKYRIMNET_PROXY_ANTHROPIC_URL, anthropic_url, http://127.0.0.1:1",
      "--openrouter-url, SKYRIMNET_PROXY_OPENROUTER_URL, openrouter_url, http://127.0.0.1:2/v1",
      "--exit-with, SKYRIMNET_PROXY_EXIT_WITH, exit_with, SkyrimSE.exe"})
  void every_option_has_a_variable_and_a_member(String flag, String variable, String member,
      String value) throws Exception {
    Settings byFlag = of(List.of(flag, value), Map.of(), "{}");
    Settings byVariable = of(List.of(), Map.of(variable, value), "{}");
    Settings byMember = file("{\"" + member + "\":\"" + value + "\"}");
    assertEquals(byFlag, byVariable);
    assertEquals(byFlag, byMember);
    assertFalse(byFlag.equals(file("{}")), "it makes a difference");
  }

  @Test
  void the_command_line_goes_before_the_environment_and_that_before_the_file() throws Exception {
    Map<String, String> env = Map.of("SKYRIMNET_PROXY_PORT", "2");
    assertEquals(1, of(List.of("--port", "1"), env, "{\"port\":3}").listen().port());
    assertEquals(2, of(List.of(), env, "{\"port\":3}").listen().port());
    assertEquals(3, of(List.of(), Map.of(), "{\"port\":3}").listen().port());
  }

  @Test
  void what_is_blank_or_null_counts_as_not_set() throws Exception {
    Settings settings = of(List.of(), Map.of("SKYRIMNET_PROXY_PORT", " ", "CODEX_HOME", ""), """
        {"port":null,"claude":"","api_key":" ","default_model":null,\
        "aliases":null,"providers":null,"limits":null,"allowed_origins":null}""");
    assertEquals(file("{}"), settings);
  }

  @Test
  void what_is_wrong_is_named_by_the_place_it_was_set_in() {
    assertEquals("--port takes a number from 0 to 65535, not 'abc'.",
        refusal(List.of("--port", "abc"), Map.of(), "{}"));
    assertEquals("SKYRIMNET_PROXY_PORT takes a number from 0 to 65535, not '70000'.",
        refusal(List.of(), Map.of("SKYRIMNET_PROXY_PORT", "70000"), "{}"));
    assertEquals("port in " + FILE + " takes a number from 0 to 65535, not '80.5'.",
        refusal(List.of(), Map.of(), "{\"port\":80.5}"));
    assertEquals("port in " + FILE + " takes a number from 0 to 65535.",
        refusal(List.of(), Map.of(), "{\"port\":[1]}"));
    assertEquals("--claude-mode takes auto, cli, api-key or direct, not 'fast'.",
        refusal(List.of("--claude-mode", "fast"), Map.of(), "{}"));
    assertTrue(refusal(List.of("--host", "no.such.host.invalid"), Map.of(), "{}")
        .startsWith("--host takes an IP address"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "claude", "claude_mode", "codex", "codex_home", "anthropic_url",
      "openrouter_url", "exit_with"})
  void a_number_is_taken_where_one_is_meant_only(String member) {
    String words = refusal(List.of(), Map.of(), "{\"" + member + "\":5}");
    assertTrue(words.startsWith(member + " in " + FILE + " takes "), words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api.anthropic.com", "ftp://x", "http://", "http://u:secret@x/", "a b",
      "http://x/?key=secret"})
  void what_is_no_url_is_refused_without_repeating_it(String url) {
    String words = refusal(List.of("--anthropic-url", url), Map.of(), "{}");
    assertEquals("--anthropic-url takes an http or https URL.", words);
  }

  @Test
  void a_slash_at_the_end_of_a_url_is_dropped() throws Exception {
    assertEquals(URI.create("http://127.0.0.1:9/v1"),
        of(List.of("--openrouter-url", "http://127.0.0.1:9/v1/"), Map.of(), "{}")
            .openRouter().url());
  }

  @Test
  void off_switches_a_cli_off() throws Exception {
    Settings settings = of(List.of("--claude", "off", "--codex", "OFF"), Map.of(), "{}");
    assertNull(settings.claude().program());
    assertNull(settings.codex().program());
  }

  @Test
  void the_folder_of_codex_is_that_of_its_own_variable_or_of_ours() throws Exception {
    Map<String, String> env = new HashMap<>(Map.of("CODEX_HOME", "/opt/theirs"));
    assertEquals(Path.of("/opt/theirs"), of(List.of(), env, "{}").codex().home());
    env.put("SKYRIMNET_PROXY_CODEX_HOME", "~/ours");
    assertEquals(Path.of(System.getProperty("user.home"), "ours"),
        of(List.of(), env, "{}").codex().home());
  }

  @Test
  void keys_are_trimmed_and_the_file_goes_before_the_environment() throws Exception {
    Map<String, String> env = Map.of("OPENROUTER_API_KEY", " sk-or-env\n",
        "ANTHROPIC_API_KEY", "sk-ant-env");
    Settings fromEnv = of(List.of(), env, "{\"openrouter_api_key\":\"  \"}");
    assertEquals("sk-or-env", fromEnv.openRouter().apiKey());
    assertEquals("sk-ant-env", fromEnv.claude().apiKey());
    Settings fromFile = of(List.of(), env, """
        {"openrouter_api_key":"\\n sk-or-file \\r\\n",\
        "anthropic_api_key":"sk-ant-file","api_key":" let me in "}""");
    assertEquals("sk-or-file", fromFile.openRouter().apiKey());
    assertEquals("sk-ant-file", fromFile.claude().apiKey());
    assertEquals("let me in", fromFile.apiKey());
  }

  @Test
  void another_address_than_loopback_needs_a_key() throws Exception {
    String wrong = " is 0.0.0.0, which lets other computers in: set api_key in " + FILE
        + " first, or leave that out.";
    assertEquals("--host" + wrong, refusal(List.of("--host", "0.0.0.0"), Map.of(), "{}"));
    assertEquals("SKYRIMNET_PROXY_HOST" + wrong,
        refusal(List.of(), Map.of("SKYRIMNET_PROXY_HOST", "0.0.0.0"), "{}"));
    assertEquals("host in " + FILE + wrong,
        refusal(List.of(), Map.of(), "{\"host\":\"0.0.0.0\"}"));
    assertEquals(1, of(List.of("--host", "0.0.0.0"), Map.of(), "{\"api_key\":\"k\"}")
        .listen().addresses().size());
    assertEquals(2, of(List.of("--host", "localhost"), Map.of(), "{}").listen().addresses().size());
    assertEquals(List.of(InetAddress.ofLiteral("::1")),
        of(List.of("--host", "[::1]"), Map.of(), "{}").listen().addresses());
  }

  @Test
  void aliases_jobs_and_origins_are_read() throws Exception {
    Settings settings = file("""
        {"aliases": {" lydia ": "claude-haiku-5-5, openai/gpt-4o-mini"},
         "jobs": {"mood": "claude-haiku-5-5"}, "default_model": " demo ",
         "whole_words": false, "finish_broken_lines": true,
         "allowed_origins": ["http://Localhost:8080/"]}""");
    assertEquals(Map.of("lydia", "claude-haiku-5-5, openai/gpt-4o-mini"), settings.aliases());
    assertEquals(Map.of("mood", "claude-haiku-5-5"), settings.jobs());
    assertEquals("demo", settings.defaultModel());
    assertFalse(settings.wholeWords());
    assertTrue(settings.finishBrokenLines());
    assertEquals(List.of("http://localhost:8080"), settings.allowedOrigins());
  }

  @Test
  void servers_are_read_with_all_they_can_have() throws Exception {
    Settings settings = file("""
        {"providers": {
          "ollama": {"base_url": "http://127.0.0.1:11434/v1/"},
          "lm": {"base_url": "http://127.0.0.1:1234/v1/chat/completions", "api_key": " k ",
            "models": ["qwen3-8b"], "drop": ["top_k"], "max_concurrent": 1,
            "add": {"chat_template_kwargs": {"a": 1}}, "warm": true,
            "first_token_seconds": 0.25, "connect_seconds": 1, "silence_seconds": 90}}}""");
    assertEquals(List.of(
        new Settings.Server("ollama", URI.create("http://127.0.0.1:11434/v1"), null, List.of(),
            List.of(), Json.Obj.builder().build(), false, Limits.DEFAULT),
        new Settings.Server("lm", URI.create("http://127.0.0.1:1234/v1"), "k",
            List.of("qwen3-8b"), List.of("top_k"),
            (Json.Obj) Json.parse("{\"chat_template_kwargs\":{\"a\":1}}"), true,
            new Limits(Duration.ofSeconds(1), Duration.ofMillis(250), Duration.ofSeconds(90), 1))),
        settings.servers());
  }

  @Test
  void limits_can_be_set_for_each_provider() throws Exception {
    Settings settings = file("""
        {"claude_processes": 3, "limits": {"claude": {"first_token_seconds": 12},
          "codex": {"max_concurrent": 2}, "openrouter": {"silence_seconds": 7}}}""");
    assertEquals(3, settings.claude().processes());
    assertEquals(Duration.ofSeconds(12), settings.claude().limits().firstToken());
    assertEquals(Limits.DEFAULT.silence(), settings.claude().limits().silence());
    assertEquals(2, settings.codex().limits().maxConcurrent());
    assertEquals(Duration.ofSeconds(7), settings.openRouter().limits().silence());
  }

  @Test
  void limits_of_a_server_may_stand_in_either_place_and_its_own_entry_goes_first()
      throws Exception {
    Limits limits = file("""
        {"providers": {"lm": {"base_url": "http://127.0.0.1:1234/v1", "max_concurrent": 3}},
         "limits": {"lm": {"max_concurrent": 1, "first_token_seconds": 2}}}""")
        .servers().getFirst().limits();
    assertEquals(new Limits(Limits.DEFAULT.connect(), Duration.ofSeconds(2),
        Limits.DEFAULT.silence(), 3), limits);
  }

  @Test
  void the_limit_for_the_first_word_can_be_set_for_each_job() throws Exception {
    Settings settings = file("""
        {"first_token_seconds": {"dialogue": 6.5, "diary": 90}}""");
    assertEquals(Map.of("dialogue", Duration.ofMillis(6_500), "diary", Duration.ofSeconds(90)),
        settings.firstToken());
    assertEquals(Map.of(), file("{}").firstToken());
    assertNull(settings.claude().limits().firstToken(), "a provider has none of its own");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{\"default_model\":5} | default_model must be a string",
      "{\"whole_words\":\"yes\"} | whole_words must be true or false",
      "{\"aliases\":[]} | aliases must be an object",
      "{\"aliases\":{\"a\":1}} | aliases.a must be a string",
      "{\"aliases\":{\"a\":\" , \"}} | aliases.a must name a model",
      "{\"aliases\":{\"a,b\":\"x\"}} | must have a name without",
      "{\"aliases\":{\"auto\":\"x\"}} | aliases.auto is a name that the proxy itself needs",
      "{\"jobs\":{\"dialog\":\"x\"}} | jobs.dialog is no job of the game",
      "{\"first_token_seconds\":8} | first_token_seconds must be an object",
      "{\"first_token_seconds\":{\"dialog\":8}} | first_token_seconds.dialog is no job of the",
      "{\"first_token_seconds\":{\"mood\":\"8\"}} | first_token_seconds.mood must be a number",
      "{\"first_token_seconds\":{\"mood\":null}} | first_token_seconds.mood is required",
      "{\"first_token_seconds\":{\"mood\":0}} | first_token_seconds.mood must be a number up to",
      "{\"first_token_seconds\":{\"mood\":4000}} | .mood must be a number up to 3600",
      "{\"providers\":{\"a:b\":{\"base_url\":\"http://x\"}}} | must have a name without blanks",
      "{\"providers\":{\"demo\":{\"base_url\":\"http://x\"}}} | providers.demo is a name that",
      "{\"providers\":{\"codex\":{\"base_url\":\"http://x\"}}} | providers.codex is a name that",
      "{\"providers\":{\"a\":{}}} | providers.a.base_url is required",
      "{\"providers\":{\"a\":5}} | providers.a must be an object",
      "{\"providers\":{\"a\":{\"base_url\":\"x\"}}} | providers.a.base_url must be a URL",
      "{\"providers\":{\"a\":{\"base_url\":\"http://x\",\"drop\":\"top_k\"}}} | .drop must be an",
      "{\"providers\":{\"a\":{\"base_url\":\"http://x\",\"max_concurrent\":0}}} | be a whole",
      "{\"limits\":{\"claude\":{\"silence_seconds\":0}}} | limits.claude.silence_seconds must be",
      "{\"limits\":{\"claude\":5}} | limits.claude must be an object",
      "{\"limits\":{\"nobody\":{}}} | limits.nobody is the name of no provider",
      "{\"providers\":{\"a\":{\"base_url\":\"http://x\"}},\"limits\":{\"a\":5}} | limits.a must",
      "{\"claude_processes\":100} | claude_processes must be a whole number from 1 to 64",
      "{\"allowed_origins\":[\"*\"]} | allowed_origins[0] must be an origin",
      "{\"allowed_origins\":[\"http://x/page\"]} | allowed_origins[0] must be an origin"})
  void a_member_that_is_wrong_is_named_with_its_path_and_file(String json, String words) {
    String message = refusal(List.of(), Map.of(), json);
    assertTrue(message.contains(words), message);
    assertTrue(message.contains(FILE.toString()), message);
  }

  @Test
  void relative_paths_begin_where_the_player_started_the_script() throws Exception {
    Path from = Path.of("where", "the player is").toAbsolutePath();
    Path absolute = Path.of("elsewhere").toAbsolutePath();
    Map<String, String> env = Map.of("SKYRIMNET_PROXY_FROM", from.toString(),
        "SKYRIMNET_PROXY_CODEX_HOME", "lent");
    Settings settings = of(List.of("--claude", "bin/claude", "--codex", "codex-cli"), env, "{}");
    assertEquals(from.resolve("bin").resolve("claude").toString(), settings.claude().program());
    assertEquals("codex-cli", settings.codex().program(), "a name is looked for on PATH");
    assertEquals(from.resolve("lent"), settings.codex().home());
    assertEquals(absolute.toString(), of(List.of("--claude", absolute.toString()), env, "{}")
        .claude().program());
    assertEquals(from.resolve("my.json"), SettingsPath.find(
        CommandLine.parse(List.of("--config", "my.json")), env, null));
    assertEquals(Path.of("my.json").toAbsolutePath(), SettingsPath.find(
        CommandLine.parse(List.of("--config", "my.json")), Map.of(), null));
    assertEquals(Path.of(System.getProperty("user.home"), "my.json"), SettingsPath.find(
        CommandLine.parse(List.of("--config", "~/my.json")), env, null));
  }
}
