package skyproxy.scenes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.stream.Stream;
import skyproxy.chat.ChatRequest;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Plays scenes through a proxy, as the game does. One thread.
final class ScenePlayer {
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int TRIES = 20;
  private static final Duration BETWEEN = Duration.ofMillis(50);

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .proxy(HttpClient.Builder.NO_PROXY).build();
  private final URI proxy;
  private final String apiKey;

  ScenePlayer(URI proxy, String apiKey) {
    this.proxy = proxy;
    this.apiKey = apiKey;
  }

  /// The outcome of one play; its figures fill up while it is read.
  static final class Answer {
    private final long start = System.nanoTime();
    private final StringBuilder text = new StringBuilder();
    private Long firstWord;
    private long total;
    private long promptTokens;
    private long completionTokens;
    private Double cost;
    private String failure;

    /// What was said, also before it broke off.
    String text() {
      return text.toString();
    }

    /// Why there is no whole answer, or null.
    String failure() {
      return failure;
    }

    Played played(String model, boolean formKept) {
      return new Played(model, firstWord, total, promptTokens, completionTokens, cost, formKept);
    }

    private void take(String line) {
      if (!line.startsWith("data: {")) return;
      Cursor chunk = Cursor.of(Json.parse(line.substring(6)));
      if (!chunk.at("error").isMissing()) {
        failure = chunk.at("error").at("message").stringOr("an error without words");
      }
      Cursor usage = chunk.at("usage");
      if (usage.isObject()) {
        promptTokens = usage.at("prompt_tokens").integerOr(0);
        completionTokens = usage.at("completion_tokens").integerOr(0);
      }
      if (chunk.at("choices").arrayOrEmpty().isEmpty()) return;
      String delta = chunk.at("choices").at(0).at("delta").at("content").stringOr("");
      if (!delta.isEmpty() && firstWord == null) firstWord = millis();
      text.append(delta);
    }

    private long millis() {
      return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
  }

  /// Waits until nothing is starting any more: what was started for this run alone needs some
  /// seconds before it can answer.
  void awaitReady() {
    long end = System.nanoTime() + WARM_UP.toNanos();
    try {
      while (System.nanoTime() < end && stats(Long.MAX_VALUE).at("providers").arrayOrEmpty()
          .stream().anyMatch(each -> each.at("state").stringOr("").equals("warming"))) {
        Thread.sleep(BETWEEN);
      }
    } catch (IOException | JsonException | Cursor.Mismatch unknown) {
      return; // the play itself will say what is wrong
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  Answer play(Scene scene, String model) {
    long before = lastId();
    Answer answer = new Answer();
    try {
      var response = client.send(request("/v1/chat/completions")
          .POST(HttpRequest.BodyPublishers.ofString(scene.asked(model).toString()))
          .build(), BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() == 200) {
          lines.forEach(answer::take);
        } else {
          Cursor error = Cursor.of(Json.parse(String.join("\n", lines.toList()))).at("error");
          answer.failure = response.statusCode() + ", "
              + error.at("message").stringOr("an error without words");
        }
      }
      answer.total = answer.millis();
      answer.cost = cost(before, model);
    } catch (IOException | UncheckedIOException | JsonException | Cursor.Mismatch broken) {
      answer.failure = "the answer broke off (" + broken.getMessage() + ")";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      answer.failure = "stopped";
    }
    if (answer.failure == null && answer.text.isEmpty()) answer.failure = "nothing was said";
    return answer;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(proxy.resolve(path)).timeout(PATIENCE)
        .header("X-Title", ChatRequest.Caller.OURS);
    if (apiKey != null) request.header("Authorization", "Bearer " + apiKey);
    return request;
  }

  private long lastId() {
    try {
      return stats(Long.MAX_VALUE).at("last_id").integerOr(0);
    } catch (IOException | JsonException | Cursor.Mismatch unknown) {
      return 0; // the play itself will say what is wrong
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private Cursor stats(long after) throws IOException, InterruptedException {
    return Cursor.of(Json.parse(client.send(request("/stats?after=" + after).build(),
        BodyHandlers.ofByteArray()).body()));
  }

  /// What the proxy worked out for this play, or null. It counts a request a moment after the last
  /// byte of its answer.
  private Double cost(long after, String model)
      throws IOException, InterruptedException {
    for (int tried = 0; tried < TRIES; tried++) {
      for (Cursor each : stats(after).at("recent").arrayOrEmpty()) {
        if (!each.at("asked").stringOr("").equals(model)) continue;
        Cursor cost = each.at("cost_usd");
        return cost.isMissing() ? null : Double.valueOf(cost.number());
      }
      Thread.sleep(BETWEEN);
    }
    return null;
  }
}
