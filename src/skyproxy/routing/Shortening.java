package skyproxy.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A request that nobody could take whole, without its oldest messages: somebody who has forgotten
/// something is better company than somebody who says nothing.
///
/// Instructions stay, and so do the last [#KEPT] messages. A call of a tool and the answers to it
/// stay or go together.
///
/// @param request what is left of the request
/// @param leftOut how many messages were left out
record Shortening(ChatRequest request, int leftOut) {
  private static final int KEPT = 6;

  /// Taken off besides what the upstream's count asks for: ours is an estimate.
  private static final double MARGIN = 0.05;

  /// A picture costs about this many characters, however long its data is.
  private static final int PICTURE = 4_000;

  /// The same request as far as the refusal lets it; null when nothing can be left out.
  static Shortening of(ChatRequest request, Failure.TooLong refusal) {
    if (!(request.body().get("messages") instanceof Json.Arr(var messages))) return null;
    List<Json> left = new ArrayList<>(messages);
    long all = left.stream().mapToLong(Shortening::size).sum();
    long excess = (long) Math.ceil(all * excess(refusal));
    int last = messages.size() - KEPT;
    for (int at = 0; at < last && excess > 0; ) {
      int end = end(messages, at);
      if (end > last) break;
      if (!instructs(messages.get(at))) {
        for (; at < end; at++) {
          excess -= size(messages.get(at));
          left.set(at, null);
        }
      }
      at = end;
    }
    left.removeIf(message -> message == null);
    if (left.size() == messages.size()) return null;
    ChatRequest shorter = ChatRequest.parse(
        request.body().with("messages", new Json.Arr(left)), request.caller());
    return new Shortening(shorter, messages.size() - left.size());
  }

  /// How much of a prompt is too much: by the upstream's count, else a quarter.
  private static double excess(Failure.TooLong refusal) {
    Integer tokens = refusal.tokens();
    Integer limit = refusal.limit();
    if (tokens == null || limit == null || tokens <= limit) return 0.25;
    return Math.min(1, (double) (tokens - limit) / tokens + MARGIN);
  }

  /// The end of a message and of the answers of tools that belong to it.
  private static int end(List<Json> messages, int from) {
    int end = from + 1;
    while (end < messages.size() && isRole(messages.get(end), "tool", "function")) end++;
    return end;
  }

  private static boolean instructs(Json message) {
    return isRole(message, "system", "developer");
  }

  private static boolean isRole(Json message, String... roles) {
    return Arrays.asList(roles).contains(Cursor.of(message).at("role").stringOr(""));
  }

  private static long size(Json value) {
    return switch (value) {
      case Json.Str(var text) -> text.startsWith("data:") ? PICTURE : text.length();
      case Json.Arr(var items) -> items.stream().mapToLong(Shortening::size).sum();
      case Json.Obj object ->
          object.members().values().stream().mapToLong(Shortening::size).sum();
      case Json.Num _, Json.Bool _, Json.Null _ -> 1;
    };
  }

  /// This one after another.
  Shortening and(Shortening before) {
    return new Shortening(request, leftOut + before.leftOut);
  }

  /// A refusal that stands, with how long the prompt was and what to do about it.
  ///
  /// @param whole the refusal of the whole request
  static Failure explained(Failure.TooLong refusal, Failure.TooLong whole, ChatRequest request) {
    String length = whole.tokens() != null ? whole.tokens() + " tokens"
        : request.letters() + " characters";
    String limit = refusal.limit() != null ? " of at most " + refusal.limit() : "";
    return refusal.withMessage(refusal.message() + " The prompt has " + length
        + limit + ". Lower the max context length of this model in SkyrimNet, and how many events"
        + " and memories go into a prompt; or choose a model with more context.");
  }
}
