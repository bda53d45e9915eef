package skyproxy.openai;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.chat.Failure;
import skyproxy.json.Json;
import skyproxy.upstream.UnsupportedParameters;

/// The constraints that models turned out to have: a parameter that one refuses is left out, and
/// messages are brought into the [MessageOrder] that it insists on. Any number of threads.
///
/// The game sends `top_k` and penalties to every model, and strict servers answer 400. Which
/// parameter it is stands in the error's `param`, or only in its words.
final class ModelConstraints {

  /// Without these it would be another request.
  private static final Set<String> ESSENTIAL = Set.of("model", "messages", "stream", "tools",
      "tool_choice", "functions", "function_call");

  /// Codes of refusals that are about the content, which nothing left out would change.
  private static final Pattern FINAL = Pattern.compile(
      "content.*|context_length.*|.*polic.*|moderation.*", Pattern.CASE_INSENSITIVE);

  /// Names that are no everyday words, so that a message that holds one means it.
  private static final Pattern TELLING = Pattern.compile("\\w*_\\w*|temperature|logprobs");

  private final UnsupportedParameters unsupported = new UnsupportedParameters();

  /// A body as this model takes it; the very same object when nothing is known against it.
  Json.Obj applied(String model, Json.Obj body) {
    Json.Obj taken = body;
    Set<String> refused = unsupported.of(model);
    for (String name : refused) taken = taken.without(name);
    for (MessageOrder order : MessageOrder.values()) {
      if (refused.contains(refusedBy(order))) taken = order.applied(taken);
    }
    return taken;
  }

  /// What a model refuses that insists on an order. No parameter has such a name.
  private static String refusedBy(MessageOrder order) {
    return "messages unless " + order;
  }

  /// Learns from a failure; whether the call is worth repeating, which it also is when another
  /// call has learned the same in the meantime.
  ///
  /// @param body what was sent
  boolean learn(String model, Json.Obj body, Failure failure) {
    for (MessageOrder order : MessageOrder.values()) {
      if (mayBeAboutOrder(failure) && order.askedForIn(failure.message())
          && !order.applied(body).equals(body)) {
        unsupported.add(model, refusedBy(order));
        return true;
      }
    }
    if (!refuses(failure) || !(failure instanceof Failure.Rejected(_, var message, var param, _))) {
      return false;
    }
    boolean learned = false;
    for (String name : body.members().keySet()) {
      if (ESSENTIAL.contains(name)) continue;
      boolean meant = param != null ? param.equals(name) : names(message, name);
      if (!meant) continue;
      unsupported.add(model, name);
      learned = true;
    }
    return learned;
  }

  private static boolean refuses(Failure failure) {
    return failure instanceof Failure.Rejected(int status, _, _, var code)
        && (status == 400 || status == 422) && (code == null || !FINAL.matcher(code).matches());
  }

  /// A chat template that fails is a server error to some.
  private static boolean mayBeAboutOrder(Failure failure) {
    return refuses(failure) || failure instanceof Failure.Broken broken && broken.status() == 500;
  }

  private static boolean names(String message, String name) {
    if (TELLING.matcher(name).matches()) return UnsupportedParameters.named(message, name);
    return Stream.of("'", "\"", "`").anyMatch(quote -> message.contains(quote + name + quote));
  }
}
