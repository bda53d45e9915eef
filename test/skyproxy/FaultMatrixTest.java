package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.claude.cli.FakeCli;
import skyproxy.testing.Replies;

/// Every way to a model under every fault that it can have, streamed or not: the whole answer or
/// one error that is its own, the next request is answered, each is counted as what it was, and at
/// the end nothing is left.
///
/// Which fault has a meaning where:
///
/// | fault | by HTTP | a CLI for each reply | `codex app-server` |
/// |---|---|---|---|
/// | refused, reset, HTML, content type, gzip, redirect, empty | yes | it calls itself | likewise |
/// | cut behind each event | the connection | `exit` | `exit`, once: it serves all |
/// | killed | there is no process | behind each line | at two places |
/// | garbage, output that ends, a line without end | no lines | yes | yes |
/// | stall behind each event, endless, 50 MB, bad UTF-8 | yes | yes | yes |
/// | slow drip | yes | lines come when they like | likewise |
/// | 200 with an error | yes | `CliFailuresTest` has them | `CodexFailuresTest` |
/// | error in the middle | where there are events | likewise | likewise |
@Tag("faults")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The CLIs are shell scripts.")
final class FaultMatrixTest {
  /// Generous, for what is healthy must be so on a busy machine; stalls end by the clock of the
  /// test.
  private static final String LIMITS = "\"first_token_seconds\":200,\"silence_seconds\":200";
  private static final String SETTINGS = Stream.of("claude", "codex", "openrouter")
      .map(name -> "\"" + name + "\":{" + LIMITS + "}")
      .collect(Collectors.joining(",", "\"limits\":{", "}"));

  @TempDir
  private Path folder;

  private final List<String> wrong = new ArrayList<>();
  private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();
  private int cases;

  @Test
  @Timeout(900)
  void each_fault_has_one_clear_outcome() throws Exception {
    Set<Long> before = children();
    Set<String> places = places();
    try (ExecutorService ways = Executors.newCachedThreadPool()) {
      List<Callable<Void>> all = List.of(() -> http("claude by key", true),
          () -> http("claude direct", true), () -> http("openrouter", false),
          () -> http("a server", false), this::claudeCli, this::codexExec, this::appServer,
          this::appServerDies);
      for (Future<Void> each : ways.invokeAll(all)) each.get();
    } finally {
      // Not before: a proxy that ends ends all processes that this one has started.
      for (AutoCloseable each; (each = open.poll()) != null; ) each.close();
    }
    System.out.println("fault matrix: " + cases + " cases, " + wrong.size() + " wrong");
    assertEquals("", String.join("\n", wrong));
    Replies.until("no process is left", () -> before.containsAll(children()));
    Replies.until("no folder is left", () -> places.containsAll(places()));
    Replies.until("no thread of a process is left", () -> threads().isEmpty());
  }

  private <T extends AutoCloseable> T opened(T opened) {
    open.push(opened);
    return opened;
  }

  private Void http(String name, boolean anthropic) throws Exception {
    MatrixHttp upstream = opened(new MatrixHttp(anthropic));
    String model = switch (name) {
      case "openrouter" -> "vendor/model";
      case "a server" -> "local:m";
      default -> "claude-sonnet-5-5";
    };
    String settings = SETTINGS
        + ",\"openrouter_api_key\":\"sk-or-made-up\",\"providers\":{\"local\":"
        + "{\"base_url\":\"" + upstream.url() + "/v1\"," + LIMITS + "}}";
    List<String> arguments = new ArrayList<>(List.of("--anthropic-url", upstream.url(),
        "--openrouter-url", upstream.url()));
    Path place = place(name);
    if (name.endsWith("direct")) {
      arguments.addAll(List.of("--claude", FakeCli.program(place, "works").toString(),
          "--claude-mode", "direct"));
    } else {
      settings += ",\"anthropic_api_key\":\"sk-ant-made-up\"";
    }
    MatrixWay way = opened(new MatrixWay(name, model,
        new LocalProxy(place, settings, arguments), upstream::set));
    for (boolean stream : new boolean[] {true, false}) way.run(upstream.faults(stream), stream);
    add(way);
    return null;
  }

  private Path place(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name.replace(' ', '-')));
  }

  private synchronized void add(MatrixWay way) {
    cases += way.cases();
    wrong.addAll(way.wrong());
  }

  private Void claudeCli() throws Exception {
    MatrixProgram claude = MatrixProgram.claude(place("claude-program"));
    program("claude cli", "claude-sonnet-5-5", claude.faults(true),
        List.of("--claude", claude.path().toString(), "--claude-mode", "cli"));
    return null;
  }

  private Void codexExec() throws Exception {
    MatrixProgram codex = MatrixProgram.codex(place("exec-program"), true);
    program("codex exec", "gpt-5.5", codex.faults(true), codex(codex));
    return null;
  }

  private Void appServer() throws Exception {
    MatrixProgram codex = MatrixProgram.codex(place("server-program"), false);
    program("codex app-server", "gpt-5.5", codex.faults(false), codex(codex));
    return null;
  }

  /// With a proxy for each death, since one that dies again and again is started later each time.
  private Void appServerDies() throws Exception {
    MatrixProgram codex = MatrixProgram.codex(place("dying-program"), false);
    for (MatrixFault death : codex.deaths()) {
      for (boolean stream : new boolean[] {true, false}) {
        MatrixWay way = opened(new MatrixWay("codex app-server", "gpt-5.5",
            new LocalProxy(place("dying-" + death.name() + stream), SETTINGS, codex(codex)),
            (_, _) -> { }));
        way.run(List.of(death), stream);
        add(way);
      }
    }
    return null;
  }

  private List<String> codex(MatrixProgram codex) throws IOException {
    Path home = place("codex-home");
    Files.writeString(home.resolve("auth.json"), """
        {"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}""");
    return List.of("--codex", codex.path().toString(), "--codex-home", home.toString());
  }

  private void program(String name, String model, List<MatrixFault> faults,
      List<String> arguments) throws Exception {
    MatrixWay way = opened(new MatrixWay(name, model,
        new LocalProxy(place(name), SETTINGS, arguments), (_, _) -> { }));
    for (boolean stream : new boolean[] {true, false}) way.run(faults, stream);
    add(way);
  }

  private static Set<Long> children() {
    return ProcessHandle.current().descendants().map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  /// The temporary folders that are this process's.
  private static Set<String> places() {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.map(place -> place.getFileName().toString())
          .filter(name -> name.startsWith("skyrimnet-proxy-" + ProcessHandle.current().pid()))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
        .filter(name -> name.matches("(from|to) child .*|Stderr of a child"))
        .collect(Collectors.toSet());
  }
}
