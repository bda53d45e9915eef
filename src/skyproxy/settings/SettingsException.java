package skyproxy.settings;

/// Says in one line which setting is wrong and what it takes, or why the file can't be read.
public final class SettingsException extends Exception {
  private final int exitStatus;

  SettingsException(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /// A setting that says something impossible.
  static SettingsException wrong(String message) {
    return new SettingsException(2, message);
  }

  /// A settings file that can't be used at all.
  static SettingsException unusable(String message) {
    return new SettingsException(1, message);
  }

  /// What the program ends with: 1 for a file that can't be used, 2 for a wrong setting.
  public int exitStatus() {
    return exitStatus;
  }
}
