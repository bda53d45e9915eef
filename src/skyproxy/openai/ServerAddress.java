package skyproxy.openai;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import skyproxy.threads.Threads;
import skyproxy.upstream.HttpUpstream;

/// Finds the address that a player means by what they type: with `/chat/completions` or `/models`
/// at its end as other programs want it, without `/v1`, without `http://`, with a blank, or the
/// `0.0.0.0` that a server's own window shows.
///
/// Everything that may be meant is asked for its models, all at once; the first that lists any is
/// it. Where none does, `{}` is sent to be refused, for some servers have no list: that costs
/// nothing.
public final class ServerAddress {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(6);
  private static final int LARGEST = 64 << 20;
  private static final Pattern ENDPOINT = Pattern.compile(
      "(/v\\d\\w*)?/messages$|(/chat)?/completions$|/(chat|models|responses|embeddings)$"
          + "|/api/(tags|generate|chat|version)$", Pattern.CASE_INSENSITIVE);
  private static final Pattern VERSION = Pattern.compile(".*/v\\d\\w*(/.*)?");

  /// @param base what to keep: `/chat/completions` is appended to it
  /// @param note what the player should know of it, in a sentence or two
  public record Found(String base, String note) {}

  /// An answer to one try, the best ones first.
  private enum Answer { MODELS, KEY_WANTED, REFUSAL, NOTHING_THERE, NO_CONNECTION }

  /// @param problem why there is no connection, or null
  private record Tried(String base, Answer answer, String problem) {}

  private final String key;
  private final boolean plainly;

  private ServerAddress(String key, boolean plainly) {
    this.key = key;
    this.plainly = plainly;
  }

  /// Tries what may be meant, for some seconds at most.
  ///
  /// @param typed as the player typed it
  /// @param key for that server, or null; never sent in the clear to another network, unless the
  ///     player typed `http://`
  public static Found find(String typed, String key) {
    List<String> candidates = candidates(typed);
    if (candidates.isEmpty()) return new Found(typed.strip(), "");
    boolean plainly = typed.strip().regionMatches(true, 0, "http://", 0, 7);
    return new ServerAddress(key, plainly).find(typed.strip(), candidates);
  }

  private Found find(String typed, List<String> candidates) {
    List<Tried> all = each(candidates, this::models);
    Tried best = best(all);
    if (best.answer == Answer.NOTHING_THERE) {
      all = each(all.stream().filter(one -> one.answer == Answer.NOTHING_THERE)
          .map(Tried::base).toList(), this::refusal);
      best = best(all);
    }
    String taken = best.base.equals(typed) ? "" : "Taken for " + best.base + ". ";
    return new Found(best.base, switch (best.answer) {
      case MODELS -> taken;
      case KEY_WANTED -> taken + (key == null ? "It wants an API key."
          : "It does not accept this API key.");
      case REFUSAL -> taken + "It does not list its models: name the one you want.";
      case NOTHING_THERE -> taken + "Something answers there, but not as a server for chat"
          + " completions does. Check the address.";
      case NO_CONNECTION -> taken + best.problem;
    });
  }

  private static Tried best(List<Tried> all) {
    Tried best = all.getFirst();
    for (Tried each : all) if (each.answer.compareTo(best.answer) < 0) best = each;
    return best;
  }

  /// Whatever may be meant, the likeliest first; empty for what is no address at all.
  static List<String> candidates(String typed) {
    String text = typed.replaceAll("[\\s\"'<>]", "").replace('\\', '/');
    boolean named = text.matches("(?i)https?://.*");
    if (!named && (text.contains("://") || !text.matches("(?i)localhost\\b.*|.*[.:\\]].*"))) {
      return List.of();
    }
    Set<String> all = new LinkedHashSet<>();
    for (String scheme : named ? List.of("") : schemes(text)) {
      try {
        addAll(all, new URI(scheme + text));
      } catch (URISyntaxException nonsense) {
        return List.of();
      }
    }
    return List.copyOf(all);
  }

