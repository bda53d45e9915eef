package skyproxy.upstream;

import java.net.URI;
import java.net.http.HttpRequest;

/// The two addresses that `localhost` means, and which of them the server listens on: many listen
/// on one alone, and the JDK's client tries only the first that the name resolves to. Any number
/// of threads.
final class Localhost {
  private static final String V4 = "127.0.0.1";
  private static final String V6 = "[::1]";

  private volatile String works = V4;

  /// Whether a server is named so. By https the name must stay: a certificate is made out to it.
  static boolean names(URI base) {
    return "http".equalsIgnoreCase(base.getScheme())
        && "localhost".equalsIgnoreCase(base.getHost());
  }

  /// The same request to the address that worked last.
  HttpRequest first(HttpRequest request) {
    return at(works, request);
  }

  /// The same request to the address that this one was not sent to.
  HttpRequest other(HttpRequest sent) {
    return at(sent.uri().getHost().equals(V4) ? V6 : V4, sent);
  }

  /// Remembers where an answer came from.
  void worked(HttpRequest sent) {
    String host = sent.uri().getHost();
    if (!host.equals(works)) works = host;
  }

  private static HttpRequest at(String host, HttpRequest request) {
    URI uri = request.uri();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return HttpRequest.newBuilder(request, (_, _) -> true)
        .uri(URI.create(uri.getScheme() + "://" + host + port + uri.getRawPath() + query)).build();
  }
}
