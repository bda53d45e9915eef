package skyproxy.routing;

import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;

/// As much as routing reads of a request: the model's text, and the messages that it can do
/// without.
public final class RoutingFuzz {
  private RoutingFuzz() {}

  /// Takes the oldest messages off, as for an upstream that counted so many tokens.
  public static void shorten(ChatRequest request) {
    ModelText.lists(request.model());
    Shortening.of(request, new Failure.TooLong(400, "too long", null, null, 1_000, 700));
  }
}
