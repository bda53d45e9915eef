package skyproxy.codex;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.Subprocess;

/// A reply by a process of its own, `codex exec`, for versions without a usable app-server.
///
/// The conversation goes in by stdin, where no limit of a command line and no other user's look
/// reaches it. A platform thread writes and reads the pipes; [#next] takes from a queue.
final class ExecReply implements Reply {
  private static final Json.Obj END = Json.Obj.builder().put("end", true).build();

  private final ChatRequest request;
  private final Way.Exec way;
  private final Consumer<Failure> outcome;
  private final CodexErrors errors;
  private final String prompt;
  private final ExecDecoder decoder;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final LinkedBlockingQueue<Json.Obj> lines = new LinkedBlockingQueue<>();
  private Subprocess child;
  private volatile String broken;
  private boolean started;
  private boolean closed;

  /// @param outcome hears how the turn ended: null for well
  ExecReply(ChatRequest request, Way.Exec way, CodexErrors errors, Consumer<Failure> outcome) {
    CodexEncoder encoder = new CodexEncoder(request, true);
    if (encoder.picture() != null) {
      throw new ChatException(new Failure.BadRequest("This version of Codex can't be sent "
          + "pictures (" + way.why() + "). Update it: npm install -g @openai/codex",
          encoder.picture().path(), "unsupported_in_cli_mode"));
    }
    this.request = request;
    this.way = way;
    this.errors = errors;
    this.outcome = outcome;
    prompt = encoder.transcript();
    decoder = new ExecDecoder(new Cut(request.stop(), request.maxTokens()), errors);
  }

  @Override
  public Event next(Duration patience) {
    if (!started) {
      started = true;
      Thread.ofPlatform().daemon().name("codex exec").start(this::run);
    }
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Event event = events.poll();
        if (event != null) return event;
        if (decoder.ended()) return null;
        long left = Math.max(deadline - System.nanoTime(), 0);
        Json.Obj line = lines.poll(left, TimeUnit.NANOSECONDS);
        if (line == null) return Event.QUIET;
        if (line == END) throw new ChatException(errors.ofWords(broken));
        decoder.decode(line, events::add);
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
    arguments.addAll(way.settings());
    arguments.add("-");
    return arguments;
  }

  private void run() {
    try {
      Subprocess process = start();
      if (process == null) return;
      try (OutputStream in = process.process().getOutputStream()) {
        in.write(prompt.getBytes(StandardCharsets.UTF_8));
      }
      try (BufferedReader out = new BufferedReader(new InputStreamReader(
          process.process().getInputStream(), StandardCharsets.UTF_8))) {
        for (String line; (line = out.readLine()) != null; ) hear(line);
      }
      String last = process.stderr().strip();
      broken = "codex exec ended without an answer. "
          + last.substring(last.lastIndexOf('\n') + 1);
    } catch (IOException failed) {
      broken = "codex exec broke off: " + failed.getMessage();
    } finally {
      lines.add(END);
    }
  }

  /// Null when nobody waits any more.
  private synchronized Subprocess start() throws IOException {
    if (closed) return null;
    child = Subprocess.start(way.cli().process(way.home(), arguments())
        .directory(way.folder().toFile()));
    return child;
  }

  private void hear(String line) {
    try {
      if (Json.parse(line) instanceof Json.Obj message) lines.add(message);
    } catch (JsonException odd) {
      System.getLogger(ExecReply.class.getName()).log(System.Logger.Level.DEBUG,
          "codex exec printed a line that is no event: {0}", odd.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    events.clear();
    Subprocess process = child;
    if (process != null) Thread.ofVirtual().name("codex exec ends").start(process::close);
  }
}
