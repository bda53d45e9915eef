package skyproxy.upstream;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The proxies in the system's settings, remembered by host.
///
/// The system may take seconds for an answer (it may have to find and run a script), so it is asked
/// in the background: the first time by whoever knows that a host will be called, and again when
/// the answer is old. Until there is one, a host is reached directly. Any number of threads.
final class SystemProxies {
  private static final long FRESH = Duration.ofSeconds(60).toNanos();

  /// @param chosen null where the host is reached directly
  private record Answer(Proxies.Chosen chosen, long nanos) {}

  private final Supplier<ProxySelector> system;
  private final LongSupplier nanos;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, Boolean> asking = new ConcurrentHashMap<>();

  /// @param system asked for on the thread that asks it
  SystemProxies(Supplier<ProxySelector> system, LongSupplier nanos) {
    this.system = system;
    this.nanos = nanos;
  }

  /// The JDK asks Windows, in whose settings VPN programs enter theirs, when told to by a property
  /// that it reads once.
  static SystemProxies ofWindows() {
    return new SystemProxies(() -> {
      System.setProperty("java.net.useSystemProxies", "true");
      return ProxySelector.getDefault();
    }, System::nanoTime);
  }

  /// What the system said last; null where it said nothing, or that the host is reached directly.
  Proxies.Chosen choose(URI uri) {
    String host = uri.getScheme() + "://" + uri.getRawAuthority();
    Answer answer = answers.get(host);
    if (answer == null || nanos.getAsLong() - answer.nanos > FRESH) ask(host);
    return answer == null ? null : answer.chosen;
  }

  /// On a thread of the system's own, which may stand in its code for long.
  private void ask(String host) {
    if (asking.putIfAbsent(host, true) != null) return;
    Thread.ofPlatform().daemon().name("proxy for " + host).start(() -> {
      try {
        List<Proxy> found = system.get().select(URI.create(host + "/"));
        answers.put(host, new Answer(read(found), nanos.getAsLong()));
      } finally {
        asking.remove(host);
      }
    });
  }

  private static Proxies.Chosen read(List<Proxy> found) {
    Proxy first = found.isEmpty() ? Proxy.NO_PROXY : found.getFirst();
    if (!(first.address() instanceof InetSocketAddress address)) return null;
    boolean socks = first.type() == Proxy.Type.SOCKS;
    String host = address.getHostString();
    String shown = (socks ? "socks://" : "http://") + (host.contains(":") ? "[" + host + "]" : host)
        + ":" + address.getPort();
    return new Proxies.Chosen(InetSocketAddress.createUnresolved(host, address.getPort()), shown,
        "the system's settings", socks ? "is a SOCKS proxy" : null);
  }
}
