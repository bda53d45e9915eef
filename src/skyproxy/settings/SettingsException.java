package skyproxy.settings;

import java.nio.file.Path;
import skyproxy.json.Cursor;

/// Says in one line which setting is wrong and what it takes, or why the file can't be read.
public final class SettingsException extends Exception {
  private final int exitStatus;
  private final String param;

  private SettingsException(int exitStatus, String message, Exception cause, String param) {
    super(message, cause);
    this.exitStatus = exitStatus;
    this.param = param;
  }

  /// A setting that says something impossible.
  static SettingsException wrong(String message) {
    return new SettingsException(2, message, null, null);
  }

  /// A member of the settings file that is not what it must be.
  static SettingsException wrong(Cursor.Mismatch member, Path file) {
    return new SettingsException(2, member.getMessage() + " in " + file + ".", member, null);
  }

  /// Settings that are right one by one and can't work together.
  static SettingsException wrong(IllegalArgumentException together, Path file) {
    return new SettingsException(
        2, "In " + file + " " + together.getMessage() + ".", together, null);
  }

  /// A settings file that can't be used at all.
  static SettingsException unusable(String message) {
    return new SettingsException(1, message, null, null);
  }

  /// The same in the words of a request, or this one when it is about another place.
  ///
  /// @param name what the request calls what stands in this place of the file
  SettingsException asked(String name, Cursor place) {
    if (param != null || !(getCause() instanceof Cursor.Mismatch member)) return this;
    String path = place.path();
    boolean inside = member.path().equals(path) || member.path().startsWith(path + ".")
        || member.path().startsWith(path + "[");
    return !inside ? this : new SettingsException(exitStatus,
        name + member.getMessage().substring(path.length()), member,
        name + member.path().substring(path.length()));
  }

  /// The same, or this one unless it is about settings that can't work together.
  ///
  /// @param name the one member of the request, or null where there are several
  SettingsException asked(String name) {
    return getCause() instanceof IllegalArgumentException together
        ? new SettingsException(exitStatus, together.getMessage(), together, name) : this;
  }

  /// What the program ends with: 1 for a file that can't be used, 2 for a wrong setting.
  public int exitStatus() {
    return exitStatus;
  }

  /// What a client is told whose request is to blame: see [Cursor.Mismatch#code].
  public String code() {
    return getCause() instanceof Cursor.Mismatch member ? member.code() : "invalid_value";
  }

  /// The member of the request that is wrong; null where it is none, or the request as a whole.
  public String param() {
    return param;
  }
}
