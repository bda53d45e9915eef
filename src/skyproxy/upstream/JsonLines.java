package skyproxy.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.json.JsonWriter;
import skyproxy.threads.Threads;

/// The talk with a child process that speaks lines of JSON: one object a line, both ways.
///
/// Created and begun by a vendor's session, which hears each line on this object's reader thread.
/// Nothing here blocks, and any thread may send and close: one thread reads, one writes, so a
/// child that does not read can't hold up who talks to it. What a line means is not known here.
///
/// The end has come when the process has ended and all that it wrote has been read. Either alone
/// will do after [#LAST_WORDS]: a grandchild may hold the pipe open, and a child whose output is
/// closed has nothing more to say. It is ended then, as is one that no longer reads.
public final class JsonLines {
  private static final System.Logger LOG = System.getLogger(JsonLines.class.getName());
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /// As many bytes as an event of a server may have. A child that writes a longer line is mad, and
  /// is ended.
  private static final int LONGEST = 64 << 20;

  /// One step of what a child says.
  public sealed interface Line {
    record Message(Json.Obj json) implements Line {}

    /// The process says nothing more. Comes once, and last.
    record End() implements Line {}
  }

  /// One step of what it is sent.
  private sealed interface Outgoing {
    record Message(Json.Obj json) implements Outgoing {}

    record Text(String text) implements Outgoing {}

    record End() implements Outgoing {}
  }

  private final Subprocess child;
  private final LinkedBlockingQueue<Outgoing> outgoing = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> outputEnded = new CompletableFuture<>();
  private final ReentrantLock handing = new ReentrantLock();
  private Consumer<Line> listener;
  private boolean over;
  private volatile boolean closing;

  /// @param child started with its stdin and stdout as pipes, which nobody else uses
  public JsonLines(Subprocess child) {
    this.child = child;
  }

  /// Begins to read and write. Not part of the construction, so that nobody hears a line before
  /// they can answer.
  ///
  /// @param listener takes every line, one at a time; must be quick. Lines that are no JSON object
  ///     are passed over
  /// @param ended is run once, when the process is gone
  public void begin(Consumer<Line> listener, Runnable ended) {
    this.listener = listener;
    long pid = child.process().pid();
    Thread.ofPlatform().daemon().name("from child " + pid).start(this::read);
    Thread.ofPlatform().daemon().name("to child " + pid).start(this::write);
    CompletableFuture.anyOf(outputEnded, child.process().onExit()).thenRun(() ->
        Threads.named("end of child " + pid).start(() -> finish(ended)));
  }

  /// Sends a line. What is sent to a process that has ended is dropped.
  public void send(Json.Obj line) {
    outgoing.add(new Outgoing.Message(line));
  }

  /// Sends a text as it is, and then the end of stdin, to a child that takes something else.
  public void finish(String text) {
    outgoing.add(new Outgoing.Text(text));
    outgoing.add(new Outgoing.End());
  }

  /// Ends the process: by the end of its stdin, behind all that was sent before, and what has not
  /// ended by itself within `grace` is killed, descendants too. Does not wait for it.
  public void close(Duration grace) {
    closing = true;
    Threads.named("close of child " + child.process().pid())
        .start(() -> child.end(() -> outgoing.add(new Outgoing.End()), grace));
  }

  private void read() {
    try (InputStream output = child.process().getInputStream()) {
      LineReader lines = new LineReader(output, LONGEST);
      for (String line; (line = lines.next()) != null; ) {
        Json.Obj message = parse(line);
        if (message != null) hand(new Line.Message(message));
      }
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "Output of a child closed: {0}", closed.getMessage());
    } finally {
      outputEnded.complete(null);
    }
  }

  private static Json.Obj parse(String line) {
    try {
      if (Json.parse(line) instanceof Json.Obj message) return message;
    } catch (JsonException odd) {
      LOG.log(Level.DEBUG, "A child wrote a line that is no JSON: {0}", odd.getMessage());
    }
    return null;
  }

  /// The lock is for a reader that a grandchild keeps going when the end has been handed on.
  private void hand(Line line) {
    handing.lock();
    try {
      if (over) return;
      over = line instanceof Line.End;
      listener.accept(line);
    } catch (RuntimeException strange) {
      if (over) throw strange;
      // The next lines may be about other replies.
      LOG.log(Level.WARNING, "A line of a child was not understood: {0}", strange.getClass());
    } finally {
      handing.unlock();
    }
  }

  private void write() {
    try (OutputStream stdin = child.process().getOutputStream()) {
      while (write(outgoing.take(), stdin)) {
        if (outgoing.isEmpty()) stdin.flush();
      }
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "A child reads no more: {0}", gone.getMessage());
      close(LAST_WORDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether there is more to come.
  private static boolean write(Outgoing next, OutputStream stdin) throws IOException {
    switch (next) {
      case Outgoing.Message(var json) -> {
        stdin.write(JsonWriter.bytes(json));
        stdin.write('\n');
      }
      case Outgoing.Text(var text) -> stdin.write(text.getBytes(StandardCharsets.UTF_8));
      case Outgoing.End _ -> {
        return false;
      }
    }
    return true;
  }

  /// The process has ended, or its output has.
  private void finish(Runnable ended) {
    CompletableFuture<Void> both = CompletableFuture.allOf(outputEnded, child.process().onExit());
    both.completeOnTimeout(null, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS).join();
    try {
      hand(new Line.End());
    } finally {
      outgoing.add(new Outgoing.End());
      if (!closing) child.close();
      child.process().onExit().join();
      ended.run();
    }
  }
}
