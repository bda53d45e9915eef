package skyproxy.openai;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import skyproxy.chat.Model;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.HttpUpstream;

/// The models of one server: those that the player has named, and those it lists itself.
///
/// Its list is fetched in the background when somebody asks and what we have is not fresh; a
/// fetch that fails leaves what was known. Any number of threads.
final class Catalogue {
  private static final System.Logger LOG = System.getLogger(Catalogue.class.getName());
  private static final Duration FETCH = Duration.ofSeconds(20);
  private static final long FRESH = Duration.ofMinutes(10).toNanos();
  private static final long RETRY = Duration.ofSeconds(15).toNanos();

  private record Fetch(CountDownLatch done, long started) {}

  private final Server server;
  private final HttpUpstream upstream;
  private final LongSupplier nanos;
  private volatile List<Model> live = List.of();
  private Fetch fetching;
  private long nextFetch;

  /// @param nanos the clock by which a list is fresh
  Catalogue(Server server, HttpUpstream upstream, LongSupplier nanos) {
    this.server = server;
    this.upstream = upstream;
    this.nanos = nanos;
    nextFetch = nanos.getAsLong();
  }

  /// What is known.
  ///
  /// @param patience how long a list that was never there may take, from the start of its fetch:
  ///     of all who ask for that of a silent server only the first wait
  List<Model> models(Duration patience) {
    if (server.keyNeeded() && server.key().get() == null) return List.of();
    Fetch fetch = refresh();
    if (fetch != null && live.isEmpty() && !patience.isZero()) {
      try {
        fetch.done.await(fetch.started + patience.toNanos() - System.nanoTime(),
            TimeUnit.NANOSECONDS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
    Map<String, Model> all = new LinkedHashMap<>();
    for (String id : server.models()) {
      all.put(server.prefix() + id, new Model(server.prefix() + id, 0, server.name()));
    }
    for (Model model : live) all.put(model.id(), model);
    return List.copyOf(all.values());
  }

  /// Starts a fetch when one is due; the one under way, or null.
  private synchronized Fetch refresh() {
    if (fetching != null || nanos.getAsLong() - nextFetch < 0) return fetching;
    Fetch begun = fetching = new Fetch(new CountDownLatch(1), System.nanoTime());
    Thread.ofVirtual().name("models of " + server.name()).start(() -> fetch(begun));
    return begun;
  }

  private void fetch(Fetch begun) {
    boolean done = false;
    try {
      HttpResponse<byte[]> answer = upstream.client().send(request(), BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) throw new IOException("status " + answer.statusCode());
      live = read(Json.parse(answer.body()));
      done = true;
    } catch (IOException | JsonException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "no list of models from {0}: {1}", server.label(), e.getMessage());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      finish(done);
      begun.done.countDown();
    }
  }

  private synchronized void finish(boolean done) {
    fetching = null;
    nextFetch = nanos.getAsLong() + (done ? FRESH : RETRY);
  }

  private HttpRequest request() {
    HttpRequest.Builder http = HttpRequest.newBuilder(server.at("/models")).timeout(FETCH)
        .header("Accept", "application/json");
    String key = server.key().get();
    if (key != null) http.header("Authorization", "Bearer " + key);
    return http.build();
  }

  /// `{"data":[{"id":…}]}`, or the bare array that some servers answer.
  private List<Model> read(Json answer) {
    Json list = answer instanceof Json.Obj whole ? whole.get("data") : answer;
    List<Model> models = new ArrayList<>();
    if (!(list instanceof Json.Arr(var items))) return models;
    for (Json item : items) {
      if (item instanceof Json.Obj one && one.get("id") instanceof Json.Str(var id)
          && !id.isBlank()) {
        models.add(new Model(server.prefix() + id, created(one.get("created")),
            one.get("owned_by") instanceof Json.Str(var owner) && !owner.isBlank()
                ? owner : server.name()));
      }
    }
    return List.copyOf(models);
  }

  private static long created(Json value) {
    return value instanceof Json.Num number && number.text().matches("\\d{1,15}")
        ? number.longValue() : 0;
  }
}
