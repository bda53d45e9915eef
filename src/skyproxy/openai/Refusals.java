package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// What models turned out to refuse: each parameter is left out for that model from then on, and a
/// last turn of the assistant gets one of the user behind it. Any number of threads.
///
/// The game sends `top_k` and penalties to every model, and strict servers answer 400. Which
/// parameter it is stands in the error's `param`, or only in its words.
final class Refusals {
  private static final System.Logger LOG = System.getLogger(Refusals.class.getName());
  private static final int MODELS = 200;

  /// Without these it would be another request.
  private static final Set<String> ESSENTIAL = Set.of("model", "messages", "stream", "tools",
      "tool_choice", "functions", "function_call");

  /// Codes of refusals that are about the content, which nothing left out would change.
  private static final Pattern FINAL = Pattern.compile(
      "content.*|context_length.*|.*polic.*|moderation.*", Pattern.CASE_INSENSITIVE);

  /// Names that are no everyday words, so that a message that holds one means it.
  private static final Pattern TELLING = Pattern.compile("\\w*_\\w*|temperature|logprobs");

  /// Stands for a last turn of the assistant, which some models must not be given to continue.
  private static final String PREFILL = "prefill";
  private static final Pattern NO_PREFILL = Pattern.compile(
      "prefill|last role|last message|end with a user", Pattern.CASE_INSENSITIVE);

  private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

  /// A body as this model takes it; the very same object when nothing is known against it.
  Json.Obj applied(String model, Json.Obj body) {
    Json.Obj taken = body;
    for (String name : known.getOrDefault(model, Set.of())) {
      taken = name.equals(PREFILL) ? answerable(taken) : taken.without(name);
    }
    return taken;
  }

  private static Json.Obj answerable(Json.Obj body) {
    if (!endsInAssistant(body)) return body;
    List<Json> turns = new ArrayList<>(((Json.Arr) body.get("messages")).items());
    turns.add(Json.Obj.builder().put("role", "user").put("content", "Continue.").build());
    return body.with("messages", new Json.Arr(turns));
  }

  private static boolean endsInAssistant(Json.Obj body) {
    return body.get("messages") instanceof Json.Arr(var turns) && !turns.isEmpty()
        && turns.getLast() instanceof Json.Obj last
        && new Json.Str("assistant").equals(last.get("role"));
  }

  /// Learns from a failure; whether the call is worth repeating.
  ///
  /// @param body what was sent
  boolean learn(String model, Json.Obj body, Failure failure) {
    if (!(failure instanceof Failure.Rejected(int status, var message, var param, var code))
        || status != 400 && status != 422 || code != null && FINAL.matcher(code).matches()) {
      return false;
    }
    if (endsInAssistant(body) && NO_PREFILL.matcher(message).find()) return add(model, PREFILL);
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
