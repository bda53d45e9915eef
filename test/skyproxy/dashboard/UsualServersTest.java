package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.files.Resource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Program;

/// The servers that the page knows by name, and those of them that run on this computer.
final class UsualServersTest {
  @TempDir
  Path folder;

  @Test
  void every_address_is_one_that_can_be_kept_and_no_name_is_given_twice() throws Exception {
    Cursor all = Cursor.of(Json.parse(Resource.bytes(UsualServers.class, "servers.json")));
    Set<String> names = new HashSet<>();
    for (String where : new String[] {"local", "elsewhere"}) {
      for (Cursor server : all.at(where).array()) {
        String name = server.at("name").string();
        assertTrue(name.matches("[a-z0-9_-]{1,30}") && names.add(name), name);
        URI base = URI.create(server.at("base_url").string());
        assertEquals(where.equals("local") ? "http" : "https", base.getScheme(), name);
        assertEquals(where.equals("local"), "127.0.0.1".equals(base.getHost()), name);
        assertTrue(!base.getPath().endsWith("/"), name);
        assertTrue(where.equals("local") || !server.at("key_from").string().isBlank(), name);
      }
    }
    assertTrue(names.containsAll(Set.of("ollama", "lmstudio", "kobold", "nanogpt", "chutes",
        "nvidia", "mistral", "gemini", "xai", "deepseek")), names.toString());
  }

  @Test
  void who_listens_on_a_usual_port_and_lists_models_is_found_and_who_is_silent_is_not()
      throws Exception {
    HttpServer ollama;
    try (ServerSocket silent = new ServerSocket()) {
      ollama = HttpServer.create(loopback(11434), 0);
      silent.bind(loopback(1234));
    } catch (BindException taken) {
      assumeTrue(false, "A server of the developer's own is on its usual port.");
      return;
    }
    ollama.createContext("/v1/models", exchange -> {
      byte[] body = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    ollama.start();
    try (ServerSocket silent = new ServerSocket();
        Program proxy = Program.listening(folder, "--config", "config.json")) {
      silent.bind(loopback(1234));
      var answer = proxy.post("/config/servers", "{\"find\":true}");
      assertEquals("""
          {"found":[{"name":"ollama","title":"Ollama",\
          "base_url":"http://127.0.0.1:11434/v1","models":2}]}""", answer.body());
      assertEquals(400, proxy.post("/config/servers", "{}").statusCode());
      assertEquals(405, proxy.get("/config/servers").statusCode());
    } finally {
      ollama.stop(0);
    }
  }

  private static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }
}
