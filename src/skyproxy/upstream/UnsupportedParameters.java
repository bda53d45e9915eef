package skyproxy.upstream;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The parameters that models turned out not to take, learned from the errors of their upstream
/// and left out from then on. OpenAI calls such an error `unsupported_parameter`.
///
/// A provider has one and decides itself which errors teach what; a name may also stand for a
/// trait of a request that is no parameter, such as the order of its messages. Any number of
/// threads.
public final class UnsupportedParameters {
  private static final System.Logger LOG =
      System.getLogger(UnsupportedParameters.class.getName());

  /// Names of models come from outside: what is kept must have an end.
  private static final int MODELS = 200;

  private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

  /// What to leave out for a model; the set never changes.
  public Set<String> of(String model) {
    return known.getOrDefault(model, Set.of());
  }

  /// Notes that a model does not take a parameter; false when that was known, so that a call is
  /// not repeated for ever.
  public synchronized boolean add(String model, String name) {
    if (of(model).contains(name)) return false;
    if (known.size() >= MODELS && !known.containsKey(model)) known.clear();
    Set<String> more = new HashSet<>(of(model));
    more.add(name);
    known.put(model, Set.copyOf(more));
    LOG.log(Level.INFO, "{0} does not take {1}; left out from now on", model, name);
    return true;
  }

  /// Whether an error's message holds this name as a word of its own: `top_k` is not named by
  /// `top_key`, but by `top_k.0`.
  public static boolean named(String message, String name) {
    int at = message.indexOf(name);
    while (at >= 0) {
      int end = at + name.length();
      boolean begins = at == 0 || !isPart(message.charAt(at - 1));
      if (begins && (end == message.length() || !isPart(message.charAt(end)))) return true;
      at = message.indexOf(name, at + 1);
    }
    return false;
  }

  private static boolean isPart(char c) {
    return c == '_' || c < 128 && Character.isLetterOrDigit(c);
  }
}
