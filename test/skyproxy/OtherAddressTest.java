package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// Other computers, and other users of this one, at every address that it has. That the proxy does
/// not start there without a key is shown by `MainTest`.
final class OtherAddressTest {
  private static final String BODY = """
      {"model":"demo","key":"sk-or-planted","messages":[{"role":"user","content":"Hi"}]}""";
  private static final List<String> GUARDED = List.of("POST /v1/chat/completions", "POST /v1",
      "POST /config/openrouter-key", "POST /config/server", "POST /config/stop", "GET /stats",
      "GET /v1/models", "GET /models/demo");

  @TempDir
  private Path folder;

  @Test
  void nobody_comes_in_at_any_address_without_the_key() throws Exception {
    Path config = Files.writeString(folder.resolve("config.json"), "{\"api_key\":\"sesame\"}");
    int tried = 0;
    try (Program program =
        Program.listening(folder, "--host", "0.0.0.0", "--config", config.toString())) {
      for (String address : addresses().filter(each -> !each.contains(":")).toList()) {
        for (String line : GUARDED) {
          for (String key : List.of("", "Authorization: Bearer \r\n",
              "Authorization: Bearer wrong\r\n")) {
            assertEquals(401, status(address, program.port(), line, key), address + " " + line);
            tried++;
          }
        }
        assertEquals(200, status(address, program.port(), "POST /v1",
            "Authorization: Bearer sesame\r\n"), address);
      }
      assertEquals("{\"api_key\":\"sesame\"}", Files.readString(config));
    }
    System.out.println("at other addresses: attacks tried " + tried + ", let in 0");
  }

  private static int status(String address, int port, String line, String key)
      throws IOException {
    try (RawClient client = new RawClient(address, port)) {
      return client.send(line + " HTTP/1.1\r\nHost: " + address + ":" + port
          + "\r\nContent-Type: application/json\r\n" + key + "Content-Length: " + BODY.length()
          + "\r\n\r\n" + BODY).answer().status();
    }
  }

  @Test
  void unless_told_otherwise_it_can_be_reached_by_this_computer_alone() throws Exception {
    assumeFalse(Os.WINDOWS, "Windows waits for two seconds at each closed port.");
    try (Program program = Program.listening(folder)) {
      for (String address : addresses().filter(each -> !each.equals("127.0.0.1")).toList()) {
        assertThrows(ConnectException.class, () -> new RawClient(address, program.port()));
      }
      assertFalse(program.get("/health").body().isEmpty());
    }
  }

  /// Those of this computer, the usual one and its twin among them; without `::1`, which is
  /// listened on too.
  private static Stream<String> addresses() throws IOException {
    Stream<String> all = NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses).filter(each -> !each.isLinkLocalAddress())
        .map(InetAddress::getHostAddress).filter(each -> !each.startsWith("0:0:0:0:0:0:0:1"));
    return Stream.concat(all, Stream.of("127.0.0.1", "127.0.0.2")).distinct();
  }
}
