package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.routing.FailoverReply;
import skyproxy.routing.Router;
import skyproxy.speech.PieceFilter;
import skyproxy.stats.Stats;

/// `POST /v1/chat/completions`: from the body of a request to the end of its reply, on one thread.
final class ChatHandler {
  private static final System.Logger LOG = System.getLogger(ChatHandler.class.getName());

  /// The jobs whose answer is spoken as it comes: half of it is worth something.
  private static final Set<Job> FINISHED = Set.of(Job.DIALOGUE, Job.TRANSLATE);

  private final Router router;
  private final BooleanSupplier wholeWords;
  private final BooleanSupplier finishBrokenLines;
  private final Stats stats;
  private final boolean logs;

  /// @param wholeWords whether streamed deltas end at the ends of words
  /// @param finishBrokenLines whether a line that breaks off is ended behind a sentence
  /// @param logs whether each request gets its line of the log
  ChatHandler(Router router, BooleanSupplier wholeWords, BooleanSupplier finishBrokenLines,
      Stats stats, boolean logs) {
    this.router = router;
    this.wholeWords = wholeWords;
    this.finishBrokenLines = finishBrokenLines;
    this.stats = stats;
    this.logs = logs;
  }

  /// Answers one request. An `IOException` means that the client has gone.
  void handle(HttpExchange exchange, byte[] body) throws IOException {
    ChatRequest request;
    try {
      request = read(exchange, body);
    } catch (JsonException e) {
      ErrorBody.invalid(400, "invalid_json", "The body is not JSON: " + e.getMessage(), null)
          .send(exchange);
      return;
    } catch (ChatException e) {
      ErrorBody.of(e.failure()).send(exchange);
      return;
    }
    answer(exchange, request, new RequestRecorder(request, stats, logs));
  }

  private static ChatRequest read(HttpExchange exchange, byte[] body) {
    if (!(Json.parse(body) instanceof Json.Obj object)) {
      throw new ChatException(new Failure.BadRequest(
          "The body must be a JSON object.", null, "invalid_type"));
    }
    return ChatRequest.parse(object, new ChatRequest.Caller(
        exchange.getRequestHeaders().getFirst("HTTP-Referer"),
        exchange.getRequestHeaders().getFirst("X-Title")));
  }

  private void answer(HttpExchange exchange, ChatRequest request, RequestRecorder recorder)
      throws IOException {
    try (FailoverReply reply = router.open(request)) {
      recorder.follow(reply);
      ReplyInfo info = ReplyInfo.of(reply::model);
      relay(reply, recorder, sink(exchange, request, info));
    } catch (ChatException e) {
      recorder.failed(e.failure(), ErrorBody.of(e.failure()).status());
      ErrorBody.of(e.failure()).send(exchange);
    } catch (RuntimeException bug) {
      recorder.failed(null, 500);
      throw bug;
    } catch (IOException gone) {
      recorder.hungUp();
      throw gone;
    } finally {
      recorder.over();
    }
  }

  private Sink sink(HttpExchange exchange, ChatRequest request, ReplyInfo info) {
    boolean finishes =
        finishBrokenLines.getAsBoolean() && FINISHED.contains(request.purpose().job());
    if (!request.stream()) return new CompletionSink(exchange, info, finishes);
    boolean whole = wholeWords.getAsBoolean();
    return new ChunkSink(exchange, info, request.includeUsage(),
        finishes ? PieceFilter.sentences(whole) : whole ? PieceFilter.words() : null);
  }

  /// The next event, and only when there is none yet what came before it is sent: tokens that
  /// came together leave together.
  private static Event next(FailoverReply reply, Sink sink) throws IOException {
    Event event = reply.next(Duration.ZERO);
    if (event != Event.QUIET) return event;
    sink.flush();
    return reply.next(sink.patience());
  }

  private static void relay(FailoverReply reply, RequestRecorder recorder, Sink sink)
      throws IOException {
    try {
      for (Event event; (event = next(reply, sink)) != null; ) {
        recorder.saw(event);
        sink.accept(event);
      }
      sink.end();
      recorder.answered();
    } catch (ChatException e) {
      ErrorBody error = ErrorBody.of(e.failure());
      recorder.failed(e.failure(), error.status());
      // Clear the interrupt flag: an interrupted thread that writes closes the socket.
      Thread.interrupted();
      List<Event> unsent = reply.unsent();
      if (sink.cutShort(unsent)) recorder.cutShort(unsent);
      else sink.fail(error);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "A request failed by a fault of the proxy", bug);
      recorder.failed(null, 500);
      sink.fail(ErrorBody.internal());
    }
  }
}
