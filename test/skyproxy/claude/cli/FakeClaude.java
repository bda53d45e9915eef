package skyproxy.claude.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Os;

/// A Claude CLI that speaks stream-json with nobody behind it, for tests on every system.
///
/// What it does is said by the last text of the turn it shall answer, one word after the other:
/// `words N`, `pause MS` between them, `say WORD`, `stop REASON`, `die N` behind N words,
/// `stall N`, `fail KIND STATUS` and `limited SECONDS`. Like the real one it takes an assistant's
/// turn into its history at once and a user's turn in its time, asks again by itself when a reply
/// is cut off by its length, ends its turn before it minds the end of its stdin, and cleans up
/// behind itself unless it is killed. Everything it is given is written to the file that
/// `FAKE_CLAUDE_LOG` names. `FAKE_CLAUDE_LOGIN` is whose login it reports, `FAKE_CLAUDE_KEY` whose
/// key, `FAKE_CLAUDE_ITSELF` (`true`) whether it says to a player that there is one.
public final class FakeClaude {
  private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private final ExecutorService turns = Executors.newSingleThreadExecutor();
  private final List<String> history = new ArrayList<>();
  private final Path log = Path.of(System.getenv("FAKE_CLAUDE_LOG"));
  private volatile Thread speaking;

  private FakeClaude() {}

