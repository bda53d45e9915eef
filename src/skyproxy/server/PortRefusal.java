package skyproxy.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.windows.PortOwner;
import skyproxy.windows.Windows;

/// Finds out why a port can't be had: it is not for us, or somebody has it.
///
/// @param address of this computer, the one that failed
/// @param all that are to be listened on
/// @param why as the system said it
record PortRefusal(InetAddress address, List<InetAddress> all, int port, IOException why) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Set<String> STATES = Set.of("healthy", "warming_up", "unconfigured");
  private static final int SYSTEM = 4;

  PortTakenException explained() {
    if (!isOurs(address)) {
      return new PortTakenException("This computer has no address " + name()
          + ". Correct --host or leave it out.", null);
    }
    String start = "Port " + port + " of " + name() + " can't be used: ";
    PortOwner owner = null;
    boolean reserved;
    try {
      owner = PortOwner.of(port);
      reserved = owner == null; // of which Java says there that it is in use
    } catch (IOException notWindows) {
      reserved = String.valueOf(why.getMessage()).toLowerCase(Locale.ROOT).contains("permission");
    }
    if (reserved) return new PortTakenException(start + reservation() + remedy(), null);
    String version = versionThere();
    if (version != null) {
      return new PortTakenException(start + "SkyrimNet Proxy " + version + " is running there"
          + " already. Its page is " + page() + "; to start another one choose another port with"
          + " --port.", page());
    }
    return new PortTakenException(start + holder(owner) + " has it. Stop that program, or choose"
        + " another port with --port." + free(), null);
  }

  private String reservation() {
    if (Windows.here()) {
      return "Windows has reserved it, as it does with ranges of ports for Hyper-V and WSL"
          + " (netsh interface ipv4 show excludedportrange protocol=tcp shows them).";
    }
    return port < 1024 ? "the system lets only administrators use ports below 1024."
        : "the system does not allow it (" + why.getMessage() + ").";
  }

  private String remedy() {
    return " Choose another port with --port." + free();
  }

  private static String holder(PortOwner owner) {
    if (owner == null) return "another program";
    if (owner.pid() == SYSTEM) return "Windows itself (System, a web server or printer service)";
    return owner.name() == null ? "the process " + owner.pid()
        : owner.name() + " (process " + owner.pid() + ")";
  }

  /// A port that could be had just now, in a sentence with a blank before it.
  private String free() {
    return IntStream.concat(IntStream.rangeClosed(port + 1, port + 20),
            IntStream.rangeClosed(8001, 8040))
        .filter(each -> each >= 1024 && each <= 65535 && isFree(each)).boxed().findFirst()
        .map(each -> " " + each + " is free: --port " + each + ", and the same in the game.")
        .orElse("");
  }

  private boolean isFree(int other) {
    for (InetAddress each : all) {
      try (ServerSocket tried = new ServerSocket()) {
        boolean needed = each.equals(all.getFirst()) || isOurs(each);
        if (needed) tried.bind(new InetSocketAddress(each, other));
      } catch (IOException taken) {
        return false;
      }
    }
    return true;
  }

  /// Whether this computer has the address: then some port of it can be had. Its network interfaces
  /// tell too, but not all (127.0.0.2), and on some Windows they can't be listed.
  static boolean isOurs(InetAddress address) {
    try (ServerSocket any = new ServerSocket(0, 1, address)) {
      return any.isBound();
    } catch (IOException lacking) {
      return false;
    }
  }

  private String name() {
    return address.getHostAddress().replace("0:0:0:0:0:0:0:1", "::1");
  }

  private URI page() {
    String host = address.isAnyLocalAddress() ? "127.0.0.1" : name().replace("%", "%25");
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  /// The version of this program that answers on the port, or null when none does.
  private String versionThere() {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY).connectTimeout(PATIENCE).build()) {
      HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(page().resolve("/health"))
          .timeout(PATIENCE).build(), BodyHandlers.ofByteArray());
      Cursor health = Cursor.of(Json.parse(answer.body()));
      boolean ours = answer.statusCode() == 200
          && STATES.contains(health.at("status").stringOr(""))
          && health.at("uptime_seconds").isNumber();
      return ours ? health.at("version").stringOr(null) : null;
    } catch (IOException | JsonException | Cursor.Mismatch another) {
      return null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
