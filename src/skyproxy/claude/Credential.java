package skyproxy.claude;

import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import skyproxy.chat.ChatException;
import skyproxy.json.Json;

/// The headers and the part of the body by which a call to the Messages API says who pays for it.
/// Lives in memory only.
///
/// @param headers in the order to be sent
/// @param query what follows the path, with its `?`, or ""
/// @param template `system` blocks and `metadata` that every body gets, both optional
record Credential(List<Map.Entry<String, String>> headers, String query, Json.Obj template) {

  /// The headers that are taken over from a captured request. All else is between the CLI and its
  /// connection (`Accept-Encoding`: we could not read what it allows), or made anew for every
  /// request.
  private static final Set<String> HEADERS = Set.of("accept", "authorization", "x-api-key",
      "content-type", "user-agent", "x-claude-code-session-id", "x-app", "anthropic-beta",
      "anthropic-version", "anthropic-dangerous-direct-browser-access");
  private static final Set<String> SECRET = Set.of("authorization", "x-api-key");
  private static final int SHORTEST_SECRET = 4;
  private static final String HEADER_FAMILY = "x-stainless-";
  private static final int SHORT = 300;

  Credential {
    headers = List.copyOf(headers);
  }

  /// A key for the Messages API.
  static Credential ofKey(String key) {
    return new Credential(List.of(Map.entry("Content-Type", "application/json"),
        Map.entry("x-api-key", key), Map.entry("anthropic-version", "2023-06-01"),
        Map.entry("User-Agent", "skyrimnet-proxy")), "", Json.Obj.builder().build());
  }

  /// What stays of a request that the CLI sent.
  ///
  /// @param prompt the system prompt that we gave it, which each request's own takes the place of
  static Credential ofCaptured(List<Map.Entry<String, String>> headers, String query,
      Json.Obj body, String prompt) {
    List<Map.Entry<String, String>> kept = headers.stream()
        .filter(header -> allowed(header.getKey().toLowerCase(Locale.ROOT))).toList();
    Json.Obj.Builder template = Json.Obj.builder();
    List<Json> system = system(body, prompt);
    if (!system.isEmpty()) template.put("system", new Json.Arr(system));
    if (body.get("metadata") instanceof Json.Obj metadata) template.put("metadata", metadata);
    return new Credential(kept, query, template.build());
  }

  private static boolean allowed(String name) {
    return HEADERS.contains(name) || name.startsWith(HEADER_FAMILY);
  }

  /// The short blocks in front of our prompt: for what they are worth to Anthropic, they are the
  /// player's. Anything longer, or behind it, describes their computer and is of no use here.
  private static List<Json> system(Json.Obj body, String prompt) {
    List<Json> kept = new ArrayList<>();
    if (!(body.get("system") instanceof Json.Arr(var blocks))) return kept;
    for (Json block : blocks) {
      if (!(block instanceof Json.Obj o && o.get("text") instanceof Json.Str(var text))) continue;
      if (text.endsWith(prompt)) break;
      if (text.length() <= SHORT && !text.contains("<system-reminder>")) kept.add(block);
    }
    return kept;
  }

  /// Puts its headers on a call.
  ///
  /// @throws IllegalArgumentException when one can't be sent; its message shows the value
  HttpRequest.Builder on(HttpRequest.Builder call) {
    headers.forEach(header -> call.setHeader(header.getKey(), header.getValue()));
    return call;
  }

  /// The same failure without the credential itself, whatever it looks like: gateways quote what
  /// they refuse.
  ChatException hiddenIn(ChatException failed) {
    String words = failed.failure().message();
    String clean = words;
    for (var header : headers) {
      String value = header.getValue().strip();
      String secret = value.substring(value.lastIndexOf(' ') + 1);
      boolean shows = SECRET.contains(header.getKey().toLowerCase(Locale.ROOT))
          && secret.length() >= SHORTEST_SECRET;
      if (shows) clean = clean.replace(secret, "***");
    }
    return clean.equals(words) ? failed
        : new ChatException(failed.failure().withMessage(clean), failed.getCause());
  }

  /// Nothing of what it holds: this may end in a log.
  @Override
  public String toString() {
    return "Credential";
  }
}
