package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.OpenedPages;
import skyproxy.testing.Os;
import skyproxy.testing.RawClient;

/// The jar as Windows starts it by a double click: by `javaw`, without a console and any stream.
@EnabledOnOs(OS.WINDOWS)
final class DoubleClickTest {
  @TempDir
  private Path folder;

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  private static List<ProcessHandle> started() {
    return ProcessHandle.allProcesses().filter(each ->
        each.info().command().orElse("").endsWith("javaw.exe")).toList();
  }

  private static RawClient client(int port) throws Exception {
    for (int tries = 1; ; tries++) {
      try {
        return new RawClient(port);
      } catch (IOException early) {
        if (tries == 300) throw early;
        Thread.sleep(200);
      }
    }
  }

  @Test
  void it_starts_opens_its_page_answers_and_saves_without_a_console() throws Exception {
    OpenedPages opened = new OpenedPages(folder);
    Path jar = Files.copy(Path.of(System.getProperty("skyproxy.jar")), folder.resolve("p.jar"));
    int port = freePort();
    Files.writeString(folder.resolve("config.json"),
        "{\"port\":" + port + ",\"claude\":\"off\",\"codex\":\"off\"}");
    String javaw = Os.java().replace("java.exe", "javaw.exe");
    new ProcessBuilder("cmd.exe", "/c", "start", javaw, "-jar", jar.toString()).start()
        .onExit().join();
    try {
      try (RawClient client = client(port)) {
        assertEquals(200, client.post("/v1", """
            {"model":"demo","messages":[{"role":"user","content":"Hi"}]}""").answer().status());
      }
      try (RawClient client = client(port)) {
        assertEquals(200, client.post("/config/openrouter-key", "{\"key\":\"sk-or-1\"}",
            "Content-Type: application/json").answer().status());
      }
      assertTrue(Files.readString(folder.resolve("config.json")).contains("sk-or-1"));
      opened.await("http://127.0.0.1:" + port);
      assertEquals(1, started().size());
    } finally {
      for (ProcessHandle each : started()) {
        each.destroyForcibly();
        each.onExit().join();
      }
    }
  }
}
