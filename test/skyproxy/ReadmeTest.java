package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.settings.CommandLine;
import skyproxy.settings.Settings;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.Os;
import skyproxy.testing.Program;

/// The README: its commands work, its examples are right, what it names exists, and what exists
/// is named.
final class ReadmeTest {
  private static final String README = Tree.text(Path.of("README.md"));
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\n(.*?)\n```$");
  private static final Pattern INLINE = Pattern.compile("`([^`\n]+)`");

  /// What is not run here, and why.
  private static final Map<String, String> NOT_RUN = Map.of(
      "git clone ADDRESS_OF_THIS_PAGE skyrimnet-proxy\nskyrimnet-proxy/run.sh",
      "the address is that of whoever publishes it; the second line is the first block's script",
      "npm install -g @anthropic-ai/claude-code",
      "it would change the whole computer; the same package is fetched for the tests with CLIs",
      "npm install -g @openai/codex",
      "it would change the whole computer; the same package is fetched for the tests with CLIs",
      "make check", "it runs this test among all others",
      "codex login", "it needs an account and its owner",
      "claude", "it is a conversation with its owner",
      "/login", "it needs an account and its owner");

  @TempDir
  Path folder;

  private record Block(String kind, String text) {}

  private static List<Block> blocks(String kind) {
    List<Block> all = new ArrayList<>();
    Matcher block = BLOCK.matcher(README);
    while (block.find()) {
      if (kind == null || block.group(1).equals(kind)) {
        all.add(new Block(block.group(1), block.group(2)));
      }
    }
    return all;
  }

  private static Set<String> inline(String text) {
    Set<String> all = new TreeSet<>();
    Matcher code = INLINE.matcher(BLOCK.matcher(text).replaceAll(""));
    while (code.find()) all.add(code.group(1));
    return all;
  }

  @Test
  void every_block_says_what_it_is_and_what_is_not_run_is_listed() {
    for (Block block : blocks(null)) {
      assertTrue(Set.of("sh", "cmd", "json", "text").contains(block.kind()), block.toString());
    }
    assertFalse(Pattern.compile("(?m)^ {4}\\S").matcher(BLOCK.matcher(README).replaceAll(""))
        .find(), "a block without a kind");
    Set<String> commands = new HashSet<>();
    for (Block block : blocks("text")) commands.add(block.text());
    for (String code : inline(README)) {
      if (code.matches("(git|npm|winget|codex|claude|apt|brew) [a-z].*|claude|/login")
          && !code.equals("codex app-server")) { // nobody's to type
        commands.add(code);
      }
    }
    assertEquals(NOT_RUN.keySet(), commands);
  }

  @Test
  void the_blocks_for_a_shell_work_one_after_the_other() throws Exception {
    assumeFalse(Os.WINDOWS, "Windows has no sh.");
    assumeTrue(Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(place -> Files.isExecutable(Path.of(place, "curl"))), "There is no curl.");
    Path place = Files.createDirectories(folder.resolve("mein Spiel ä"));
    Files.copy(Path.of("run.sh"), place.resolve("run.sh"));
    Files.copy(Path.of(System.getProperty("skyproxy.jar")), place.resolve("skyrimnet-proxy.jar"));
    List<Block> all = blocks("sh");
    assertEquals("./run.sh", all.getFirst().text());
    Process proxy = shell(place, all.getFirst().text(), 0).redirectError(
        folder.resolve("log").toFile()).start();
    try {
      String line = proxy.inputReader().readLine();
      assertTrue(line != null, () -> Tree.text(folder.resolve("log")));
      int port = Integer.parseInt(line.replaceFirst("Listening on http://127.0.0.1:", ""));
      keepScene(place, port);
      for (Block block : all.subList(1, all.size())) {
        String said = said(place, block.text(), port);
        assertTrue(said.contains("data: [DONE]") || Files.exists(
            place.resolve("scene-results.json")), block.text() + "\n" + said);
      }
      assertTrue(all.size() >= 3);
    } finally {
      proxy.descendants().forEach(ProcessHandle::destroy);
      proxy.destroy();
      proxy.waitFor();
    }
  }

  /// A shell that knows where its programs are, and nothing else: no `HOME` either.
  private ProcessBuilder shell(Path place, String block, int port) {
    ProcessBuilder shell = new ProcessBuilder("sh", "-ec",
        block.replace("127.0.0.1:8000", "127.0.0.1:" + port)).directory(place.toFile());
    Map<String, String> environment = shell.environment();
    environment.clear();
    environment.put("PATH", Path.of(Os.java()).getParent() + ":" + System.getenv("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("XDG_CONFIG_HOME", folder.toString());
    environment.put("SKYRIMNET_PROXY_PORT", Integer.toString(port));
    environment.put("SKYRIMNET_PROXY_CLAUDE", "off");
    environment.put("SKYRIMNET_PROXY_CODEX", "off");
    // run.sh needs no locale for this folder's name, Java itself does.
    if (block.startsWith("java")) environment.put("LC_ALL", "C.UTF-8");
    return shell;
  }

  private String said(Path place, String block, int port) throws Exception {
    Process shell = shell(place, block, port).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes());
    assertEquals(0, shell.waitFor(), block + "\n" + said);
    return said;
  }

  /// The file that the block about scenes plays.
  private void keepScene(Path place, int port) throws Exception {
    String post = "curl -s http://127.0.0.1:8000%s -H 'Content-Type: application/json' -d '%s'";
    said(place, post.formatted("/config/texts", "{\"keep\":true}"), port);
    said(place, post.formatted("/v1/chat/completions",
        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"Who?\"}]}"), port);
    said(place, post.formatted("/config/scenes", "{\"keep\":1,\"name\":\"gate\"}"), port);
    said(place, post.formatted("/config/scenes", "{\"export\":\"gate\"}") + " >scene.json", port);
  }

  @Test
  void the_blocks_for_windows_say_the_same_and_work_there() throws Exception {
    List<Json> asked = new ArrayList<>();
    for (String kind : List.of("sh", "cmd")) {
      for (Block block : blocks(kind)) {
        Matcher body = Pattern.compile("(?s)-d ['\"](.*)['\"]").matcher(block.text());
        if (body.find()) asked.add(Json.parse(body.group(1).replace("\\\"", "\"")));
      }
    }
    assertEquals(2, asked.size());
    assertEquals(asked.get(0), asked.get(1));
    for (Block block : blocks("cmd")) {
      assertFalse(block.text().contains("'"), "a quote that is none in cmd: " + block.text());
      assertFalse(block.text().contains("\n"), "cmd takes lines: " + block.text());
    }
    assumeTrue(Os.WINDOWS, "There is no cmd.");
    assumeTrue(Stream.of(System.getenv("PATH").split(";"))
        .anyMatch(where -> Files.exists(Path.of(where, "curl.exe"))), "There is no curl.");
    try (Program proxy = Program.listening(folder, "--config", "c.json")) {
      for (Block block : blocks("cmd")) {
        Path script = Files.writeString(folder.resolve("block.cmd"), "@" + block.text().replace(
            "http://127.0.0.1:8000", proxy.address()));
        Process cmd = new ProcessBuilder("cmd", "/c", script.toString()).start();
        assertTrue(new String(cmd.getInputStream().readAllBytes()).contains("data: [DONE]"));
      }
    }
  }

  @Test
  void every_settings_file_that_is_shown_is_one() throws Exception {
    assertTrue(blocks("json").size() >= 3);
    for (Block block : blocks("json")) {
      Settings.of(CommandLine.parse(List.of()), Map.of(), Path.of("config.json"),
          (Json.Obj) Json.parse(block.text()));
    }
  }

  @Test
  void every_option_is_named_and_none_that_is_not_there() {
    Set<String> there = found("--[a-z][a-z-]+", CommandLine.helpText());
    assertEquals(there, found("(?<![\\w-])--[a-z][a-z-]+", README));
  }

  @Test
  void every_setting_is_named_and_none_that_is_not_there() {
    Set<String> there = new TreeSet<>();
    for (String file : List.of("FileSettings", "MoneySettings", "SettingsReader")) {
      there.addAll(found("(?:at|text|key|limits|byJob)\\(\\s*\"([a-z_]+)\"",
          Tree.text(Path.of("src/skyproxy/settings/" + file + ".java"))));
    }
    there.addAll(List.of("claude_window", "codex_window")); // of plans, by their names
    Set<String> named = found("[\"`]([a-z_]+)[\"`]", README);
    assertEquals(Set.of(), minus(there, named), "settings that the README does not name");
    for (String option : found("--([a-z-]+) [A-Z]", CommandLine.helpText())) {
      there.add(option.replace('-', '_'));
    }
    Set<String> shown = new TreeSet<>();
    for (Block block : blocks("json")) members(Json.parse(block.text()), shown);
    shown.removeAll(Set.of("lydia", "mood", "dialogue", "ollama", "lmstudio", "mistral",
        "qwen3-8b")); // names that a player chooses
    assertEquals(Set.of(), minus(shown, there), "members that are no settings");
  }

  @Test
  void every_endpoint_is_named_and_none_that_is_not_there() {
    Set<String> there = new TreeSet<>();
    for (String file : List.of("Wiring", "server/Endpoints")) {
      there.addAll(found("(?:at|config|json)\\(\"(/[a-z0-9/-]*)\"",
          Tree.text(Path.of("src/skyproxy/" + file + ".java"))));
    }
    there.addAll(List.of("/config/openrouter-key", "/config/anthropic-key",
        "/config/claude-mode"));
    String named = README.replace("http://127.0.0.1:8000/v1", "`/v1");
    assertEquals(Set.of(), minus(there, found("`(/[a-z0-9/-]*)", named)));
    String ours = "`(/(?:v1|config|chat|models|health|stats)[a-z0-9/-]*?)/?[`?]";
    assertEquals(Set.of("/config"), minus(found(ours, named), there), "all but a folder's name");
  }

  @Test
  void every_error_code_is_named_and_none_that_is_not_there() {
    Set<String> there = new TreeSet<>();
    for (Path file : Tree.files("src", "java")) {
      String text = Tree.text(file);
      for (String code : List.of(
          "(?:invalid|api|refused)\\(\\s*[\\w.]+(?:\\(\\))?,\\s*\"([a-z_]+)\"",
          "new ErrorBody\\(\\s*\\d+,\\s*\"[a-z_]+\",\\s*\"([a-z_]+)\"",
          "(?:BadRequest|Rejected|conflict)\\([^;]*?\"([a-z]+_[a-z_]+)\"\\s*\\)",
          "\"(missing_field|invalid_type|unsupported_in_cli_mode|context_length_exceeded)\"")) {
        there.addAll(found("(?s)" + code, text));
      }
    }
    assertTrue(there.size() > 20, there.toString());
    assertEquals(Set.of(), minus(there, inline(README)), "codes that the README does not name");
    String table = README.substring(README.indexOf("| code | status |"));
    Set<String> named = new TreeSet<>();
    for (String row : table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList()) {
      named.addAll(inline(row.substring(0, row.indexOf('|', 1))));
    }
    assertEquals(Set.of(), minus(named, there), "codes that are not there");
  }

  @Test
  void every_member_of_stats_is_named_and_none_that_is_not_there() throws Exception {
    Set<String> there = new TreeSet<>();
    try (FakeUpstream upstream = new FakeUpstream();
        Program proxy = Program.listening(folder, "--config", "config.json")) {
      upstream.answer(FakeUpstream.status(429).body("{\"error\":{\"message\":\"Slow down.\"}}"));
      proxy.post("/config/server",
          "{\"name\":\"local\",\"base_url\":\"" + upstream.url() + "/v1\"}");
      proxy.post("/config/names", "{\"budget_day\":1}");
      for (String model : List.of("local:x > demo", "local:y")) {
        proxy.post("/v1/chat/completions", "{\"model\":\"" + model + "\",\"messages\":"
            + "[{\"role\":\"user\",\"content\":\"In Skyrim.\"}]}");
      }
      Cursor stats = proxy.json("/stats");
      Json.Obj outside = stats.object();
      for (String inside : List.of("settings", "java")) {
        assertFalse(stats.at(inside).isMissing());
        outside = outside.without(inside);
      }
      members(outside, there);
    }
    String section = README.substring(README.indexOf("## For scripts"),
        README.indexOf("\n## Security"));
    String table = section.substring(section.indexOf("| member |"), section.indexOf("| path |"));
    Set<String> named = found("`([a-z0-9_]+)`", table);
    assertEquals(Set.of(), minus(there, named), "members that the README does not name");
    Set<String> words = new TreeSet<>();
    for (Path file : Tree.files("src", "java")) {
      String text = Tree.text(file);
      words.addAll(found("\"([a-z0-9_]+)\"", text));
      found("\\b([A-Z][A-Z_]+)\\b", text).forEach(name -> words.add(name.toLowerCase()));
    }
    assertEquals(Set.of(), minus(named, words), "members that are not there");
  }

  private static void members(Json json, Set<String> into) {
    switch (json) {
      case Json.Obj object -> object.members().forEach((name, value) -> {
        into.add(name);
        members(value, into);
      });
      case Json.Arr(var items) -> items.forEach(item -> members(item, into));
      default -> { }
    }
  }

  /// All that a pattern finds, its first group where it has one.
  private static Set<String> found(String pattern, String text) {
    Set<String> all = new TreeSet<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) all.add(matcher.group(matcher.groupCount() == 0 ? 0 : 1));
    return all;
  }

  private static Set<String> minus(Set<String> all, Set<String> those) {
    Set<String> left = new TreeSet<>(all);
    left.removeAll(those);
    return left;
  }
}
