package skyproxy.upstream;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// Tells why an upstream could not be asked, in words that say what to do.
final class ConnectionFailures {
  /// The JDK's words for a proxy that does not pass a connection on.
  private static final Pattern TUNNEL = Pattern.compile("Tunnel failed, got: (\\d+)");

  private ConnectionFailures() {}

  /// As the JDK throws for all statuses but 407, which it takes for the upstream's answer.
  static IOException noTunnel(int status) {
    return new IOException("Tunnel failed, got: " + status);
  }

  /// Whether no connection was made, so that the upstream knows nothing of the request.
  static boolean isUnconnected(Throwable cause) {
    return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
        || cause instanceof UnresolvedAddressException || cause instanceof SSLException
        || tunnel(cause) != 0;
  }

  private static int tunnel(Throwable cause) {
    Matcher told = TUNNEL.matcher(String.valueOf(cause.getMessage()));
    return cause instanceof IOException && told.matches() ? Integer.parseInt(told.group(1)) : 0;
  }

  /// @param name what messages call the upstream
  /// @param uri what was asked, whose host and port are told
  /// @param proxy through which it was to be reached, or null
  static String words(String name, URI uri, Proxies.Chosen proxy, Throwable cause) {
    String where = name + " at " + uri.getScheme() + "://" + uri.getRawAuthority();
    if (cause instanceof UnusableProxyException) return cause.getMessage();
    if (cause instanceof SSLException) return insecure(where, uri, cause);
    if (!isUnconnected(cause)) {
      return where + " closed the connection without an answer. Try again.";
    }
    if (proxy == null) {
      return "Could not connect to " + where
          + ". Check that it is running and that this computer is online.";
    }
    return switch (tunnel(cause)) {
      case 0 -> "Could not connect to " + where + " through " + proxy + ". Check that the proxy is"
          + " running" + without(uri);
      case 407 -> "On the way to " + where + " " + proxy + " wants a password, which this program"
          + " can't give. Use another proxy" + without(uri);
      default -> "On the way to " + where + " " + proxy + " opens no connection (status "
          + tunnel(cause) + "). Use another proxy" + without(uri);
    };
  }

  private static String insecure(String where, URI uri, Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof UntrustedException untrusted) return where + " " + untrusted.getMessage();
    }
    if (String.valueOf(cause.getMessage()).contains("ecognized SSL message")) {
      return where + " does not speak https. Check the address: http://" + uri.getRawAuthority()
          + " may be meant.";
    }
    return "No secure connection to " + where + " (" + cause.getMessage() + "). Check the address"
        + " and this computer's clock.";
  }

  private static String without(URI uri) {
    return ", or add " + Proxies.host(uri) + " to NO_PROXY to go without.";
  }
}
