package skyproxy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import skyproxy.LocalProxy.Answer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.RawClient;

/// One way to an upstream, with a proxy of its own: asks through it under each fault, and looks at
/// what comes.
final class MatrixWay implements AutoCloseable {
  /// Longer than any silence that is borne.
  private static final Duration STALL = Duration.ofSeconds(801);
  private static final Duration REST = Duration.ofMinutes(30);

  private final String name;
  private final String model;
  private final LocalProxy proxy;
  private final Fault fault;
  private final List<String> wrong = new ArrayList<>();
  private int cases;
  private long seen;

  /// Makes the upstream ready for a fault, and well again.
  interface Fault {
    void set(MatrixFault fault, boolean stream) throws IOException;
  }

  /// @param fault null where the prompt alone tells the upstream what to do
  MatrixWay(String name, String model, LocalProxy proxy, Fault fault) {
    this.name = name;
    this.model = model;
    this.proxy = proxy;
    this.fault = fault;
  }

  List<String> wrong() {
    return wrong;
  }

  int cases() {
    return cases;
  }

  /// All faults, streamed or not, each with a healthy request behind it.
  void run(List<MatrixFault> faults, boolean stream) throws Exception {
    for (MatrixFault each : faults) {
      cases++;
      String what = name + ", " + each.name() + (stream ? ", streamed: " : ", plain: ");
      try {
        check(what, each, stream);
      } catch (IOException | ExecutionException | TimeoutException | AssertionError e) {
        wrong.add(what + e);
      }
    }
  }

  private void check(String what, MatrixFault each, boolean stream) throws Exception {
    if (each.large()) {
      synchronized (MatrixWay.class) { // for the memory of small machines
        hear(what, each, stream);
      }
    } else {
      hear(what, each, stream);
    }
    MatrixFault none = MatrixFault.whole("none");
    hear(what + "then ", none, stream);
  }

  private void hear(String what, MatrixFault each, boolean stream) throws Exception {
    fault.set(each, stream);
    judge(what, each, stream, ask(each.name(), stream, each.stalls()));
  }

  private Answer ask(String word, boolean stream, boolean stalls) throws Exception {
    String body = """
        {"model":"%s","stream":%s,"messages":[{"role":"system","content":"You are Lydia."},\
        {"role":"user","content":"Hail! @%s"}]}""".formatted(model, stream, word);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> {
      try {
        answer.complete(proxy.post(body));
      } catch (IOException | RuntimeException | AssertionError e) {
        answer.completeExceptionally(e);
      }
    });
    if (stalls) {
      for (int wait = 200; !answer.isDone(); wait = 100) {
        answer.copy().completeOnTimeout(null, wait, TimeUnit.MILLISECONDS)
            .exceptionally(_ -> null).join();
        proxy.wait(STALL);
      }
    }
    Answer heard = answer.get(400, TimeUnit.SECONDS);
    proxy.wait(REST);
    return heard;
  }

  private void judge(String what, MatrixFault fault, boolean stream, Answer answer)
      throws Exception {
    String told = " (" + answer.status() + " " + answer.error() + ", spoken '"
        + shortened(answer.spoken()) + "', finish " + answer.finishReason() + ", done "
        + answer.done() + ") " + shortened(answer.said());
    String spoken = answer.spoken().replace("\uFFFD", "");
    boolean whole = answer.status() == 200 && answer.error() == null
        && spoken.equals(MatrixFault.WHOLE) && "stop".equals(answer.finishReason())
        && answer.done() == stream;
    boolean failed = answer.error() != null && fault.codes().contains(answer.error())
        && !answer.done() && answer.finishReason() == null && !answer.said().isBlank()
        && (fault.large() || MatrixFault.WHOLE.startsWith(spoken))
        && (answer.status() >= 400 ? spoken.isEmpty() : stream && answer.status() == 200);
    boolean right = switch (fault.must()) {
      case BE_WHOLE -> whole;
      case FAIL -> failed;
      case DO_EITHER -> whole || failed;
    };
    if (!right) wrong.add(what + fault.must() + told);
    String outcome = outcome();
    if (!outcome.equals(whole ? "answered" : "failed")) {
      wrong.add(what + "counted as " + outcome + told);
    }
  }

  private static String shortened(String text) {
    return text.length() < 300 ? text : text.substring(0, 300) + "… of " + text.length();
  }

  /// As what the last request was counted, once it was.
  private String outcome() throws Exception {
    for (int tries = 0; tries < 600; tries++) {
      try (RawClient client = proxy.client()) {
        Cursor stats = Cursor.of(Json.parse(client.send("GET /stats?after=" + seen
            + " HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text()));
        if (stats.at("last_id").integer() > seen) {
          long before = seen;
          seen = stats.at("last_id").integer();
          if (seen != before + 1) return "several requests";
          return stats.at("recent").at(0).at("outcome").string();
        }
      }
      Thread.sleep(50);
    }
    return "nothing";
  }

  @Override
  public void close() {
    proxy.close();
  }
}
