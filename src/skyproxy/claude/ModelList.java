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
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile List<Model> known = List.of();
  private volatile long due = System.nanoTime();

  ModelList(HttpUpstream upstream, URI base, Credentials credentials) {
    this.upstream = upstream;
    this.base = base;
    this.credentials = credentials;
  }

  /// What the last answer listed; empty before the first.
  List<Model> known() {
    if (System.nanoTime() - due >= 0 && asking.compareAndSet(false, true)) {
      Thread.ofVirtual().start(this::ask);
    }
    return known;
  }

  private void ask() {
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
      due = System.nanoTime() + wait.toNanos();
      asking.set(false);
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
