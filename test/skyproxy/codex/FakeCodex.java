package skyproxy.codex;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Os;

/// A Codex CLI that does what the test says: a program of its own, started with the running JVM.
///
/// What it is asked lies in the file that `FAKE_LOG` names. How it starts is told by `FAKE_MODE`,
/// how it answers by a word with `@` in the last user message. Where `FAKE_THREADS` names a file,
/// it opens no more threads than that file has bytes.
public final class FakeCodex {
  private static final String MODE = System.getenv().getOrDefault("FAKE_MODE", "");
  private static final String MODELS = """
      {"models":[{"slug":"gpt-5.5","shell_type":"unified_exec"}]}""";
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final AtomicInteger THREADS = new AtomicInteger();
  private static final ExecutorService OPENER =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private static final Set<String> INTERRUPTED = ConcurrentHashMap.newKeySet();
  private static final Map<String, String> ASKED = new ConcurrentHashMap<>();

  /// The name of the file that [#install] makes.
  static final String FILE = Os.WINDOWS ? "codex.cmd" : "codex";

  private FakeCodex() {}

  /// Writes a script that starts this class, as the file of a CLI.
  public static Path install(Path folder) throws IOException {
    Files.createDirectories(folder);
    String path = System.getProperty("java.class.path");
    StringBuilder absolute = new StringBuilder();
    for (String part : path.split(System.getProperty("path.separator"))) {
      if (!absolute.isEmpty()) absolute.append(System.getProperty("path.separator"));
      absolute.append(Path.of(part).toAbsolutePath());
    }
    String command = "\"" + Os.java() + "\" " + Os.QUIET
        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m -cp \"" + absolute
        + "\" skyproxy.codex.FakeCodex ";
    Path script = folder.resolve(FILE);
    Files.writeString(script, Os.WINDOWS ? "@" + command + "%*\r\n"
        : "#!/bin/sh\nif [ \"$1\" = debug ]; then echo '" + MODELS + "'; exit; fi\nexec " + command
            + "\"$@\"\n");
    script.toFile().setExecutable(true);
    return script;
  }

  /// Behaves as the CLI.
  public static void main(String[] args) throws Exception {
    log("started " + String.join(" ", args));
    switch (args[0]) {
      case "--version" -> OUT.println("codex-cli " + version());
      case "debug" -> OUT.println(MODELS);
      case "login" -> System.exit(MODE.equals("keyring") ? 0 : 1);
      case "app-server" -> appServer();
      case "exec" -> exec();
      default -> System.exit(2);
    }
  }

  private static String version() {
    return MODE.equals("old") ? "0.118.0" : "0.169.0";
  }

