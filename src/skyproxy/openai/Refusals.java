package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// Parameters that models turned out to refuse: each is left out for that model from then on. Any
/// number of threads.
///
/// The game sends `top_k` and penalties to every model, and strict servers answer 400. Which
/// parameter it is stands in the error's `param`, or only in its words.
final class Refusals {
  private static final System.Logger LOG = System.getLogger(Refusals.class.getName());
  private static final int MODELS = 200;

  /// Without these it would be another request.
  private static final Set<String> ESSENTIAL = Set.of("model", "messages", "stream", "tools",
      "tool_choice", "functions", "function_call");

  /// Names that are no everyday words, so that a message that holds one means it.
  private static final Pattern TELLING = Pattern.compile("\\w*_\\w*|temperature|logprobs");

  private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

  /// What to leave out for a model.
  Set<String> of(String model) {
    return known.getOrDefault(model, Set.of());
  }

  /// Learns from a failure; whether the call is worth repeating.
  ///
  /// @param body what was sent
  boolean learn(String model, Json.Obj body, Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, String message, String param, _))
        || status != 400 && status != 422) {
      return false;
    }
    boolean learned = false;
    for (String name : body.members().keySet()) {
      if (ESSENTIAL.contains(name)) continue;
      if (param != null ? param.equals(name) : names(message, name)) learned = add(model, name);
    }
    return learned;
  }

  private boolean add(String model, String parameter) {
    if (known.size() >= MODELS && !known.containsKey(model)) known.clear();
    known.computeIfAbsent(model, _ -> ConcurrentHashMap.newKeySet()).add(parameter);
    LOG.log(Level.INFO, "{0} refuses {1}; left out from now on", model, parameter);
    return true;
  }

  private static boolean names(String message, String name) {
    String quoted = Pattern.quote(name);
    String wanted = TELLING.matcher(name).matches()
        ? "(?<!\\w)" + quoted + "(?!\\w)" : "['\"`]" + quoted + "['\"`]";
    return Pattern.compile(wanted).matcher(message).find();
  }
}
