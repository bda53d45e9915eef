package skyproxy.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import skyproxy.json.Json;

/// The three sources of an option's value: command line, environment, settings file, in this order.
record Sources(CommandLine commandLine, Map<String, String> environment, Path file,
    Json.Obj content) {

  /// A value, and the words for the place it was set in.
  record Given(String value, String place, String takes) {

    SettingsException wrong() {
      return SettingsException.wrong(
          place + " takes " + takes + ", not " + shortened(value) + ".");
    }

    /// Says nothing of the value itself, for there may be a password in it.
    SettingsException wrongSecret() {
      return SettingsException.wrong(place + " takes " + takes + ".");
    }
  }

  /// The value of an option, or null when it is set nowhere. A blank one in the environment or
  /// the file is none.
  Given given(Option option) throws SettingsException {
    String value = commandLine.values().get(option);
    if (value != null) return new Given(value.strip(), option.flag(), option.takes());
    value = environment.get(option.variable());
    if (value != null && !value.isBlank()) {
      return new Given(value.strip(), option.variable(), option.takes());
    }
    String place = option.member() + " in " + file;
    Json member = content.get(option.member());
    return switch (member) {
      case null -> null;
      case Json.Null _ -> null;
      case Json.Str(var text) when text.isBlank() -> null;
      case Json.Str(var text) -> new Given(text.strip(), place, option.takes());
      case Json.Num(var text) when option.takesNumber() ->
          new Given(text, place, option.takes());
      case Json.Num _, Json.Bool _, Json.Arr _, Json.Obj _ ->
          throw SettingsException.wrong(place + " takes " + option.takes() + ".");
    };
  }

  /// The path that a text means. A `~` that the shell did not see, as in the settings file, is the
  /// user's folder. A relative one begins where the player is: the scripts say where that was,
  /// for they go to the folder of the jar, and Java then finds it whatever its name.
  ///
  /// @throws InvalidPathException when it is none
  Path path(String text) {
    if (text.equals("~") || text.startsWith("~/") || text.startsWith("~\\")) {
      return Path.of(System.getProperty("user.home") + text.substring(1));
    }
    String from = variable("SKYRIMNET_PROXY_FROM");
    return from == null ? Path.of(text) : Path.of(from).resolve(text);
  }

  /// A variable of the environment that other programs know too, or null.
  String variable(String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /// One line of it, in quotes.
  static String shortened(String value) {
    String line = value.replaceAll("\\p{Cntrl}+", " ");
    return "'" + (line.length() > 60 ? line.substring(0, 60) + "..." : line) + "'";
  }
}