  private static void log(String line) throws IOException {
    String file = System.getenv("FAKE_LOG");
    if (file == null) return;
    Files.writeString(Path.of(file), line + "\n", StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static void appServer() throws Exception {
    boolean refuses = MODE.equals("refuse-catalog") && settings().contains("model_catalog_json")
        || MODE.equals("refuse-agents") && settings().contains("agents.enabled")
        || MODE.equals("no-app-server");
    if (refuses) {
      System.err.println("Error: error loading default config");
      System.exit(1);
    }
    System.err.println("\u001b[2mnoise\u001b[0m on stderr");
    BufferedReader in = new BufferedReader(
        new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      log(line);
      hear(Cursor.of(Json.parse(line)));
    }
    System.exit(0);
  }

  private static String settings() throws IOException {
    Path config = Path.of(System.getenv("CODEX_HOME"), "config.toml");
    return Files.exists(config) ? Files.readString(config) : "";
  }

  private static void hear(Cursor message) throws IOException {
    Json id = message.at("id").json();
    Cursor params = message.at("params");
    String thread = params.at("threadId").stringOr("");
    switch (message.at("method").stringOr("")) {
      case "initialize" -> answer(id, """
          {"userAgent":"skyrimnet_proxy/%s (Test 1.0.0; x86_64)"}""".formatted(version()));
      case "account/read" -> answer(id, MODE.equals("logged-out")
          ? "{\"account\":null,\"requiresOpenaiAuth\":true}"
          : """
              {"account":{"type":"chatgpt"},"requiresOpenaiAuth":true}""");
      case "account/rateLimits/read" -> answer(id, """
          {"rateLimits":{"primary":{"usedPercent":12,"windowDurationMins":300,
          "resetsAt":1795371451},"secondary":{"usedPercent":34,"windowDurationMins":10080,
          "resetsAt":1795454251},"planType":"plus"}}""".replace("\n", ""));
      case "model/list" -> answer(id, """
          {"data":[{"id":"gpt-5.5","model":"gpt-5.5","hidden":false,"isDefault":true,
          "supportedReasoningEfforts":[{"reasoningEffort":"minimal"},{"reasoningEffort":"low"}]},
          {"id":"secret","model":"secret","hidden":true}]}""".replace("\n", ""));
      case "thread/start" -> {
        if (MODE.equals("refuse-late") && settings().contains("agents.enabled")) {
          line("""
              {"id":%s,"error":{"message":"failed to load configuration"}}""".formatted(id));
        } else {
          OPENER.execute(() -> openThread(id));
        }
      }
      case "thread/inject_items" -> answer(id, "{}");
      case "turn/start" -> turn(id, thread, params);
      case "turn/interrupt" -> {
        INTERRUPTED.add(thread);
        answer(id, "{}");
      }
      case "thread/unsubscribe" -> answer(id, "{\"status\":\"unsubscribed\"}");
      default -> {
        if (message.at("error").isObject()) ASKED.put(id.toString(), "refused");
      }
    }
  }

  private static synchronized void line(String text) {
    OUT.println(text);
  }

  private static void answer(Json id, String result) {
    line("{\"id\":" + id + ",\"result\":" + result + "}");
  }

  private static void openThread(Json id) {
    int number = THREADS.incrementAndGet();
    String most = System.getenv("FAKE_THREADS");
    try {
      while (most != null && Files.size(Path.of(most)) < number) Thread.sleep(5);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    answer(id, """
        {"thread":{"id":"thread-%s-%s"}}""".formatted(ProcessHandle.current().pid(), number));
  }

  private static void turn(Json id, String thread, Cursor params) {
    StringBuilder text = new StringBuilder();
    for (Cursor part : params.at("input").array()) text.append(part.at("text").stringOr(""));
    answer(id, """
        {"turn":{"id":"turn-%s"}}""".formatted(thread));
    boolean schema = params.at("outputSchema").isObject();
    Thread.ofVirtual().start(() -> new Turn(thread, text.toString(), schema).run());
  }

  /// One turn, on a thread of its own.
  private record Turn(String thread, String text, boolean schema) implements Runnable {

    private void tell(String method, String params) {
      line("""
          {"method":"%s","params":{"threadId":"%s","turnId":"turn-%s",%s}"""
          .formatted(method, thread, thread, params.substring(1)));
    }

    private void begin() {
      tell("item/started",
          "{\"item\":{\"type\":\"agentMessage\",\"id\":\"m-" + thread + "\",\"phase\":null}}");
    }

    private void delta(String delta) {
      tell("item/agentMessage/delta",
          "{\"itemId\":\"m-" + thread + "\",\"delta\":" + new Json.Str(delta) + "}");
    }

    private void failed(String info, String message) {
      tell("turn/completed", "{\"turn\":{\"status\":\"failed\",\"error\":{\"message\":"
          + new Json.Str(message) + ",\"codexErrorInfo\":" + info + "}}}");
    }

    private void say(String... deltas) {
      begin();
      for (String delta : deltas) delta(delta);
      tell("item/completed", "{\"item\":{\"type\":\"agentMessage\",\"id\":\"m-" + thread
          + "\",\"text\":" + new Json.Str(String.join("", deltas)) + "}}");
      tell("thread/tokenUsage/updated", "{\"tokenUsage\":{\"last\":{\"inputTokens\":120,"
          + "\"cachedInputTokens\":64,\"outputTokens\":17,\"reasoningOutputTokens\":3}}}");
      tell("turn/completed", "{\"turn\":{\"status\":\"completed\"}}");
    }

    private void retry(int number, String status) {
      tell("error", """
          {"willRetry":true,"error":{"message":"Reconnecting... %s/5",\
          "codexErrorInfo":{"responseStreamDisconnected":{"httpStatusCode":%s}}}}"""
          .formatted(number, status));
    }

    private void untilInterrupted(Runnable meanwhile) throws InterruptedException {
      while (!INTERRUPTED.contains(thread)) {
        meanwhile.run();
        Thread.sleep(10);
      }
      tell("turn/completed", "{\"turn\":{\"status\":\"interrupted\"}}");
    }

    @Override
    public void run() {
      try {
        for (String word : text.split("\\s+")) {
          if (word.startsWith("@")) {
            act(word);
            return;
          }
        }
        say("Well", " met", "!");
      } catch (InterruptedException | IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private void act(String word) throws InterruptedException, IOException {
      switch (word) {
        case "@die" -> {
          begin();
          delta("Well");
          Runtime.getRuntime().halt(9);
        }
        case "@die-first" -> Runtime.getRuntime().halt(9);
        case "@garbage" -> {
          line("thread 'main' panicked: {\"nonsense");
          line("[1,2]");
          line("""
              {"id":"x","result":{}}""");
          say("fine");
        }
        case "@deaf" -> {
          say("I hear you no more");
          System.in.close();
        }
        case "@forever" -> {
          begin();
          untilInterrupted(() -> delta("word "));
        }
        case "@silent" -> untilInterrupted(() -> { });
        case "@401", "@403", "@429", "@500" -> {
          retry(1, word.substring(1));
          untilInterrupted(() -> { });
        }
        case "@offline" -> {
          retry(1, "null");
          retry(2, "null");
          untilInterrupted(() -> { });
        }
        case "@retry" -> {
          retry(1, "null");
          say("at last");
        }
        case "@cut" -> {
          begin();
          delta("Well m");
          failed("\"other\"", "stream disconnected before completion: unexpected EOF");
        }
        case "@quote" -> {
          System.err.println("I was told: " + text);
          failed("\"badRequest\"", "You said: " + text);
        }
        case "@unknown" -> failed("\"modelNotFound\"", "The model does not exist");
        case "@used" -> {
          line("{\"method\":\"account/rateLimits/updated\",\"params\":{\"rateLimits\":"
              + "{\"primary\":{\"usedPercent\":100,\"windowDurationMins\":300,\"resetsAt\":"
              + (System.currentTimeMillis() / 1000 + 3600) + "},\"secondary\":null}}}");
          failed("\"usageLimitExceeded\"", "You have hit your usage limit.");
        }
        case "@schema" -> {
          if (schema) failed("\"other\"", "{\"error\":{\"message\":\"Invalid schema\"}}");
          else say("{}");
        }
        case "@approve" -> {
          line("""
              {"id":"ask-1","method":"item/commandExecution/requestApproval",\
              "params":{"threadId":"%s","command":"rm -rf ."}}""".formatted(thread));
          while (!ASKED.containsKey("\"ask-1\"")) Thread.sleep(5);
          say("it was ", ASKED.get("\"ask-1\""));
        }
        default -> say("What is ", word, "?");
      }
    }
  }

  private static void exec() throws Exception {
    String prompt = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    log("stdin " + new Json.Str(prompt));
    List<String> lines = new ArrayList<>(List.of("{\"type\":\"thread.started\"}", "no JSON",
        "{\"type\":\"item.completed\",\"item\":{\"type\":\"error\",\"message\":\"a warning\"}}"));
    if (prompt.contains("@forever")) {
      Thread.sleep(600_000);
    } else if (prompt.contains("@401")) {
      lines.add("""
          {"type":"error","message":"Reconnecting... 1/5 (unexpected status 401)"}""");
    } else if (prompt.contains("@crash")) {
      System.err.println("Error: it crashed\n\nStack backtrace:\n   0: <unknown>\n  11: <unknown>");
      System.exit(1);
    } else if (prompt.contains("@quote")) {
      System.err.println("I was told: " + prompt);
      lines.add("{\"type\":\"turn.failed\",\"error\":{\"message\":"
          + new Json.Str("You said: " + prompt) + "}}");
    } else if (prompt.contains("@fail")) {
      lines.add("""
          {"type":"turn.failed","error":{"message":"usage limit reached"}}""");
    } else {
      lines.add("""
          {"type":"item.completed","item":{"type":"agent_message","text":"Let me see."}}""");
      lines.add("""
          {"type":"item.completed","item":{"type":"agent_message","text":"Well met!"}}""");
      lines.add("""
          {"type":"turn.completed","usage":{"input_tokens":120,\
          "cached_input_tokens":64,"output_tokens":17,"reasoning_output_tokens":3}}""");
    }
    lines.forEach(FakeCodex::line);
    if (prompt.contains("@401")) Thread.sleep(600_000);
  }
}
