package skyproxy.settings;

import java.util.Locale;

/// An option of the command line. Those that take a value have a variable in the environment and
/// a member of the settings file, too.
enum Option {
  HOST("ADDRESS", "an IP address or a host name of this computer",
      "address to listen on (127.0.0.1 and ::1)",
      "any other than loopback needs api_key in the settings file"),
  PORT("NUMBER", "a number from 0 to 65535",
      "port to listen on (8000)", "0 takes any free one"),
  CONFIG("FILE", "the path of a settings file",
      "settings file", "(config.json beside the jar, or the one of this user)"),
  CLAUDE("PATH", "the path of the Claude CLI, or off",
      "Claude CLI (claude on PATH)", "off: do without it"),
  CLAUDE_MODE("MODE", "auto, cli, api-key or direct",
      "how Claude is reached: auto, cli, api-key, direct (auto)",
      "auto: api-key if there is a key, else cli"),
  CODEX("PATH", "the path of the Codex CLI, or off",
      "Codex CLI (codex on PATH)", "off: do without it"),
  CODEX_HOME("DIR", "the path of a folder",
      "where codex login keeps auth.json ($CODEX_HOME, else ~/.codex)"),
  ANTHROPIC_URL("URL", "an http or https URL",
      "Anthropic API (https://api.anthropic.com)"),
  OPENROUTER_URL("URL", "an http or https URL",
      "OpenRouter API (https://openrouter.ai/api/v1)"),
  EXIT_WITH("NAME", "the name of a program, such as SkyrimSE.exe",
      "stop when the last process of that name has ended, such as SkyrimSE.exe"),
  TRY_SCENES("FILE", "the path of a file with scenes",
      "play the scenes of a file through --models, say how it went, and end"),
  MODELS("LIST", "the ids of models, with commas between them",
      "which models play them, such as \"claude-haiku-5-5, demo\""),
  OPEN(null, null, "open the dashboard in the browser once listening"),
  VERBOSE(null, null, "log each upstream call in detail"),
  HELP(null, null, "print this and exit"),
  VERSION(null, null, "print the version and exit");

  private final String argument;
  private final String takes;
  private final String[] help;

  Option(String argument, String takes, String... help) {
    this.argument = argument;
    this.takes = takes;
    this.help = help;
  }

  /// As written on the command line, `--claude-mode`.
  String flag() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The variable of the environment, `SKYRIMNET_PROXY_CLAUDE_MODE`.
  String variable() {
    return "SKYRIMNET_PROXY_" + name();
  }

  /// The member of the settings file, `claude_mode`.
  String member() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean takesValue() {
    return argument != null;
  }

  /// Whether its member of the settings file may be a number, too.
  boolean takesNumber() {
    return this == PORT;
  }

  /// The values that are right, in words.
  String takes() {
    return takes;
  }

  /// Its lines of `--help`.
  String help() {
    StringBuilder text = new StringBuilder();
    String left = argument == null ? flag() : flag() + " " + argument;
    for (String line : help) {
      text.append("  %-22s %s%n".formatted(left, line));
      left = "";
    }
    return text.toString();
  }
}