  /// What was typed without a scheme: at home servers speak plainly, elsewhere they do not unless
  /// there is a port.
  private static List<String> schemes(String text) {
    String host = text.replaceFirst("/.*", "");
    boolean port = host.matches(".*:\\d+");
    String name = port ? host.substring(0, host.lastIndexOf(':')) : host;
    if (isAtHome(name)) return List.of("http://");
    return port ? List.of("https://", "http://") : List.of("https://");
  }

  private static void addAll(Set<String> all, URI uri) {
    if (uri.getHost() == null) return;
    String host = uri.getHost().matches("0\\.0\\.0\\.0|\\[::]") ? "127.0.0.1" : uri.getHost();
    String root = uri.getScheme().toLowerCase(Locale.ROOT) + "://" + host
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    String path = ENDPOINT.matcher(uri.getRawPath().replaceFirst("/+$", "")).replaceFirst("")
        .replaceFirst("/+$", "");
    if (path.isEmpty()) {
      for (String each : List.of("/v1", "", "/api/v1", "/openai/v1")) all.add(root + each);
    } else {
      all.add(root + path);
      if (!VERSION.matcher(path).matches()) all.add(root + path + "/v1");
      all.add(root + "/v1");
    }
  }

  private static boolean isAtHome(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    try {
      InetAddress address = InetAddress.ofLiteral(name);
      return address.isLoopbackAddress() || address.isSiteLocalAddress()
          || address.isLinkLocalAddress() || address.isAnyLocalAddress()
          || (address.getAddress()[0] & 0xfe) == 0xfc && address.getAddress().length == 16;
    } catch (IllegalArgumentException named) {
      return !name.contains(".") || name.matches(".*\\.(local|lan|home|internal|localhost)");
    }
  }

  /// A way to try one address.
  private interface Try {
    Tried at(String base);
  }

  private static List<Tried> each(List<String> bases, Try way) {
    List<CompletableFuture<Tried>> running = new ArrayList<>();
    for (String base : bases) {
      running.add(CompletableFuture.supplyAsync(
          () -> way.at(base), task -> Threads.named("trial of an address").start(task)));
    }
    return running.stream().map(CompletableFuture::join).toList();
  }

  private Tried models(String base) {
    return ask(base, HttpRequest.newBuilder(URI.create(base + "/models")).GET());
  }

  private Tried refusal(String base) {
    return ask(base, HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
        .header("Content-Type", "application/json").POST(BodyPublishers.ofString("{}")));
  }

  private Tried ask(String base, HttpRequest.Builder request) {
    URI uri = URI.create(base);
    request.timeout(PATIENCE).header("Accept", "application/json");
    boolean sent = key != null && OpenAiProvider.KEY.matcher(key).matches();
    if (sent && mayCarryKey(uri, plainly)) request.header("Authorization", "Bearer " + key);
    HttpRequest whole = request.build();
    try (HttpUpstream upstream = new HttpUpstream("this server", uri, CONNECT)) {
      try {
        HttpResponse<byte[]> answer = upstream.call(whole,
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        return new Tried(base, read(whole.method(), answer), null);
      } catch (IOException failed) {
        return new Tried(base, Answer.NO_CONNECTION, upstream.words(whole, failed));
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return new Tried(base, Answer.NO_CONNECTION, "It was not asked.");
      }
    }
  }

  static boolean mayCarryKey(URI uri, boolean plainly) {
    return plainly || "https".equals(uri.getScheme()) || isAtHome(uri.getHost());
  }

  private static Answer read(String method, HttpResponse<byte[]> answer) {
    return switch (answer.statusCode()) {
      case 200 -> method.equals("GET") && ListedModels.count(answer.body()) >= 0
          ? Answer.MODELS : Answer.NOTHING_THERE;
      case 401, 403 -> Answer.KEY_WANTED;
      case 400, 422 -> method.equals("POST") ? Answer.REFUSAL : Answer.NOTHING_THERE;
      default -> Answer.NOTHING_THERE;
    };
  }
}