  /// A command that starts it, with this JVM.
  public static ClaudeCli command() {
    String java = Os.java();
    List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m", Os.QUIET, "-cp", absoluteClassPath(),
        FakeClaude.class.getName()));
    return new ClaudeCli(Path.of(java), command);
  }

  /// The same as one program file in `folder`, where its log and its home are too.
  public static Path program(Path folder) throws IOException {
    return Os.shim(folder, "fake-claude", Map.of("FAKE_CLAUDE_LOG",
        folder.resolve("claude.log").toString(), "FAKE_CLAUDE_HOME", folder.toString()),
        command().command());
  }

  private static String absoluteClassPath() {
    List<String> paths = new ArrayList<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      paths.add(Path.of(path).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, paths);
  }

  /// Speaks until its stdin ends.
  public static void main(String[] args) throws IOException {
    new FakeClaude().run(List.of(args));
  }

  private void run(List<String> args) throws IOException {
    if (args.equals(List.of("auth", "status"))) {
      out.println("{\n  \"loggedIn\": " + System.getenv("FAKE_CLAUDE_ITSELF") + "\n}");
      out.flush();
      return;
    }
    String lastWords = System.getenv("FAKE_CLAUDE_ENDS");
    if (lastWords != null) {
      System.err.println(lastWords);
      System.exit(3);
    }
    for (String flag : System.getenv().getOrDefault("FAKE_CLAUDE_UNKNOWN", "").split(",")) {
      if (!flag.isEmpty() && args.stream().anyMatch(arg -> arg.startsWith(flag))) {
        System.err.println("error: unknown option '" + flag + "'");
        System.exit(1);
      }
    }
    Path note = Path.of(System.getenv("FAKE_CLAUDE_HOME"), "sessions",
        ProcessHandle.current().pid() + ".json");
    Files.createDirectories(note.getParent());
    Files.writeString(note, "{}");
    note("start", String.join(" ", args) + " in " + Path.of("").toAbsolutePath());
    say(line("system").put("subtype", "ui_invalidate"));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String text; (text = in.readLine()) != null; ) take(Cursor.of(Json.parse(text)));
    turns.close();
    note("end", "");
    Files.delete(note);
    System.exit(0);
  }

  private synchronized void note(String what, String text) {
    try {
      Files.writeString(log, ProcessHandle.current().pid() + " " + what + " " + text + "\n",
          StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void take(Cursor line) {
    switch (line.at("type").string()) {
      case "control_request" -> control(line);
      case "assistant" -> history.add("assistant: " + texts(line));
      case "user" -> {
        boolean answer = line.at("shouldQuery").boolOr(true);
        String text = texts(line);
        turns.execute(() -> turn(text, answer));
      }
      default -> throw new AssertionError(line);
    }
  }

  private void control(Cursor line) {
    Cursor request = line.at("request");
    note("control", request.json().toString());
    Json.Obj.Builder response = Json.Obj.builder().put("subtype", "success")
        .put("request_id", line.at("request_id").string());
    String login = System.getenv().getOrDefault("FAKE_CLAUDE_LOGIN", "claude.ai");
    boolean initialize = request.at("subtype").string().equals("initialize");
    if (initialize && login.equals("unreported")) return;
    switch (request.at("subtype").string()) {
      case "initialize" -> response.put("response", Json.parse("""
          {"models":[{"value":"default","resolvedModel":"claude-sonnet-5-5"},
           {"value":"haiku","resolvedModel":"claude-haiku-5-5"},
           {"value":"mine","description":"Custom model"}],
           "account":{"tokenSource":"%s","apiKeySource":"%s"}}""".formatted(login,
          System.getenv().getOrDefault("FAKE_CLAUDE_KEY", "none"))));
      case "interrupt" -> {
        Thread current = speaking;
        if (current != null) current.interrupt();
      }
      default -> response.put("response", Json.Obj.builder().build());
    }
    say(line("control_response").put("response", response.build()));
  }

  private static String texts(Cursor line) {
    List<String> texts = new ArrayList<>();
    for (Cursor block : line.at("message").at("content").array()) {
      texts.add(block.at("text").stringOr("<" + block.at("type").string() + ">"));
    }
    return String.join("|", texts);
  }

  private void turn(String text, boolean answer) {
    history.add("user: " + text);
    say(line("system").put("subtype", "init"));
    if (!answer) {
      say(line("result").put("subtype", "success").put("is_error", false).put("result", ""));
      return;
    }
    note("asked", String.join(" / ", history));
    say(line("system").put("subtype", "status"));
    speaking = Thread.currentThread();
    try {
      speak(text.split("[ |\n]+"));
    } catch (InterruptedException interrupted) {
      note("interrupted", "");
      say(line("result").put("subtype", "error_during_execution").put("is_error", true));
    } finally {
      speaking = null;
      if (Thread.interrupted()) note("interrupted", "late");
    }
  }

  private void speak(String[] orders) throws InterruptedException {
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i + 1 < orders.length; i++) named.put(orders[i], orders[i + 1]);
    int words = Integer.parseInt(named.getOrDefault("words", "5"));
    if (named.containsKey("limited")) limited(Long.parseLong(named.get("limited")));
    if (named.containsKey("fail")) {
      fail(orders);
      return;
    }
    String stop = named.getOrDefault("stop", "end_turn");
    int rounds = stop.equals("end_turn") ? 1 : 3;
    for (int round = 0; round < rounds; round++) {
      event("{'type':'message_start','message':{'usage':{'input_tokens':10,'output_tokens':1}}}");
      event("{'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}");
      for (int i = 0; i < words; i++) {
        if (named.getOrDefault("die", "").equals("" + i)) {
          System.err.println("It broke at: " + String.join(" ", orders));
          Runtime.getRuntime().halt(9);
        }
        if (named.getOrDefault("break", "").equals("" + i)) {
          say(line("result").put("subtype", "success").put("is_error", true)
              .put("result", named.get("because")));
          return;
        }
        if (named.getOrDefault("stall", "").equals("" + i)) Thread.sleep(1_000_000);
        Thread.sleep(Long.parseLong(named.getOrDefault("pause", "0")));
        event("{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'"
            + named.getOrDefault("say", "w" + i) + " '}}");
      }
      event("{'type':'content_block_stop','index':0}");
      event("{'type':'message_delta','delta':{'stop_reason':'" + stop + "'},'usage':{"
          + "'output_tokens':" + words + "}}");
      event("{'type':'message_stop'}");
      note("round", "" + round);
      if (rounds > 1) Thread.sleep(1_000);
    }
    limited(0);
    say(line("result").put("subtype", "success").put("is_error", false).put("result", "said")
        .put("total_cost_usd", Json.parse("7.000000000000001e-05")));
  }

  private void fail(String[] orders) {
    int at = List.of(orders).indexOf("fail");
    String words = "API Error: " + orders[at + 2] + " Anthropic's own words.";
    say(line("assistant").put("error", orders[at + 1]).put("message", Json.parse("{}")));
    Json.Obj.Builder result = line("result").put("subtype", "success").put("is_error", true)
        .put("result", words);
    long status = Long.parseLong(orders[at + 2]);
    if (status > 0) result.put("api_error_status", status);
    say(result);
  }

  private void limited(long seconds) {
    String status = seconds > 0 ? "rejected" : "allowed";
    long at = System.currentTimeMillis() / 1000 + (seconds > 0 ? seconds : 3600);
    say(line("rate_limit_event").put("rate_limit_info", Json.parse(("{'status':'" + status
        + "','resetsAt':" + at + ",'rateLimitType':'five_hour','unifiedWindows':{'five_hour':{"
        + "'utilization':0.25,'resetsAt':" + at + ",'status':'" + status + "'}}}")
        .replace('\'', '"'))));
  }

  private void event(String json) {
    say(line("stream_event").put("event", Json.parse(json.replace('\'', '"'))));
  }

  private static Json.Obj.Builder line(String type) {
    return Json.Obj.builder().put("type", type);
  }

  private synchronized void say(Json.Obj.Builder line) {
    out.println(line.build());
    out.flush();
  }
}
