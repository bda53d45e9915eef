package skyproxy.claude;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import skyproxy.chat.Model;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.HttpUpstream;

/// The models that the Messages API lists for a key, asked for in the background when somebody
/// wants to know and the last answer is an hour old. Any number of threads.
/// https://docs.claude.com/en/api/models-list
final class ModelList {
  private static final System.Logger LOG = System.getLogger(ModelList.class.getName());
  private static final Duration FRESH = Duration.ofHours(1);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpUpstream upstream;
  private final URI base;
  private final Credentials credentials;
  private volatile List<Model> known = List.of();
  private CountDownLatch asking;
  private long due = System.nanoTime();

  ModelList(HttpUpstream upstream, URI base, Credentials credentials) {
    this.upstream = upstream;
    this.base = base;
    this.credentials = credentials;
  }

  /// What the last answer listed; empty before the first.
  ///
  /// @param patience how long to wait for the first
  List<Model> known(Duration patience) {
    CountDownLatch question = ask();
    if (question != null && known.isEmpty() && patience.isPositive()) {
      try {
        question.await(patience.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
    return known;
  }

  /// The question that is under way, asked if it is time; null when there is none.
  private synchronized CountDownLatch ask() {
    if (asking == null && System.nanoTime() - due >= 0) {
      CountDownLatch question = new CountDownLatch(1);
      asking = question;
      Thread.ofVirtual().name("models of Anthropic").start(() -> fetch(question));
    }
    return asking;
  }

  private synchronized void answered(CountDownLatch question, Duration wait) {
    due = System.nanoTime() + wait.toNanos();
    asking = null;
    question.countDown();
  }

  private void fetch(CountDownLatch question) {
    Duration wait = AGAIN;
    try {
      HttpRequest.Builder call = HttpRequest.newBuilder(URI.create(base + "/v1/models?limit=1000"))
          .timeout(PATIENCE);
      credentials.current().join().headers().forEach(
          header -> call.setHeader(header.getKey(), header.getValue()));
      HttpResponse<byte[]> answer =
          upstream.client().send(call.build(), BodyHandlers.ofByteArray());
      if (answer.statusCode() == 200) {
        known = read(Cursor.of(Json.parse(answer.body())));
        wait = FRESH;
      } else {
        LOG.log(Level.INFO, "Anthropic answers {0} to the question for its models",
            answer.statusCode());
      }
    } catch (IOException | JsonException | Cursor.Mismatch unreadable) {
      LOG.log(Level.INFO, "Anthropic''s models can''t be listed: {0}", unreadable.getMessage());
    } catch (CompletionException | IllegalArgumentException noKey) {
      LOG.log(Level.DEBUG, "no usable key to list Anthropic's models with");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      answered(question, wait);
    }
  }

  private static List<Model> read(Cursor list) {
    List<Model> models = new ArrayList<>();
    for (Cursor item : list.at("data").array()) {
      models.add(new Model(item.at("id").string(), created(item.at("created_at").stringOr("")),
          "anthropic"));
    }
    return List.copyOf(models);
  }

  private static long created(String text) {
    try {
      return OffsetDateTime.parse(text).toEpochSecond();
    } catch (DateTimeParseException unknown) {
      return 0;
    }
  }
}
