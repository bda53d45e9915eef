package skyproxy.upstream;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.threads.Threads;

/// The models that an upstream lists itself.
///
/// The list is fetched in the background when somebody asks and what we have is not fresh; a fetch
/// that fails leaves what was known. Any number of threads.
public final class ModelCatalogue {
  private static final System.Logger LOG = System.getLogger(ModelCatalogue.class.getName());
  private static final int LARGEST = 64 << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final long FRESH = Duration.ofMinutes(10).toNanos();
  private static final long RETRY = Duration.ofSeconds(15).toNanos();

  private record Fetch(CountDownLatch done, long started) {}

  private final HttpUpstream upstream;
  private final Supplier<HttpRequest.Builder> request;
  private final Function<Json, List<Model>> read;
  private final LongSupplier nanos;
  private volatile List<Model> known = List.of();
  private final AtomicReference<Fetch> fetching = new AtomicReference<>();
  private volatile long nextFetch;

  /// @param request asks for the list; never blocks, and is null while it can't be asked for, such
  ///     as without a key
  /// @param read takes the models out of the answer
  public ModelCatalogue(HttpUpstream upstream, Supplier<HttpRequest.Builder> request,
      Function<Json, List<Model>> read) {
    this(upstream, request, read, System::nanoTime);
  }

  /// @param nanos the clock by which a list is fresh
  public ModelCatalogue(HttpUpstream upstream, Supplier<HttpRequest.Builder> request,
      Function<Json, List<Model>> read, LongSupplier nanos) {
    this.upstream = upstream;
    this.request = request;
    this.read = read;
    this.nanos = nanos;
    nextFetch = nanos.getAsLong();
  }

  /// What the last answer listed; empty before the first.
  ///
  /// @param patience how long a list that was never there may take, from the start of its fetch:
  ///     of all who ask for that of a silent server only the first wait
  public List<Model> models(Duration patience) {
    Fetch fetch = refresh();
    if (fetch != null && known.isEmpty() && !patience.isZero()) {
      try {
        fetch.done.await(fetch.started + patience.toNanos() - System.nanoTime(),
            TimeUnit.NANOSECONDS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
    return known;
  }

  /// The price that a model was last listed with, or null. Asks nobody.
  public Price price(String id) {
    for (Model model : known) {
      if (model.id().equals(id)) return model.price();
    }
    return null;
  }

  /// Starts a fetch when one is due and possible; the one under way, or null.
  private Fetch refresh() {
    Fetch underWay = fetching.get();
    if (underWay != null || nanos.getAsLong() - nextFetch < 0) return underWay;
    HttpRequest.Builder asked = request.get();
    if (asked == null) return null;
    HttpRequest whole = asked.timeout(TIMEOUT).build();
    Fetch begun = new Fetch(new CountDownLatch(1), System.nanoTime());
    if (!fetching.compareAndSet(null, begun)) return fetching.get();
    Threads.named("models of " + upstream.name()).start(() -> fetch(whole, begun));
    return begun;
  }

  private void fetch(HttpRequest whole, Fetch begun) {
    boolean done = false;
    try {
      HttpResponse<byte[]> answer = upstream.call(whole,
          BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
      if (answer.statusCode() == 200) {
        known = List.copyOf(read.apply(Json.parse(Unpacker.whole(answer.body(),
            answer.headers().firstValue("content-encoding").orElse("")))));
        done = true;
      } else {
        LOG.log(Level.DEBUG, "Listing the models of {0} failed with status {1}.",
            upstream.name(), answer.statusCode());
      }
    } catch (IOException | JsonException | Cursor.Mismatch failed) {
      LOG.log(Level.DEBUG, "Listing the models of {0} failed: {1}", upstream.name(),
          failed.getClass().getSimpleName());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      nextFetch = nanos.getAsLong() + (done ? FRESH : RETRY);
      fetching.set(null);
      begun.done.countDown();
    }
  }
}
