package skyproxy.codex;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import skyproxy.chat.Failure;

/// What an upstream has refused so far, and is not sent again. Any number of threads.
///
/// Codex sends its base instructions twice to some models, so ours are empty; a backend that
/// insists on some gets a short sentence. A model that refuses a JSON schema is told it in words.
final class Quirks {
  private final Set<String> noSchema = ConcurrentHashMap.newKeySet();
  private volatile boolean needsInstructions;

  /// Whether there is something to learn from a failure, and so a second try is worth it.
  boolean learn(String model, Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, String message, String param, _))
        || status != 400) {
      return false;
    }
    String words = (message + " " + param).toLowerCase(Locale.ROOT);
    if (words.contains("schema") || words.contains("text.format")) return noSchema.add(model);
    if (words.contains("instructions") && !needsInstructions) {
      needsInstructions = true;
      return true;
    }
    return false;
  }

  boolean schemaInWords(String model) {
    return noSchema.contains(model);
  }

  boolean needsInstructions() {
    return needsInstructions;
  }
}
