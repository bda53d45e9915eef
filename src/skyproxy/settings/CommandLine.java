package skyproxy.settings;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The command line, read.
///
/// @param help whether `--help` was among it
/// @param version whether `--version` was
/// @param open whether `--open` was
/// @param verbose whether `--verbose` was
public record CommandLine(boolean help, boolean version, boolean open, boolean verbose,
    Map<Option, String> values) {

  /// Reads `--name VALUE` and `--name=VALUE`; of two the last one counts.
  ///
  /// @throws SettingsException for an unknown option, or a value that is missing
  public static CommandLine parse(List<String> arguments) throws SettingsException {
    Map<Option, String> values = new EnumMap<>(Option.class);
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      Option option = option(equals < 0 ? argument : argument.substring(0, equals));
      String value = equals < 0 ? null : argument.substring(equals + 1);
      if (!option.takesValue()) {
        if (value != null) throw SettingsException.wrong(option.flag() + " takes no value.");
        value = "";
      } else if (value == null) {
        boolean there = i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--");
        value = there ? arguments.get(++i) : "";
      }
      if (option.takesValue() && value.isBlank()) {
        throw SettingsException.wrong(
            option.flag() + " takes " + option.takes() + ", and none was given.");
      }
      values.put(option, value);
    }
    return new CommandLine(values.containsKey(Option.HELP), values.containsKey(Option.VERSION),
        values.containsKey(Option.OPEN), values.containsKey(Option.VERBOSE), values);
  }

  /// The same for another start that serves the game, but opens no page.
  List<String> again() {
    return values.entrySet().stream()
        .filter(each -> each.getKey() != Option.OPEN && each.getKey() != Option.TRY_SCENES
            && each.getKey() != Option.MODELS)
        .map(each -> each.getKey().flag()
            + (each.getKey().takesValue() ? "=" + each.getValue() : "")).toList();
  }

  private static Option option(String flag) throws SettingsException {
    return Arrays.stream(Option.values()).filter(each -> each.flag().equals(flag)).findFirst()
        .orElseThrow(() -> SettingsException.wrong("There is no option "
            + Sources.shortened(flag) + ": --help lists all there are."));
  }

  /// The text of `--help`.
  public static String helpText() {
    StringBuilder text = new StringBuilder("""
        Lets SkyrimNet talk to Claude, Codex, OpenRouter and models of your own.
        Enter http://localhost:8000/v1/chat/completions as endpoint in SkyrimNet.

        java -jar skyrimnet-proxy.jar [options]

        """);
    for (Option option : Option.values()) text.append(option.help());
    return text.append("""

        What takes a value can also be set in the environment (SKYRIMNET_PROXY_PORT=8001) and in
        the settings file ("port": 8001). The command line overrides the
        environment, which overrides the file.
        """).toString();
  }
}
