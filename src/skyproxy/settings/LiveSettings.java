package skyproxy.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import skyproxy.json.Json;

/// The settings that hold now, and the one way to change them while the proxy runs. Any thread.
public final class LiveSettings {
  private final CommandLine commandLine;
  private final Map<String, String> environment;
  private final SettingsFile file;
  private volatile Settings now;
  private volatile Consumer<Settings> check = _ -> {};
  private volatile Consumer<Settings> listener = _ -> {};

  private LiveSettings(CommandLine commandLine, Map<String, String> environment, SettingsFile file)
      throws SettingsException {
    this.commandLine = commandLine;
    this.environment = Map.copyOf(environment);
    this.file = file;
    now = Settings.of(commandLine, this.environment, file.path(), file.read());
  }

  /// Reads everything.
  ///
  /// @param besideJar the folder that the jar lies in, or null when there is no jar
  /// @throws SettingsException when the file can't be used or something is set wrong
  public static LiveSettings load(CommandLine commandLine, Map<String, String> environment,
      Path besideJar) throws SettingsException {
    Path path = SettingsPath.find(commandLine, environment, besideJar);
    return new LiveSettings(commandLine, environment, new SettingsFile(path));
  }

  /// Where this operating system wants the data of this user's programs to be: ours. Also when
  /// the settings file lies elsewhere, since a player may start several proxies.
  public Path userFolder() {
    return SettingsPath.ofUser(environment, System.getProperty("os.name"),
        Path.of(System.getProperty("user.home"))).getParent();
  }

  /// What holds now.
  public Settings now() {
    return now;
  }

  /// Sets the check that runs now and before every change.
  ///
  /// @param newCheck throws an `IllegalArgumentException` when the settings can't work together
  /// @throws SettingsException when those that hold now can't
  public void check(Consumer<Settings> newCheck) throws SettingsException {
    check = newCheck;
    checked(now);
  }

  /// Sets the listener that is called after every change, on the thread that made it.
  public void onChange(Consumer<Settings> newListener) {
    listener = newListener;
  }

  /// Changes one member of the file and puts it into effect; what else is in the file stays, also
  /// what was written into it by hand meanwhile.
  ///
  /// @param value null removes the member
  /// @throws SettingsException when the result would be wrong; nothing is written then
  /// @throws IOException when the file can't be written
  public Settings change(String member, Json value) throws SettingsException, IOException {
    return edit(member, _ -> value);
  }

  /// The same for a new value that depends on the old one, which is null where there is none.
  public synchronized Settings edit(String member, UnaryOperator<Json> edit)
      throws SettingsException, IOException {
    Json.Obj old = file.read();
    Json value = edit.apply(old.get(member));
    Json.Obj content = value == null ? old.without(member) : old.with(member, value);
    Settings changed = Settings.of(commandLine, environment, file.path(), content);
    checked(changed);
    if (!content.equals(old)) file.write(content);
    now = changed;
    listener.accept(changed);
    return changed;
  }

  private void checked(Settings settings) throws SettingsException {
    try {
      check.accept(settings);
    } catch (IllegalArgumentException wrong) {
      throw SettingsException.wrong("In " + file.path() + " " + wrong.getMessage() + ".");
    }
  }
}
