package skyproxy.settings;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import skyproxy.files.OwnerFile;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The Python proxy that players come from: its `config.json` holds an OpenRouter key, which is
/// taken over once, when there are no settings of ours yet.
final class EarlierProxy {
  private static final System.Logger LOG = System.getLogger(EarlierProxy.class.getName());
  private static final String KEY = "openrouter_api_key";

  private EarlierProxy() {}

  /// Writes that key, and nothing else, into a settings file that is not there yet.
  ///
  /// @param theirs where its file would be
  static void takeOver(Path theirs, SettingsFile ours) {
    try {
      if (!(Json.parse(OwnerFile.read(theirs)) instanceof Json.Obj content)
          || !(content.get(KEY) instanceof Json.Str key) || key.value().isBlank()) return;
      ours.write(Json.Obj.builder().put(KEY, key.value().strip()).build());
      LOG.log(Level.INFO, "The OpenRouter key in {0} was taken over into {1}.", theirs,
          ours.path());
    } catch (IOException | JsonException none) {
      LOG.log(Level.DEBUG, "No key was taken over from {0}: {1}", theirs, none.getMessage());
    }
  }
}
