package skyproxy.codex;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.speech.OutputLimit;
import skyproxy.threads.Threads;
import skyproxy.upstream.JsonLines;
import skyproxy.upstream.JsonLines.Line;
import skyproxy.upstream.Subprocess;

/// A reply by a process of its own, `codex exec`, for versions without a usable app-server.
///
/// The conversation goes in by stdin, where no limit of a command line and no other user's look
/// reaches it. Starting a process takes a moment, so a thread of its own does it; [#next] takes
/// from a queue.
final class ExecReply implements Reply {
  /// One step of the process.
  private sealed interface Step {
    record Heard(Line line) implements Step {}

    record NotStarted(IOException why) implements Step {}
  }

  private static final int AHEAD = 1_000;

  private final ChatRequest request;
  private final CodexState.Exec codex;
  private final Consumer<Failure> outcome;
  private final CodexFailures failures;
  private final String prompt;
  private final ExecDecoder decoder;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final LinkedBlockingQueue<Step> steps = new LinkedBlockingQueue<>(AHEAD);
  private Subprocess child;
  private JsonLines lines;
  private boolean started;
  private volatile boolean closed;

  /// @param outcome hears how the turn ended: null for well
  ExecReply(ChatRequest request, CodexState.Exec codex, CodexFailures failures,
      Consumer<Failure> outcome) {
    this.request = request;
    this.codex = codex;
    this.failures = failures;
    this.outcome = outcome;
    prompt = new ExecEncoder(request, codex.why()).transcript();
    decoder = new ExecDecoder(new OutputLimit(request.stop(), request.maxTokens()), failures);
  }

  @Override
  public Event next(Duration patience) {
    if (!started) {
      started = true;
      Threads.named("start of codex exec").start(this::start);
    }
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Event event = events.poll();
        if (event != null) return event;
        if (decoder.ended()) return null;
        long left = Math.max(deadline - System.nanoTime(), 0);
        switch (steps.poll(left, TimeUnit.NANOSECONDS)) {
          case null -> {
            return Event.QUIET;
          }
          case Step.Heard(Line.Message(var line)) -> decoder.decode(line, events::add);
          case Step.Heard(Line.End _) ->
              throw broken("ended without an answer. " + child.lastWords());
          case Step.NotStarted(var why) -> throw broken("can't be started: " + why.getMessage());
        }
        if (decoder.ended()) outcome.accept(null);
      }
    } catch (InterruptedException interrupted) {
      throw ChatException.stopping(interrupted);
    } catch (ChatException failed) {
      outcome.accept(failed.failure());
      throw failed;
    }
  }

  private List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("exec", "--model", request.model(), "--json",
        "--ephemeral", "--skip-git-repo-check", "--sandbox", "read-only", "-c",
        "model_reasoning_effort="
            + CodexEncoder.effort(request.reasoning().effort(), List.of())));
    arguments.addAll(codex.settings());
    arguments.add("-");
    return arguments;
  }

  /// Does nothing when nobody waits any more.
  private synchronized void start() {
    if (closed) return;
    try {
      child = Subprocess.start(codex.cli().process(codex.home(), arguments())
          .directory(codex.folder().toFile()));
    } catch (IOException failed) {
      steps.add(new Step.NotStarted(failed));
      return;
    }
    lines = new JsonLines(child);
    lines.begin(line -> hear(new Step.Heard(line)), () -> { });
    lines.finish(prompt);
  }

  /// Waits for a game that does not read, so that the process waits too.
  private void hear(Step step) {
    try {
      while (!closed && !steps.offer(step, 100, TimeUnit.MILLISECONDS)) { }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private ChatException broken(String how) {
    return new ChatException(failures.ofWords("codex exec " + how));
  }

  /// The answer is there or nobody waits for it: no reason to let the process take its time.
  @Override
  public synchronized void close() {
    closed = true;
    events.clear();
    if (lines != null) lines.close(Duration.ZERO);
  }
}
