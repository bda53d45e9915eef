package skyproxy.routing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The targets whose last reply began inside a thought, so that only the end of it was to be seen:
/// their templates open it in the prompt. Any number of threads.
final class UnopenedThoughts {
  /// Clients make up the names of models, so the number of those we remember is bounded.
  private static final int TARGETS = 200;

  private final Set<String> targets = ConcurrentHashMap.newKeySet();

  /// Whether the next reply of this target is likely to begin so too.
  boolean expectedOf(Target target) {
    return !targets.isEmpty() && targets.contains(key(target));
  }

  /// Learns from a whole reply, or unlearns.
  void note(Target target, boolean unopened) {
    if (!unopened) {
      if (!targets.isEmpty()) targets.remove(key(target));
      return;
    }
    if (targets.size() >= TARGETS) targets.clear();
    targets.add(key(target));
  }

  private static String key(Target target) {
    return target.provider().name() + " " + target.model();
  }
}
