package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// What models turned out to refuse: a parameter is left out for that model from then on, messages
/// in an order that it does not take are brought into another. Any number of threads.
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

  /// An order of messages that some models do not take, and how they say so.
  private enum Order {
    PREFILL("prefill|last role|last message|end with a user"),
    TURNS("alternat"),
    SYSTEM("system.{0,10} not support|not support.{0,20} system");

    final Pattern words;

    Order(String words) {
      this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
    }

    Json.Obj applied(Json.Obj body) {
      return switch (this) {
        case PREFILL -> Turns.answerable(body);
        case TURNS -> Turns.strict(body);
        case SYSTEM -> Turns.withoutSystem(body);
      };
    }
  }

  private final Map<String, Set<Order>> orders = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

  /// A body as this model takes it; the very same object when nothing is known against it.
  Json.Obj applied(String model, Json.Obj body) {
    Json.Obj taken = body;
    for (String name : known.getOrDefault(model, Set.of())) taken = taken.without(name);
    Set<Order> refused = orders.getOrDefault(model, Set.of());
    for (Order order : Order.values()) {
      if (refused.contains(order)) taken = order.applied(taken);
    }
    return taken;
  }

  /// Learns from a failure; whether the call is worth repeating.
  ///
  /// @param body what was sent
  boolean learn(String model, Json.Obj body, Failure failure) {
    for (Order order : Order.values()) {
      if (refusesOrder(failure) && order.words.matcher(failure.message()).find()
          && !order.applied(body).equals(body)) {
        return add(orders, model, order);
      }
    }
    if (!refuses(failure) || !(failure instanceof Failure.Rejected(_, var message, var param, _))) {
      return false;
    }
    boolean learned = false;
    for (String name : body.members().keySet()) {
      if (ESSENTIAL.contains(name)) continue;
      boolean meant = param != null ? param.equals(name) : names(message, name);
      if (meant) learned = add(known, model, name);
    }
    return learned;
  }

  private static boolean refuses(Failure failure) {
    return failure instanceof Failure.Rejected(int status, _, _, var code)
        && (status == 400 || status == 422) && (code == null || !FINAL.matcher(code).matches());
  }

  /// A chat template that fails is a server error to some.
  private static boolean refusesOrder(Failure failure) {
    return refuses(failure) || failure instanceof Failure.Broken(int status, _) && status == 500;
  }

  private static <T> boolean add(Map<String, Set<T>> all, String model, T refused) {
    if (all.size() >= MODELS && !all.containsKey(model)) all.clear();
    all.computeIfAbsent(model, _ -> ConcurrentHashMap.newKeySet()).add(refused);
    LOG.log(Level.INFO, "{0} refuses {1}; done without from now on", model, refused);
    return true;
  }

  private static boolean names(String message, String name) {
    String quoted = Pattern.quote(name);
    String wanted = TELLING.matcher(name).matches()
        ? "(?<!\\w)" + quoted + "(?!\\w)" : "['\"`]" + quoted + "['\"`]";
    return Pattern.compile(wanted).matcher(message).find();
  }
}
