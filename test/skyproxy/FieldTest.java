package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;
import skyproxy.testing.RawClient;
import skyproxy.testing.RuledUpstream;

/// Cases that people met who run language models behind games: each folder of
/// `test/fixtures/field` is one case, and `case.json` in it says what the servers do, what the
/// game asks and what it gets. Adding a case is adding a folder.
///
/// `kind` is missing where servers speak HTTP (rules as in [RuledUpstream]); `codex` puts the
/// folder's `fake-codex.mjs` in the place of the CLI; `console` starts the program with a console
/// that nobody reads once it listens, by `still.py`.
@Tag("field")
final class FieldTest {
  private static final Path CASES = Fixtures.path("field");

  @TempDir
  private Path folder;
  private final Map<String, RuledUpstream> servers = new LinkedHashMap<>();
  private RuledUpstream anthropic;

  static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(each -> each.getFileName().toString()).sorted().toList().stream();
    }
  }

  @AfterEach
  void stop() {
    servers.values().forEach(RuledUpstream::close);
    if (anthropic != null) anthropic.close();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void the_game_gets_what_it_should(String name) throws Exception {
    Path place = CASES.resolve(name);
    Cursor each = Cursor.of(Json.parse(Files.readAllBytes(place.resolve("case.json"))));
    String settings = settings(each, place);
    List<String> arguments = new ArrayList<>();
    if (anthropic != null) arguments.addAll(List.of("--anthropic-url", anthropic.url()));
    switch (each.at("kind").stringOr("")) {
      case "" -> ask(each, settings, arguments);
      case "codex" -> {
        arguments.addAll(codex(place));
        ask(each, settings, arguments);
      }
      case "console" -> console(each, place, settings);
      default -> throw new AssertionError("no kind: " + each.at("kind").string());
    }
  }

  private String settings(Cursor each, Path place) {
    StringBuilder providers = new StringBuilder();
    if (!each.at("servers").isMissing()) {
      each.at("servers").members().forEach((name, rules) -> {
        RuledUpstream server = new RuledUpstream(rules.arrayOrEmpty(), place);
        servers.put(name, server);
        providers.append(providers.isEmpty() ? "" : ",").append(new Json.Str(name))
            .append(":{\"base_url\":\"").append(server.url())
            .append(each.at("path").stringOr("/v1")).append("\"}");
      });
    }
    if (each.at("kind").stringOr("").equals("codex") && servers.isEmpty()) {
      servers.put("b", new RuledUpstream(
          Cursor.of(Json.parse("[{\"good\":\"B answers.\"}]")).arrayOrEmpty(), place));
      providers.append("\"b\":{\"base_url\":\"").append(servers.get("b").url()).append("/v1\"}");
    }
    String key = "";
    if (!each.at("anthropic").isMissing()) {
      anthropic = new RuledUpstream(each.at("anthropic").arrayOrEmpty(), place);
      key = "\"anthropic_api_key\":\"sk-ant-made-up\",";
    }
    return key + "\"providers\":{" + providers + "}";
  }

  private void ask(Cursor each, String settings, List<String> arguments) throws Exception {
    try (LocalProxy proxy = new LocalProxy(folder, settings, arguments)) {
      if (arguments.contains("--codex")) ready(proxy);
      for (Cursor ask : each.at("ask").arrayOrEmpty()) {
        long start = System.nanoTime();
        Answer answer = proxy.post(request(ask).toString());
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        got(ask.at("want"), answer, took);
      }
    }
    if (!each.at("sent").isMissing()) sent(each.at("sent"));
  }

  private static Json.Obj request(Cursor ask) {
    StringBuilder roles = new StringBuilder();
    ask.at("roles").arrayOrEmpty().forEach(role -> roles.append(role.string().charAt(0)));
    Json.Obj body = GameRequest.of(ask.at("model").stringOr("l:m"),
        roles.isEmpty() ? "su" : roles.toString(), ask.at("stream").boolOr(true));
    if (!ask.at("word").isMissing()) {
      Json word = Json.parse("""
          {"role":"user","content":%s}""".formatted(new Json.Str(ask.at("word").string())));
      List<Json> messages = new ArrayList<>(((Json.Arr) body.get("messages")).items());
      messages.add(word);
      body = body.with("messages", new Json.Arr(messages));
    }
    return ask.at("body").isMissing() ? body
        : GameRequest.with(body, (Json.Obj) ask.at("body").json());
  }

  private static void got(Cursor want, Answer answer, long took) {
    String all = answer.status() + " " + answer.text();
    if (!want.at("status").isMissing()) {
      assertEquals(want.at("status").integer(), answer.status(), all);
      if (answer.status() == 200) assertEquals("", answer.said(), all);
    }
    if (!want.at("text").isMissing()) {
      assertEquals(want.at("text").string(), answer.spoken(), all);
    }
    if (!want.at("notText").isMissing()) {
      assertFalse(find(want.at("notText").string(), answer.spoken()), all);
      assertFalse(answer.spoken().isBlank(), all);
    }
    if (!want.at("said").isMissing()) {
      assertTrue(find(want.at("said").string(), answer.said()), all);
    }
    if (!want.at("notSaid").isMissing()) {
      assertFalse(find(want.at("notSaid").string(), answer.said()), all);
    }
    if (!want.at("code").isMissing()) assertEquals(want.at("code").string(), answer.error(), all);
    if (!want.at("usage").isMissing()) {
      assertEquals(want.at("usage").integer(), usage(answer, false), all);
    }
    if (!want.at("usageEnd").isMissing()) {
      assertEquals(want.at("usageEnd").integer(), usage(answer, true), all);
    }
    if (!want.at("within").isMissing()) {
      assertTrue(took <= want.at("within").integer(), took + " ms for " + all);
    }
  }

  /// Chunks with figures, or of them those without a choice.
  private static long usage(Answer answer, boolean closing) {
    return answer.data().stream().filter(each -> Cursor.of(each).at("usage").isObject())
        .filter(each -> !closing || Cursor.of(each).at("choices").arrayOrEmpty().isEmpty())
        .count();
  }

  private static boolean find(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE).matcher(text).find();
  }

  private void sent(Cursor sent) {
    Json.Obj last = servers.get(sent.at("server").stringOr("l")).bodies().getLast();
    for (Cursor name : sent.at("has").arrayOrEmpty()) {
      assertTrue(last.members().containsKey(name.string()), last.toString());
    }
    for (Cursor name : sent.at("lacks").arrayOrEmpty()) {
      assertFalse(last.members().containsKey(name.string()), last.toString());
    }
  }

  /// The stand-in as the CLI, and a login that it finds.
  private List<String> codex(Path place) throws IOException {
    assumeTrue(!File.separator.equals("\\"), "The stand-in of Codex is started by a shell script.");
    Path home = Files.createDirectories(folder.resolve("codex-home"));
    Files.writeString(home.resolve("auth.json"), """
        {"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}""");
    Path cli = folder.resolve("codex");
    Files.writeString(cli, "#!/bin/sh\nexec '" + onPath("node") + "' '"
        + place.resolve("fake-codex.mjs").toAbsolutePath() + "' \"$@\"\n");
    cli.toFile().setExecutable(true);
    return List.of("--codex", cli.toString(), "--codex-home", home.toString());
  }

  private static void ready(LocalProxy proxy) throws Exception {
    for (int i = 0; i < 200; i++) {
      try (RawClient client = proxy.client()) {
        RawClient.Answer health = client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .answer();
        if (Cursor.of(Json.parse(health.body())).at("codex").at("error").stringOr(null) == null
            && health.text().contains("\"healthy\"")) {
          return;
        }
      }
      Thread.sleep(50);
    }
  }

  /// Plain requests, one after another, while nobody reads what the program writes.
  private void console(Cursor each, Path place, String settings) throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "Only Linux sets the size of a pipe.");
    Files.writeString(folder.resolve("config.json"), "{" + settings + "}");
    ProcessBuilder builder = new ProcessBuilder(onPath("python3"),
        place.resolve("still.py").toAbsolutePath().toString(),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
        "-Duser.home=" + folder, "-jar",
        Path.of(System.getProperty("skyproxy.jar")).toAbsolutePath().toString(), "--port", "0",
        "--claude", "off", "--codex", "off", "--config",
        folder.resolve("config.json").toString());
    Process process = builder.redirectErrorStream(true).start();
    try {
      String line = process.inputReader().readLine();
      while (line != null && !line.startsWith("Listening on ")) {
        line = process.inputReader().readLine();
      }
      assertTrue(line != null, "it does not listen");
      int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
      for (int i = 0; i < each.at("times").integerOr(1); i++) {
        for (Cursor ask : each.at("ask").arrayOrEmpty()) {
          try (RawClient client = new RawClient(port)) {
            RawClient.Answer answer =
                client.post("/v1/chat/completions", request(ask).toString()).answer();
            assertEquals(200, answer.status(), "request " + i + ": " + answer.text());
          }
        }
      }
    } finally {
      process.getOutputStream().close(); // it ends the program, and then itself
      if (!process.waitFor(15, TimeUnit.SECONDS)) process.destroyForcibly();
    }
  }

  private static String onPath(String name) {
    String found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(each -> Path.of(each, name)).filter(Files::isExecutable).map(Path::toString)
        .findFirst().orElse(null);
    assumeTrue(found != null, name + " is not on PATH: install it to run this test.");
    return found;
  }
}
