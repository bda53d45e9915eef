package skyproxy.server;

import com.sun.net.httpserver.HttpHandler;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A path, and what answers there. Its methods give a changed copy.
///
/// A handler may throw: an `IOException` means that the client has gone, a
/// [skyproxy.chat.ChatException] becomes its error, all else is a fault of ours. It need not close
/// the exchange. HEAD comes to the handler of GET, which then sends headers only.
///
/// @param path without a slash at its end, but for the root
/// @param subtree whether everything below the path belongs to it
/// @param guarded whether `api_key` is needed, where one is set
/// @param methods who handles what, by the name of the method
public record Endpoint(String path, boolean subtree, boolean guarded,
    SortedMap<String, HttpHandler> methods) {

  public Endpoint {
    methods = Collections.unmodifiableSortedMap(new TreeMap<>(methods));
  }

  /// A path where nothing answers yet, and for which `api_key` is needed.
  public static Endpoint at(String path) {
    return new Endpoint(path, false, true, new TreeMap<>());
  }

  /// With everything below it.
  public Endpoint andBelow() {
    return new Endpoint(path, true, guarded, methods);
  }

  /// Open to everybody who is let in at all.
  public Endpoint unguarded() {
    return new Endpoint(path, subtree, false, methods);
  }

  public Endpoint get(HttpHandler handler) {
    return on("GET", handler);
  }

  public Endpoint post(HttpHandler handler) {
    return on("POST", handler);
  }

  /// With a handler for any other method.
  public Endpoint on(String method, HttpHandler handler) {
    var more = new TreeMap<>(methods);
    more.put(method, handler);
    return new Endpoint(path, subtree, guarded, more);
  }

  boolean matches(String asked) {
    return asked.equals(path) || subtree && asked.startsWith(path + "/");
  }

  HttpHandler handler(String method) {
    return methods.get(method.equals("HEAD") ? "GET" : method);
  }

  /// The value of `Allow`.
  String allow() {
    String names = String.join(", ", methods.keySet());
    return (methods.containsKey("GET") ? names.replace("GET", "GET, HEAD") : names) + ", OPTIONS";
  }

  /// The endpoint with a path of the longest of those that match, or null.
  static Endpoint find(Iterable<Endpoint> all, String asked) {
    Endpoint best = null;
    for (Endpoint each : all) {
      if (!each.matches(asked)) continue;
      if (best == null || each.path.length() > best.path.length()) best = each;
    }
    return best;
  }

  /// The plain form of a path: one slash between two names and none at the end.
  static String plain(String rawPath) {
    String path = rawPath.contains("//") ? rawPath.replaceAll("/{2,}", "/") : rawPath;
    boolean ends = path.length() > 1 && path.endsWith("/");
    return ends ? path.substring(0, path.length() - 1) : path;
  }
}
