package skyproxy.claude;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import skyproxy.chat.Secrets;
import skyproxy.claude.cli.ClaudeCli;
import skyproxy.claude.cli.CliEnvironment;
import skyproxy.json.JsonWriter;
import skyproxy.upstream.LastWords;

/// One start of the CLI against a [CaptureServer], to see what it sends. Blocks; one thread.
///
/// Tools, settings, memory, hooks and servers of the player's are left out: they would run, make
/// the start slower and end up in the request. The CLI is let finish by itself after its answer
/// (60 ms), and is not ended before its first call if that can be helped, since it may be renewing
/// the stored login.
final class CaptureRun {
  private static final System.Logger LOG = System.getLogger(CaptureRun.class.getName());
  private static final String PROMPT = "Say ok";
  private static final List<String> LEAN = List.of("--print", "--tools=", "--setting-sources=",
      "--strict-mcp-config", "--safe-mode", "--output-format", "text");
  /// What CLIs take that are too old for one of the above.
  private static final List<String> PLAIN = List.of("--print", "--output-format", "text");

  private final ClaudeCli cli;
  private final String model;
  private final CapturedLogin.Patience patience;

  CaptureRun(ClaudeCli cli, String model, CapturedLogin.Patience patience) {
    this.cli = cli;
    this.model = model;
    this.patience = patience;
  }

  /// Why there is no capture, for the player; `ours` is without the words of the CLI.
  static final class Failed extends Exception {
    private final String ours;

    Failed(String message) {
      this(message, "");
    }

    private Failed(String message, String theirs) {
      super(Secrets.masked(message + theirs));
      ours = message;
    }

    String ours() {
      return ours;
    }
  }

  /// Runs the CLI and gives the credential on as soon as it is in hand, before the CLI has ended.
  void run(Consumer<Credential> out) throws Failed, InterruptedException {
    if (attempt(LEAN, out)) return;
    LOG.log(Level.INFO, "{0} does not know an option; captured without the optional flags.",
        cli.path());
    if (!attempt(PLAIN, out)) {
      throw new Failed("The Claude CLI is too old. Run `claude update`.");
    }
  }

  /// False when the CLI does not know an option.
  private boolean attempt(List<String> options, Consumer<Credential> out)
      throws Failed, InterruptedException {
    long started = System.nanoTime();
    try (CaptureServer server = CaptureServer.open();
        ClaudeCli.Run run = cli.start(line(options),
            CliEnvironment.calling(server.url()), false)) {
      CompletableFuture<String> output = run.output();
      CompletableFuture<?> ended = run.process().onExit();
      await(CompletableFuture.anyOf(server.received(), ended), patience.toCall());
      if (!server.received().isDone() && ended.isDone()) {
        return explain(run, textOf(output));
      }
      CaptureServer.Received received = await(server.received(), Duration.ZERO);
      Credential credential = Credential.ofCaptured(
          received.headers(), received.query(), received.body(), PROMPT);
      long took = (System.nanoTime() - started) / 1_000_000;
      out.accept(credential);
      run.process().waitFor(patience.toEnd().toMillis(), TimeUnit.MILLISECONDS);
      LOG.log(Level.INFO, "Captured the Claude CLI''s request after {0} ms ({1} calls);"
          + " keeping {3} of {2} bytes.", took, server.calls(), received.bytes(),
          JsonWriter.bytes(credential.template()).length);
      return true;
    } catch (IOException failed) {
      LOG.log(Level.DEBUG, "Starting the Claude CLI failed", failed);
      throw new Failed("The Claude CLI at " + cli.path() + " could not be started. Run `claude`"
          + " in a terminal and see whether it works.");
    }
  }

  private List<String> line(List<String> options) {
    List<String> line = new ArrayList<>(options);
    line.addAll(List.of("--model", model, "--no-session-persistence", "--system-prompt", PROMPT,
        "ok"));
    return line;
  }

  private <T> T await(CompletableFuture<T> future, Duration limit)
      throws Failed, InterruptedException {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException tooLong) {
      throw new Failed("The Claude CLI did not call within " + patience.toCall().toSeconds()
          + " s. Run `claude` in a terminal and see what it says.");
    } catch (ExecutionException odd) {
      throw new Failed("What the Claude CLI sent could not be read.",
          " " + odd.getCause().getMessage() + ".");
    }
  }

  private static String textOf(CompletableFuture<String> output) throws InterruptedException {
    try {
      return output.get(1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException nothing) {
      return "";
    }
  }

  /// It ended without a call. What it complains about stands on stdout, but for options.
  private boolean explain(ClaudeCli.Run run, String stdout) throws Failed {
    String said = (stdout + "\n" + run.stderr()).strip();
    String lower = said.toLowerCase(Locale.ROOT);
    if (lower.contains("unknown option")) return false;
    if (lower.contains("not logged in") || lower.contains("/login")) {
      throw new Failed(cli.isLoggedIn() ? ClaudeCli.LOGIN_IGNORED
          : "The Claude CLI is not logged in. Run `claude` in a terminal and log in.");
    }
    String first = LastWords.of(said);
    throw new Failed("The Claude CLI ended (exit status " + run.process().exitValue()
        + ") without a call. Run `claude` in a terminal and see whether it works; its settings may"
        + " lead its calls elsewhere (ANTHROPIC_BASE_URL, Bedrock, Vertex).",
        first.isEmpty() ? "" : " It said: " + first);
  }
}
