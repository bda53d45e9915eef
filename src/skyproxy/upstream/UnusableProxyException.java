package skyproxy.upstream;

import java.net.ConnectException;

/// An address would have to be reached through a proxy that the JDK's client can't use. The message
/// is for the player.
final class UnusableProxyException extends ConnectException {
  UnusableProxyException(Proxies.Chosen proxy, String host) {
    super("The proxy " + proxy.shown() + " (from " + proxy.source() + ") " + proxy.problem()
        + ", which this program can't use. Choose one that is spoken to by http, without a"
        + " password, or add " + host + " to NO_PROXY to go without.");
  }
}
