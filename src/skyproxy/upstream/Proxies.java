package skyproxy.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import skyproxy.windows.Windows;

/// Chooses the proxy through which an address is reached: by `HTTPS_PROXY`, `HTTP_PROXY`,
/// `ALL_PROXY` and `NO_PROXY` in large or small letters, as most programs do, and on Windows by
/// the system's settings where the environment says nothing. Any number of threads; never blocks.
///
/// This computer is never reached through one.
final class Proxies extends ProxySelector {
  private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
  private static final Proxies OURS = new Proxies(System.getenv(),
      Windows.here() ? SystemProxies.ofWindows() : null);

  private final Map<String, String> environment;
  private final SystemProxies system;

  /// @param address of the proxy, unresolved
  /// @param shown what messages call it, without a password: `http://10.0.0.1:8080`
  /// @param source who says so: a variable, or `the system's settings`
  /// @param problem why it can't be used, to follow its name; or null
  record Chosen(InetSocketAddress address, String shown, String source, String problem) {

    /// `the proxy http://10.0.0.1:8080 (from HTTPS_PROXY)`
    @Override
    public String toString() {
      return "the proxy " + shown + " (from " + source + ")";
    }
  }

  /// @param system the system's settings, or null where they are not asked for
  Proxies(Map<String, String> environment, SystemProxies system) {
    this.environment = Map.copyOf(environment);
    this.system = system;
  }

  /// Those of this computer.
  static Proxies ofThisComputer() {
    return OURS;
  }

  /// The proxy for an address, or null where it is reached directly.
  Chosen choose(URI uri) {
    String host = host(uri);
    if (host.isEmpty() || isLoopback(host)) return null;
    String own = uri.getScheme().toUpperCase(Locale.ROOT) + "_PROXY";
    for (String name : List.of(own, "ALL_PROXY")) {
      String value = variable(name);
      if (!value.isEmpty()) return isSpared(host, port(uri)) ? null : read(value, name);
    }
    return system == null || isSpared(host, port(uri)) ? null : system.choose(uri);
  }

  @Override
  public List<Proxy> select(URI uri) {
    Chosen chosen = choose(uri);
    return chosen == null || chosen.problem != null ? DIRECT
        : List.of(new Proxy(Proxy.Type.HTTP, chosen.address));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress proxy, IOException why) {
    // Whoever sent the request learns of it too, and tells.
  }

  private String variable(String name) {
    return Stream.of(name.toLowerCase(Locale.ROOT), name)
        .map(each -> environment.getOrDefault(each, "").strip())
        .filter(value -> !value.isEmpty()).findFirst().orElse("");
  }

  private static Chosen read(String value, String source) {
    try {
      URI uri = new URI(value.contains("://") ? value : "http://" + value);
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      String host = host(uri);
      if (host.isEmpty()) return unreadable(source);
      int port = uri.getPort() >= 0 ? uri.getPort() : scheme.startsWith("socks") ? 1080 : port(uri);
      String shown = scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
      String problem = scheme.startsWith("socks") ? "is a SOCKS proxy"
          : !scheme.equals("http") ? "is spoken to by " + scheme
          : uri.getRawUserInfo() != null ? "needs a password" : null;
      return new Chosen(InetSocketAddress.createUnresolved(host, port), shown, source, problem);
    } catch (URISyntaxException unreadable) {
      return unreadable(source);
    }
  }

  /// The value stays out of the message: there may be a password in it.
  private static Chosen unreadable(String source) {
    return new Chosen(null, "there", source, "is no address such as http://127.0.0.1:8080");
  }

  static String host(URI uri) {
    String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) return uri.getPort();
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  static boolean isLoopback(String host) {
    InetAddress address = literal(host);
    return address == null ? host.equals("localhost") || host.endsWith(".localhost")
        : address.isLoopbackAddress();
  }

  /// Null for a name.
  private static InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException name) {
      return null;
    }
  }

  private boolean isSpared(String host, int port) {
    return Stream.of(variable("NO_PROXY").split("[\\s,;]+"))
        .map(entry -> entry.toLowerCase(Locale.ROOT)).anyMatch(entry -> spares(entry, host, port));
  }

  /// `*`, a host and all below it (`example.com`, `.example.com`, `*.example.com`), either with a
  /// port behind it, an address, or the addresses that begin alike (`192.168.0.0/16`).
  private static boolean spares(String entry, String host, int port) {
    if (entry.equals("*")) return true;
    if (entry.matches(".+/\\d{1,3}")) return isWithin(entry, literal(host));
    String name = entry;
    boolean bare = entry.matches("[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*"); // IPv6 without brackets
    if (!bare && entry.matches(".+:\\d{1,5}")) {
      if (Integer.parseInt(entry.substring(entry.lastIndexOf(':') + 1)) != port) return false;
      name = entry.substring(0, entry.lastIndexOf(':'));
    }
    name = name.replaceFirst("^\\*?\\.|^\\[", "").replaceFirst("]$", "");
    if (name.isEmpty()) return false;
    InetAddress address = literal(host);
    return address != null ? address.equals(literal(name))
        : host.equals(name) || host.endsWith("." + name);
  }

  private static boolean isWithin(String block, InetAddress address) {
    int slash = block.indexOf('/');
    InetAddress first = literal(block.substring(0, slash));
    if (address == null || first == null) return false;
    byte[] one = first.getAddress();
    byte[] other = address.getAddress();
    int bits = Integer.parseInt(block.substring(slash + 1));
    if (one.length != other.length || bits > one.length * 8) return false;
    for (int i = 0; i < bits; i++) {
      int bit = 0x80 >> i % 8;
      if ((one[i / 8] & bit) != (other[i / 8] & bit)) return false;
    }
    return true;
  }
}
