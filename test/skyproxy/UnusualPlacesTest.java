package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
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

  /// The environment of a proxy that puts its temporary files there.
  private static Map<String, String> temporaryFiles(Path folder) {
    return Map.of("TEMP", folder.toString(), "TMP", folder.toString(),
        "JDK_JAVA_OPTIONS", Os.WINDOWS ? "" : "-Djava.io.tmpdir=\"" + folder + "\"");
  }

  private static void putJar(Path place) throws IOException {
    Path jar = place.resolve("proxy.jar");
    if (!Files.exists(jar)) Files.copy(Path.of(System.getProperty("skyproxy.jar")), jar);
  }

  /// A proxy that a script started.
  private final class Started implements AutoCloseable {
    private final Process process;
    private final int port;

    Started(Path place, Map<String, String> environment, String... arguments) throws IOException {
      this(place, environment, List.of(), arguments);
    }

    /// @param before the words of the command before those of Java
    Started(Path place, Map<String, String> environment, List<String> before, String... arguments)
        throws IOException {
      putJar(place);
      List<String> command = new ArrayList<>(before);
      command.addAll(List.of(Os.java(), Os.QUIET, "-XX:+UseSerialGC",
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
      assertFalse(proxy.stderr().contains("zip"), proxy::stderr);
      try (RawClient client = new RawClient(proxy.port)) {
        assertEquals(503, client.post("/v1/chat/completions", """
            {"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"Hi"}]}""")
            .answer().status(), "prices are read: nobody is there to answer");
      }
    }
  }

  @Test
  void a_jar_that_was_opened_inside_a_zip_says_so() throws Exception {
    Path temporary = make("temporary");
    Path place = Files.createDirectories(temporary.resolve("Temp1_SkyrimNet Proxy.zip/proxy"));
    try (Started proxy =
        new Started(place, temporaryFiles(temporary), "--claude", "off")) {
      assertEquals(200, proxy.get("/health").status());
      assertTrue(proxy.stderr().contains("The proxy was opened inside a zip and runs in a temporary"
          + " folder, " + place.toRealPath() + ". Unpack the whole zip into a folder of your own,"
          + " and start it there."), proxy::stderr);
    }
  }

  /// As in Program Files.
  @Test
  void a_folder_where_nothing_may_be_written_is_named_and_what_was_set_holds() throws Exception {
    assumeFalse(Os.WINDOWS, "Under Wine one may write everywhere.");
    Path place = make("Program Files/SkyrimNet Proxy");
    putJar(place);
    Files.writeString(place.resolve("config.json"), "{}");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("r-xr-xr-x"));
    try (Started proxy =
            new Started(place, Map.of(), Os.withoutRights(), "--claude", "off");
        RawClient client = new RawClient(proxy.port)) {
      RawClient.Answer refused = client.post("/config/openrouter-key", "{\"key\":\"sk-or-1\"}",
          "Content-Type: application/json").answer();
      Cursor error = Cursor.of(Json.parse(refused.body())).at("error");
      assertEquals(500, refused.status());
      assertEquals("not_saved", error.at("code").string());
      assertTrue(error.at("in_effect").boolOr(false), refused::text);
      assertTrue(error.at("message").string().contains("There is no right to write in "
          + place.toRealPath() + ": move what lies there to a folder of your own."), refused::text);
    }
  }

  @Test
  void names_with_characters_that_the_code_page_lacks_are_names_like_others() throws Exception {
    Path home = make(FOREIGN + "/roaming");
    Path temporary = make(FOREIGN + "/temporary");
    Path caller = make(FOREIGN + "/caller");
    Path cli = FakeCli.program(caller, "hang");
    Map<String, String> environment = new HashMap<>(temporaryFiles(temporary));
    environment.putAll(Map.of("XDG_CONFIG_HOME", home.toString(), "APPDATA", home.toString(),
        "SKYRIMNET_PROXY_FROM", caller.toString()));
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
