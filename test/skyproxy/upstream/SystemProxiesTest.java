package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import skyproxy.testing.Os;

/// Windows' own settings of a proxy, as its dialog and VPN programs write them.
final class SystemProxiesTest {
  private static final String KEY =
      "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";
  private static final int BY_A_PROXY = 3;

  /// Sets the proxy for this user, in both places that Windows keeps it.
  private static void set(String proxy) throws Exception {
    registry(KEY, "ProxyEnable", "REG_DWORD", "1");
    registry(KEY, "ProxyServer", "REG_SZ", proxy);
    ByteBuffer settings = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x46).putInt(1).putInt(BY_A_PROXY).putInt(proxy.length())
        .put(proxy.getBytes(StandardCharsets.US_ASCII)).putInt(0).putInt(0);
    registry(KEY + "\\Connections", "DefaultConnectionSettings", "REG_BINARY",
        HexFormat.of().formatHex(settings.array()));
  }

  private static void registry(String key, String name, String type, String value)
      throws Exception {
    assertEquals(0, new ProcessBuilder("reg", "add", key, "/v", name, "/t", type, "/d", value, "/f")
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD).start().waitFor());
  }

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "The settings are Windows'.")
  void windows_is_asked_for_its_proxy() throws Exception {
    Os.assumeWine("The settings of a real Windows are its user's.");
    set("127.0.0.1:7890");
    Process program = new ProcessBuilder(Os.java(), Os.QUIET, "-cp",
        System.getProperty("java.class.path"), Asking.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals("http://127.0.0.1:7890", said.strip());
  }

  /// A program of its own, for Java reads once whether the system is to be asked.
  static final class Asking {
    private Asking() {}

    public static void main(String[] args) throws InterruptedException {
      SystemProxies system = SystemProxies.ofWindows();
      URI uri = URI.create("https://example.test/v1");
      long end = System.nanoTime() + Os.PATIENCE.toNanos();
      while (system.choose(uri) == null && System.nanoTime() < end) Thread.sleep(10);
      System.out.println(system.choose(uri).shown());
    }
  }
}
