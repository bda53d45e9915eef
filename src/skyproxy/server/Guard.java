package skyproxy.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.settings.Settings;

/// Decides which requests are allowed, by `Host`, `Origin` and `api_key`.
///
/// Any page in the player's browser can send requests to loopback. Two things give such a page
/// away: its `Origin`, and, when it has bound its own name to our address (DNS rebinding), the
/// `Host`. Neither can be forged by a page. Any thread.
public final class Guard {
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[\\w.-]+)(:[0-9]*)?");
  private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");

  /// Our own page has all these names, and no page of another program has our port.
  private static final Set<String> LOOPBACK =
      Set.of("http://127.0.0.1", "http://localhost", "http://[::1]");

  private final Supplier<Settings> settings;

  public Guard(Supplier<Settings> settings) {
    this.settings = settings;
  }

  /// Why the request is refused, or null. Adds the headers that let an allowed page read the
  /// answer.
  ///
  /// @param keyNeeded whether the endpoint is for those who know `api_key`
  ErrorBody refusal(HttpExchange exchange, boolean keyNeeded) {
    Settings now = settings.get();
    Headers headers = exchange.getRequestHeaders();
    if (now.apiKey() == null && !addressedToUs(exchange, now.listen().host())) {
      return refused(421, "misdirected_host", "This name does not belong to the proxy. Call it by"
          + " 127.0.0.1 or localhost, or start it with --host and an api_key.");
    }
    ErrorBody origin = originRefusal(exchange, now);
    if (origin != null) return origin;
    if (keyNeeded && now.apiKey() != null && !presents(headers, now.apiKey())) {
      return new ErrorBody(401, "authentication_error", "invalid_api_key", "The proxy is protected:"
          + " send the api_key of its settings file as API key.", null, null);
    }
    return null;
  }

  private static ErrorBody originRefusal(HttpExchange exchange, Settings now) {
    Headers headers = exchange.getRequestHeaders();
    List<String> origins = headers.get("Origin");
    if (origins == null) return null;
    exchange.getResponseHeaders().add("Vary", "Origin");
    String origin = origins.getFirst().strip().toLowerCase(Locale.ROOT);
    String host = String.valueOf(headers.getFirst("Host")).strip().toLowerCase(Locale.ROOT);
    String port = ":" + exchange.getLocalAddress().getPort();
    boolean own = HOST.matcher(host).matches() && origin.equals("http://" + host)
        || LOOPBACK.stream().anyMatch(name -> origin.equals(name + port));
    if (origins.size() > 1 || !own && !now.allowedOrigins().contains(origin)) {
      return refused(403, "forbidden_origin", "Other web pages may not use the proxy. To allow this"
          + " one, put its origin into allowed_origins in the settings file.");
    }
    exchange.getResponseHeaders().set("Access-Control-Allow-Origin", origins.getFirst().strip());
    exchange.getResponseHeaders().set("Access-Control-Expose-Headers", "Retry-After");
    return null;
  }

  /// Adds what the browser of an allowed page asks before it sends the real request.
  static void preflight(HttpExchange exchange, String methods) {
    Headers asked = exchange.getRequestHeaders();
    Headers answer = exchange.getResponseHeaders();
    answer.set("Allow", methods);
    if (!answer.containsKey("Access-Control-Allow-Origin")) return;
    answer.set("Access-Control-Allow-Methods", methods);
    String names = asked.getFirst("Access-Control-Request-Headers");
    boolean usable = names != null && PRINTABLE.matcher(names).matches();
    answer.set("Access-Control-Allow-Headers", usable ? names : "authorization, content-type");
    answer.set("Access-Control-Max-Age", "600");
    if ("true".equals(asked.getFirst("Access-Control-Request-Private-Network"))) {
      answer.set("Access-Control-Allow-Private-Network", "true");
    }
  }

  private static ErrorBody refused(int status, String code, String message) {
    return new ErrorBody(status, "permission_error", code, message, null, null);
  }

  private static boolean presents(Headers headers, String key) {
    String sent = headers.getFirst("Authorization");
    boolean bearer = sent != null && sent.regionMatches(true, 0, "Bearer ", 0, 7);
    // The JDK reads headers as Latin-1, so this gives back the bytes that came.
    byte[] presented = bearer ? sent.substring(7).strip().getBytes(ISO_8859_1) : new byte[0];
    return MessageDigest.isEqual(presented, key.getBytes(UTF_8));
  }

  /// Without the header it is no browser. A whole URL in the request line names the host as well.
  private static boolean addressedToUs(HttpExchange exchange, String configured) {
    List<String> sent = exchange.getRequestHeaders().get("Host");
    if (sent != null && (sent.size() > 1 || !isOurs(sent.getFirst().strip(), configured))) {
      return false;
    }
    URI target = exchange.getRequestURI();
    return target.getScheme() == null
        || isOurs(String.valueOf(target.getRawAuthority()), configured);
  }

  private static boolean isOurs(String authority, String configured) {
    Matcher host = HOST.matcher(authority);
    if (!host.matches()) return false;
    String name = host.group(1).toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) name = name.substring(0, name.length() - 1);
    return name.equals("localhost") || name.endsWith(".localhost")
        || name.equalsIgnoreCase(configured) || isAddress(name);
  }

  private static boolean isAddress(String name) {
    try {
      InetAddress.ofLiteral(name.startsWith("[") ? name.substring(1, name.length() - 1) : name);
      return true;
    } catch (IllegalArgumentException aName) {
      return false;
    }
  }
}
