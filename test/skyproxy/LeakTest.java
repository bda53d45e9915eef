package skyproxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.FakeUpstream.Received;
import skyproxy.testing.Leaks;
import skyproxy.testing.Os;
import skyproxy.testing.Program;
import skyproxy.testing.RawClient;

/// Credentials wherever a player can have some, upstreams and CLIs that quote all they were given
/// in every failure, and then a search of all that the program says, shows and leaves behind.
///
/// What must hold them: the settings file, the vendors' own files, the request to the upstream that
/// each is for, and the environment of a CLI that was started with it.
@Tag("anywhere")
final class LeakTest {
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]";
  private static final String KNOWN = "known-to-the-clis";
  private static final String TOKEN = "eyJhbGciOiJub25lIn0."; // of JSON Web Tokens

  private final Map<String, String> planted = new HashMap<>();
  private final List<String> outputs = new ArrayList<>();
  private final FakeUpstream upstream = new FakeUpstream();
  private final Map<String, Integer> turns = new HashMap<>();

  @TempDir
  private Path folder;
  private Path config;

  private String plant(String where, String secret) {
    planted.put(where, secret);
    return secret;
  }

  @BeforeEach
  void plantAll() throws IOException {
    // The last two look like no key at all.
    config = Files.writeString(folder.resolve("config.json"), """
        {"anthropic_api_key":"%s","openrouter_api_key":"%s","api_key":"%s","providers":{
         "local":{"base_url":"%s/local","api_key":"%s"},"open":{"base_url":"%s/open"},
         "far":{"base_url":"http://far.example/v1"}}}""".formatted(
        plant("the Anthropic key", "sk-ant-api03-PlantedAnthropic01"),
        plant("the OpenRouter key", "sk-or-v1-PlantedOpenRouter02"),
        plant("the proxy's own key", "PlantedGame Key.03"), upstream.url(),
        plant("a server's key", "PlantedLocal/Key+04="), upstream.url()));
    Files.createDirectories(folder.resolve(".claude"));
    Files.writeString(folder.resolve(".claude/.credentials.json"), """
        {"claudeAiOauth":{"accessToken":"%s","refreshToken":"%s"}}""".formatted(
        plant("Claude's access token", "sk-ant-oat01-PlantedAccess05"),
        plant("Claude's refresh token", "sk-ant-ort01-PlantedRefresh06")));
    Files.createDirectories(folder.resolve(".codex"));
    Files.writeString(folder.resolve(".codex/auth.json"), """
        {"OPENAI_API_KEY":"%s","tokens":{"id_token":"%s","access_token":"%s",
         "refresh_token":"%s","account_id":"acct"}}""".formatted(
        plant("OpenAI's key", "sk-proj-PlantedOpenAi07"),
        plant("Codex's id token", TOKEN + "eyJlbWFpbCI6IngifQ.PlantedId08"),
        plant("Codex's access token", TOKEN + "eyJleHAiOjQwMDAwMDAwMDB9.PlantedAccess09"),
        plant("Codex's refresh token", "rt_PlantedRefresh.10-abcdef")));
    plant("the password of a proxy", "PlantedProxyPassword11");
    plant("the token in the environment", "sk-ant-oat01-PlantedEnvironment12");
    plant("a key that a game sends", "sk-PlantedWrongKey13");
    plant("a key instead of a model", "sk-PlantedAsModel14");
    plant("the key of a server that is added", "PlantedAdded/Key+17=");
    plant("a password in an address", "PlantedAddress15");
    plant("a key in a query", "PlantedQuery16");
    upstream.answer(this::quoting);
  }

  @AfterEach
  void close() {
    upstream.close();
  }

  /// All that was sent to it, in one line.
  private static String quoted(Received request) {
    return "No: " + String.join(" ", request.headerLines()).replace('"', ' ') + " for "
        + request.path() + " " + Leaks.WORDS;
  }

  private static final List<Integer> STATUSES =
      List.of(400, 401, 402, 403, 404, 407, 408, 413, 422, 429, 500, 502, 503, 529);
  private static final int FAULTS = STATUSES.size() + 8;

  /// Each failure in turn, for each of those that it stands for.
  private synchronized Answer quoting(Received request) {
    String words = quoted(request);
    String error = "{\"type\":\"error\",\"error\":{\"type\":\"e\",\"code\":\"c\",\"message\":"
        + new Json.Str(words) + "}}";
    int turn = turns.merge(request.path().split("/")[1], 1, Integer::sum) % FAULTS;
    if (turn < STATUSES.size()) {
      return status(STATUSES.get(turn)).header("Content-Type", "application/json")
          .header("WWW-Authenticate", words).header("Retry-After", words).body(error);
    }
    return switch (turn - STATUSES.size()) {
      case 0 -> status(302).header("Location", "http://127.0.0.1:1/?key=" + words).body("");
      case 1 -> status(418).body(words);
      case 2 -> status(500).header("Content-Type", "text/html").body("<h1>" + words + "</h1>");
      case 3 -> json(error);
      case 4 -> json(words);
      case 5 -> sse("event: error\ndata: " + error + "\n\n");
      case 6 -> sse("data: " + words + "\n\n");
      default -> sse("event: " + words + "\nid: " + words + "\n\n: " + words + "\n\n");
    };
  }

  private Map<String, String> environment() {
    return Map.of("PATH", "/usr/bin:/bin", "HOME", folder.toString(),
        "CLAUDE_CODE_OAUTH_TOKEN", planted.get("the token in the environment"),
        "HTTP_PROXY", "http://user:" + planted.get("the password of a proxy") + "@127.0.0.1:9",
        "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + folder.resolve("tmp"));
  }

  private Program start(String mode, Path claude, Path codex) throws IOException {
    Files.createDirectories(folder.resolve("tmp"));
    Program program = Program.start(folder, environment(), "--port", "0", "--verbose",
        "--config", config.toString(), "--claude-mode", mode, "--claude", claude.toString(),
        "--codex", codex.toString(), "--anthropic-url", upstream.url(),
        "--openrouter-url", upstream.url() + "/router");
    program.awaitListening();
    return program;
  }

  /// A CLI that tells its arguments to a file, and in each run others of the secrets that it can
  /// know to everybody else.
  private Path talker(String name, String answer) throws IOException {
    List<String> known = new ArrayList<>();
    planted.forEach((where, secret) -> {
      if (where.contains("token") || where.contains("OpenAI")) known.add(secret);
    });
    known.add("HTTP_PROXY=http://user:" + planted.get("the password of a proxy") + "@127.0.0.1:9");
    known.add("https://example.test/v1?key=" + planted.get("a key in a query"));
    Files.write(folder.resolve(KNOWN), known);
    return Os.script(folder.resolve(name), "#!/bin/sh\ncd '" + folder + "'\n"
        + "echo \"$*\" >>arguments\n"
        + "words=$(awk -v n=\"$(wc -l <arguments)\" '{ l[NR] = $0 } END { for (i = 0; i < NR; i++)"
        + " printf \"%s \", l[(i + n) % NR + 1] }' " + KNOWN + ")\n" + answer);
  }

  private Path claude() throws IOException {
    return talker("claude", """
        case "$*" in *--version*) echo "2.1.330 (Claude Code)"; exit;; esac
        echo "$words" >&2
        echo '{"type":"system","subtype":"ui_invalidate"}'
        while read -r line; do
          id=$(echo "$line" | sed 's/.*"request_id":"\\([^"]*\\)".*/\\1/')
          case "$line" in
            *'"control_request"'*) echo '{"type":"control_response","response":{"subtype":\
        "success","request_id":"'"$id"'","response":{"models":[],\
        "account":{"tokenSource":"claude.ai"}}}}';;
            *@die*) echo "$words"; exit 3;;
            *'"user"'*) status=401; kind=authentication_failed
              case "$line" in *@limit*) status=429; kind=rate_limit;; esac
              echo '{"type":"assistant","error":"'$kind'","message":{}}'
              echo '{"type":"result","subtype":"success","is_error":true,\
        "api_error_status":'$status',"result":"API Error: '"$words"'"}';;
          esac
        done
        """);
  }

  private Path codex() throws IOException {
    return talker("codex", """
        case "$1" in
          --version) echo "codex-cli 0.169.0";;
          debug) echo '{"models":[{"slug":"gpt-5.5","shell_type":"unified_exec"}]}';;
          exec) cat >/dev/null
            echo "$words" >&2
            echo '{"type":"turn.failed","error":{"message":"'"$words"'"}}'
            exit 1;;
          *) echo "Error: $words" >&2; echo "$words"; exit 1;;
        esac
        """);
  }

  private void ask(Program program, String request, String body, String... more)
      throws IOException {
    List<String> headers = new ArrayList<>(List.of("Content-Type: application/json"));
    headers.addAll(List.of(more));
    if (more.length == 0) headers.add("Authorization: Bearer PlantedGame Key.03");
    try (RawClient client = program.client()) {
      client.send(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
          + String.join("\r\n", headers) + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
          + body);
      outputs.add(request.substring(0, request.lastIndexOf('/')) + " is answered with "
          + client.rest());
    }
  }

  private void chat(Program program, String model, String words) throws IOException {
    for (boolean stream : new boolean[] {false, true}) chat(program, model, words, stream);
  }

  private void chat(Program program, String model, String words, boolean stream)
      throws IOException {
    ask(program, "POST /v1", "{\"model\":\"" + model + "\",\"stream\":" + stream + ","
        + MESSAGES.formatted(words) + "}");
  }

  /// Asks until all failures have come twice, once streamed and once not as near as can be.
  private void chatThroughAll(Program program, String model, String place) throws IOException {
    for (int i = 0; turns.getOrDefault(place, 0) < 2 * FAULTS; i++) {
      chat(program, model, "Hail", i % 2 == 0);
    }
  }

  /// The page's own endpoints, with keys where there should be none.
  private void misuse(Program program) throws IOException {
    String wrong = planted.get("a key that a game sends");
    ask(program, "POST /v1", "{}", "Authorization: Bearer " + wrong);
    ask(program, "POST /config/openrouter-key", "{\"key\":\"" + wrong + "\\u0001\"}");
    ask(program, "POST /config/claude-mode", "{\"mode\":\"" + wrong + "\"}");
    ask(program, "POST /v1", "{\"" + wrong + "\":" + wrong);
    ask(program, "GET /v1/models/" + wrong, "");
    ask(program, "POST /config/jobs", "{\"jobs\":{\"" + wrong + "\":\"" + wrong + "\"}}");
    for (String address : List.of("http://user:PlantedAddress15@127.0.0.1:1/v1",
        "http://PlantedAddress15@127.0.0.1:1", "user:PlantedAddress15@localhost:1",
        "http://127.0.0.1:1/v1?key=PlantedQuery16", "127.0.0.1:1/#PlantedQuery16",
        "https://user:PlantedAddress15@[::1", "http://us er:PlantedAddress15@x")) {
      ask(program, "POST /config/server", "{\"name\":\"new\",\"base_url\":\"" + address + "\"}");
    }
    ask(program, "POST /config/server", "{\"name\":\"newer\",\"base_url\":\"" + upstream.url()
        + "\",\"api_key\":\"" + planted.get("the key of a server that is added") + "\"}");
    // Pasted with a blank of no width: no header can hold it.
    ask(program, "POST /config/server", "{\"name\":\"newest\",\"base_url\":\"" + upstream.url()
        + "\",\"api_key\":\"Planted\\u200bAdded/Key+17=\"}");
    assertTrue(outputs.getLast().contains(" 400 "), outputs.getLast());
    ask(program, "POST /config/doctor", "{\"model\":\"local:x\",\"check\":\"PLAIN\"}");
    ask(program, "POST /config/doctor", "{\"model\":\"" + wrong + "\"}");
  }

  private void look(Program program) throws IOException {
    for (String path : List.of("/stats", "/health", "/v1/models", "/", "/dashboard/dashboard.js",
        "/dashboard/core.js", "/dashboard/setup.js", "/dashboard/live.js",
        "/config/report", "/config/autostart")) {
      ask(program, "GET " + path, "");
    }
    for (int id = 0; id < 8; id++) ask(program, "GET /stats?id=" + id, "");
    for (ProcessHandle child : program.children()) {
      outputs.add("arguments " + child.info().commandLine().orElse(""));
    }
  }

  /// Ends it, and searches all there is.
  private void search(String what, Program program) throws Exception {
    look(program);
    program.process().toHandle().destroy(); // without closing its streams
    program.exitStatus();
    outputs.add("stdout " + program.stdout());
    List<String> keepers = List.of("config.json", ".credentials.json", "auth.json", KNOWN);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (keepers.contains(file.getFileName().toString())) continue;
        if (!file.toString().contains("hsperf")) {
          outputs.add(file + " holds " + Files.readString(file, ISO_8859_1));
        }
      }
    }
    TreeSet<String> found = new TreeSet<>();
    for (String output : outputs) {
      planted.forEach((where, secret) -> {
        String part = secret.substring(secret.indexOf("Planted") + 5);
        int at = output.indexOf(part);
        if (at >= 0) found.add(where + ": " + output.substring(0, Math.min(60, output.length()))
            + " ... " + output.substring(Math.max(0, at - 60), at + part.length()));
      });
      if (!output.startsWith(folder.toString()) || output.contains("/stderr holds")) {
        Leaks.assertNone(output);
      }
    }
    System.out.println("secrets, " + what + ": planted " + planted.size() + ", outputs searched "
        + outputs.size() + ", found " + found.size());
    assertEquals(new TreeSet<String>(), found);
  }

  /// No upstream has seen what is meant for another one.
  private void assertSentToTheirOwn() {
    for (Received request : upstream.requests()) {
      String all = request.headerLines() + " " + request.path();
      planted.forEach((where, secret) -> {
        boolean own = request.path().startsWith("/router") ? where.equals("the OpenRouter key")
            : request.path().startsWith("/local") ? where.equals("a server's key")
            : !request.path().startsWith("/open/") && where.equals(
                request.header("x-api-key") != null ? "the Anthropic key"
                    : "the key of a server that is added");
        assertTrue(own || !all.contains(secret), () -> where + " was sent to " + all);
      });
    }
  }

  @Test
  void with_keys_servers_and_codex_by_exec() throws Exception {
    try (Program program = start("api-key", claude(), codex())) {
      chatThroughAll(program, "claude-sonnet-5-5", "v1");
      chatThroughAll(program, "vendor/model", "router");
      chatThroughAll(program, "local:model", "local");
      chatThroughAll(program, "open:model", "open");
      chat(program, "far:model", "Hail");
      chat(program, "gpt-5.5", "Hail");
      chat(program, planted.get("a key instead of a model"), "Hail");
      chat(program, planted.get("a key that a game sends") + " > local:model", "Hail");
      misuse(program);
      assertTrue(outputs.stream().anyMatch(each -> each.contains("***")), "it was quoted");
      search("by key and exec", program);
      assertSentToTheirOwn();
    }
  }

  @Test
  void with_the_official_cli() throws Exception {
    try (Program program = start("cli", claude(), codex())) {
      for (int i = 0; i < 2; i++) {
        chat(program, "claude-sonnet-5-5", "Hail");
        chat(program, "claude-sonnet-5-5", "@limit");
        chat(program, "claude-sonnet-5-5", "@die");
      }
      assertTrue(outputs.stream().anyMatch(each -> each.contains("***")), "it was quoted");
      search("by cli", program);
    }
  }

  @Test
  void with_what_was_captured() throws Exception {
    Path claude = FakeCli.program(folder, "works");
    planted.put("what was captured", "sk-ant-oat01-made-up");
    try (Program program = start("direct", claude, codex())) {
      chatThroughAll(program, "claude-sonnet-5-5", "v1");
      assertTrue(upstream.requests().stream()
          .anyMatch(each -> each.toString().contains("sk-ant-oat01-made-up")), "it was sent");
      search("by direct", program);
    }
  }
}
