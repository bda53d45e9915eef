package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Os;
import skyproxy.testing.RawClient;

/// The jar in folders that a player may well have, started as the scripts do: from inside.
final class UnusualPlacesTest {
  private static final String FOREIGN = "Łódź 日本 (ä)";

  @TempDir
  private Path folder;

  private Path make(String name) throws IOException {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (InvalidPathException lacking) {
      assumeTrue(false, "This locale has no such names.");
      return null;
    }
  }

  /// A proxy that a script started.
  private final class Started implements AutoCloseable {
    private final Process process;
    private final int port;

    Started(Path place, Map<String, String> environment, String... arguments) throws IOException {
      Files.copy(Path.of(System.getProperty("skyproxy.jar")), place.resolve("proxy.jar"));
      List<String> command = new ArrayList<>(List.of(Os.java(), Os.QUIET, "-XX:+UseSerialGC",
          "-jar", "proxy.jar", "--port", "0", "--codex", "off"));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile())
          .redirectError(folder.resolve("stderr").toFile());
      builder.environment().put("XDG_CONFIG_HOME", folder.toString());
      builder.environment().put("APPDATA", folder.toString());
      builder.environment().putAll(environment);
      process = builder.start();
      String line = process.inputReader().readLine();
      assertTrue(line != null, () -> stderr());
      port = URI.create(line.substring("Listening on ".length())).getPort();
    }

    RawClient.Answer get(String path) throws IOException {
      try (RawClient client = new RawClient(port)) {
        return client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").answer();
      }
    }

    String stderr() {
      try {
        return Files.readString(folder.resolve("stderr"));
      } catch (IOException e) {
        return e.toString();
      }
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void the_page_is_there_in_a_folder_whose_name_ends_in_an_exclamation_mark() throws Exception {
    try (Started proxy = new Started(make("Games! #1 50%/Skyrim!"), Map.of(), "--claude", "off")) {
      for (String path : List.of("/", "/dashboard/dashboard.js", "/health")) {
        assertEquals(200, proxy.get(path).status(), path);
      }
      assertTrue(proxy.stderr().contains("runs in a temporary folder"), proxy::stderr);
    }
  }

  @Test
  void names_with_characters_that_the_code_page_lacks_are_names_like_others() throws Exception {
    Path home = make(FOREIGN + "/roaming");
    Path temporary = make(FOREIGN + "/temporary");
    Path caller = make(FOREIGN + "/caller");
    Path cli = FakeCli.program(caller, "hang");
    Map<String, String> environment = Map.of("XDG_CONFIG_HOME", home.toString(),
        "APPDATA", home.toString(), "TEMP", temporary.toString(), "TMP", temporary.toString(),
        "JDK_JAVA_OPTIONS", Os.WINDOWS ? "" : "-Djava.io.tmpdir=\"" + temporary + "\"",
        "SKYRIMNET_PROXY_FROM", caller.toString());
    String plain = cli.getFileName().toString().replace(".cmd", "");
    for (String given : List.of(cli.toString(), "./" + plain)) {
      Path jar = make(FOREIGN + "/jar " + given.length());
      try (Started proxy = new Started(jar, environment, "--claude", given)) {
        Cursor health = Cursor.of(Json.parse(proxy.get("/health").body()));
        while (health.at("claude").at("path").isMissing()) {
          assertTrue(proxy.process.isAlive(), proxy::stderr);
          Thread.sleep(20);
          health = Cursor.of(Json.parse(proxy.get("/health").body()));
        }
        assertEquals(cli.toRealPath(),
            Path.of(health.at("claude").at("path").string()).toRealPath());
        try (RawClient client = new RawClient(proxy.port)) {
          assertEquals(200, client.post("/config/openrouter-key", "{\"key\":\"sk-or-1\"}",
              "Content-Type: application/json").answer().status());
        }
        while (made(temporary) == 0) Thread.sleep(20);
        assertFalse(proxy.stderr().contains("runs in a temporary folder"), proxy::stderr);
      }
      assertTrue(Files.readString(home.resolve("skyrimnet-proxy").resolve("config.json"))
          .contains("sk-or-1"));
    }
  }

  private static long made(Path temporary) throws IOException {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.filter(each -> each.getFileName().toString().startsWith("skyrimnet-")).count();
    }
  }
}
