package skyproxy.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Windows' table of those who listen.
final class PortOwnerTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "The table is Windows'.")
  void who_listens_is_found_by_the_port(String address) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(address))) {
      port = socket.getLocalPort();
      PortOwner owner = PortOwner.of(port);
      assertEquals(ProcessHandle.current().pid(), owner.pid());
      assertTrue(owner.name().equalsIgnoreCase("java.exe"), owner.name());
    }
    assertNull(PortOwner.of(port));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "The table is Windows'.")
  void elsewhere_nobody_can_be_asked() {
    assertThrows(IOException.class, () -> PortOwner.of(8000));
  }
}
