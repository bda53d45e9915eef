package skyproxy.claude;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// Parameters that models turned out to refuse, learned from Anthropic's own words: each is left
/// out for that model from then on. Any number of threads.
final class Refusals {
  private static final int MODELS = 200;

  /// What an answer can do without. `prefill` is no parameter but a last turn of the assistant.
  private static final List<String> DISPENSABLE = List.of("temperature", "top_p", "top_k",
      "thinking", "output_config", "stop_sequences", "cache_control", "metadata", "prefill");

  private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

  /// What to leave out for a model.
  Set<String> of(String model) {
    return known.getOrDefault(model, Set.of());
  }

  /// Learns from a refusal; whether the call is worth repeating.
  ///
  /// @param body what was sent
  boolean learn(String model, Json.Obj body, Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, String message, _, _))
        || status != 400 && status != 422) {
      return false;
    }
    for (String parameter : DISPENSABLE) {
      if (sent(parameter, body) && names(message, parameter) && add(model, parameter)) return true;
    }
    return false;
  }

  private boolean add(String model, String parameter) {
    if (known.size() >= MODELS && !known.containsKey(model)) known.clear();
    Set<String> refused = known.computeIfAbsent(model, _ -> ConcurrentHashMap.newKeySet());
    return refused.add(parameter);
  }

  private static boolean names(String message, String parameter) {
    return Pattern.compile("(?<![\\w])" + parameter + "(?![\\w])").matcher(message).find();
  }

  private static boolean sent(String parameter, Json.Obj body) {
    return switch (parameter) {
      case "prefill" -> body.get("messages") instanceof Json.Arr(var turns) && !turns.isEmpty()
          && turns.getLast() instanceof Json.Obj last
          && new Json.Str("assistant").equals(last.get("role"));
      case "cache_control" -> body.toString().contains("\"cache_control\":");
      default -> body.get(parameter) != null;
    };
  }
}
