package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the real programs are what the other tests take them for.
@Tag("cli")
final class RealCliTest {
  @TempDir
  private Path home;

  @Test
  void the_clis_are_the_versions_that_were_fetched() throws Exception {
    String claude = RealCli.version("@anthropic-ai/claude-code");
    assertEquals(claude + " (Claude Code)", version(RealCli.claude()));
    String codex = version(RealCli.codex());
    assertTrue(codex.endsWith("codex-cli " + RealCli.version("@openai/codex")), codex);
  }

  @Test
  void the_sdk_loads() throws Exception {
    Path script = Files.writeString(home.resolve("sdk.cjs"),
        "console.log(require('openai/version').VERSION, typeof require('openai'))");
    ProcessBuilder node = RealCli.openAiSdk(script);
    assertEquals(RealCli.version("openai") + " function", RealCli.output(node).strip());
  }

  @Test
  void both_loopback_addresses_work_and_no_other_does() throws Exception {
    RealCli.assumeIsolated();
    for (String address : new String[] {"127.0.0.1", "::1"}) {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(address));
          Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
        assertTrue(client.isConnected());
      }
    }
    // An address set aside for documentation: nobody answers there, with a network or without,
    // but without one the kernel says so at once.
    try (Socket client = new Socket()) {
      IOException none = assertThrows(IOException.class,
          () -> client.connect(new InetSocketAddress("203.0.113.1", 80), 5_000));
      assertTrue(none.getMessage().contains("unreachable"), none.getMessage());
    }
  }

  private String version(Path cli) throws Exception {
    ProcessBuilder program = new ProcessBuilder(cli.toString(), "--version");
    program.environment().put("HOME", home.toString());
    program.environment().put("CODEX_HOME", home.toString());
    return RealCli.output(program).strip();
  }
}
