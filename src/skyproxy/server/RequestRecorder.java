package skyproxy.server;

import static java.lang.System.Logger.Level.INFO;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import skyproxy.chat.Attempt;
import skyproxy.chat.Beginning;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Pictures;
import skyproxy.chat.Secrets;
import skyproxy.chat.Texts;
import skyproxy.chat.Usage;
import skyproxy.routing.FailoverReply;
import skyproxy.stats.RequestRecord;
import skyproxy.stats.RequestRecord.Outcome;
import skyproxy.stats.Stats;

/// Records one request: what it was, when its first word came, how it ended. One thread.
///
/// `ChatHandler` feeds it; at the end of the request it hands a [RequestRecord] to [Stats] and,
/// where it is to, writes a line of the log, with no word of the request or of an upstream in it.
/// Per event it does next to nothing.
final class RequestRecorder {
  private static final System.Logger LOG = System.getLogger(RequestRecorder.class.getName());
  private static final int KEPT = 200_000;
  private static final int LONGEST_NAME = 100;

  private final ChatRequest request;
  private final Stats stats;
  private final boolean logs;
  private final Instant when = Instant.now();
  private final long started = System.nanoTime();
  private final StringBuilder answer;
  private FailoverReply reply;
  private Duration firstToken;
  private Outcome outcome = Outcome.HUNG_UP;
  private Failure failure;
  private int status;

  RequestRecorder(ChatRequest request, Stats stats, boolean logs) {
    this.request = request;
    this.stats = stats;
    this.logs = logs;
    answer = stats.keepsTexts() ? new StringBuilder() : null;
    stats.begin();
  }

  void follow(FailoverReply newReply) {
    reply = newReply;
  }

  void saw(Event event) {
    if (firstToken == null && event.visible()) firstToken = sinceStart();
    switch (event) {
      case Chunk chunk -> {
        if (answer != null) keep(chunk.text());
      }
      case Event.Text(var delta) -> {
        if (answer != null) keep(delta);
      }
      case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _, Event.Finish _,
          Event.Idle _ -> { }
    }
  }

  private void keep(String text) {
    answer.append(text, 0, Math.min(text.length(), KEPT - answer.length()));
  }

  void answered() {
    outcome = Outcome.ANSWERED;
    status = 200;
  }

  /// @param why null when the fault is ours
  void failed(Failure why, int withStatus) {
    outcome = Outcome.FAILED;
    failure = why;
    status = withStatus;
  }

  /// The answer broke off and was ended behind a sentence: the failure stays on record.
  ///
  /// @param unsent what of it was not seen before
  void cutShort(List<Event> unsent) {
    unsent.forEach(this::saw);
    answered();
  }

  void hungUp() {
    if (outcome == Outcome.FAILED) return;
    outcome = Outcome.HUNG_UP;
    status = 0;
  }

  /// The request is over, one way or another.
  void over() {
    List<Attempt> attempts = reply == null ? List.of() : reply.attempts();
    RequestRecord done = new RequestRecord(when, request.purpose(), request.model(),
        attempts.isEmpty() ? request.model() : attempts.getLast().model(),
        attempts.isEmpty() ? "" : attempts.getLast().provider(), request.stream(),
        Beginning.of(request.messages()),
        reply == null ? Duration.ZERO : reply.queued(), firstToken, sinceStart(),
        reply == null ? Usage.NONE : reply.usage(), reply == null ? null : reply.cost(),
        reply == null ? 0 : reply.windowPercent(), outcome, failure, status, attempts,
        answer == null ? null
            : Texts.changed(Pictures.without(request.body()), Secrets::masked).toString(),
        answer == null ? null : Secrets.masked(answer.toString()));
    stats.add(done);
    if (!request.caller().isOurs()) stats.gameCalled(done);
    if (logs) log(done);
  }

  private static void log(RequestRecord done) {
    LOG.log(INFO, () -> done.job().wireName() + " " + name(done.model()) + " "
        + switch (done.outcome()) {
          case ANSWERED -> done.failure() == null ? "answered"
              : "answered as far as it went: " + done.failure().gist();
          case FAILED -> "failed (" + done.status() + " " + (done.failure() == null
              ? "internal_error): fault of the proxy"
              : ErrorBody.ownCode(done.failure()) + "): " + done.failure().gist());
          case HUNG_UP -> "hung up by the client";
        }
        + ", first word " + (done.firstToken() == null ? "never" : seconds(done.firstToken()))
        + ", total " + seconds(done.total())
        + (done.queued().toMillis() < 1 ? "" : ", queued " + seconds(done.queued()))
        + (done.attempts().size() > 1 ? ", " + done.attempts().size() + " tries" : "")
        + before(done) + leftOut(done));
  }

  /// The tries that did not answer, but for the last: what that came to is said already.
  private static String before(RequestRecord done) {
    List<Attempt> all = done.attempts();
    return all.size() < 2 ? "" : all.subList(0, all.size() - 1).stream()
        .filter(each -> each.failure() != null)
        .map(each -> name(each.model()) + " (" + each.failure().gist() + ")")
        .collect(Collectors.joining(", ", ": first ", ""));
  }

  private static String name(String model) {
    return Secrets.excerpt(model, LONGEST_NAME);
  }

  private static String leftOut(RequestRecord done) {
    int count = done.attempts().isEmpty() ? 0 : done.attempts().getLast().leftOut();
    return count == 0 ? "" : ", without the oldest " + count + " messages: the prompt was too long";
  }

  private static String seconds(Duration time) {
    return time.toMillis() + " ms";
  }

  private Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
