package skyproxy.server;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Router;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.SettingsException;
import skyproxy.stats.Stats;

/// The endpoints that every client may rely on.
public final class Endpoints {
  /// From how many bytes on a request is a picture rather than words.
  public static final int LARGE = 1 << 20;

  private Endpoints() {}

  /// A change that the dashboard asks for, and what is said when it is made.
  public interface Change {

    /// Makes it, or throws a [Cursor.Mismatch] that names the member of `body` that is wrong.
    ///
    /// @throws SettingsException when the settings would be wrong
    /// @throws IOException when they can't be saved
    Json.Obj make(Cursor body) throws SettingsException, IOException;
  }

  /// A path below `/config/`.
  public static Endpoint config(String path, Change change) {
    return Endpoint.at(path).post(new ConfigHandler(change));
  }

  /// The same, and what is there now by the query behind it (null when there is none).
  public static Endpoint config(String path, Change change, Function<String, Json.Obj> shown) {
    return config(path, change).get(shown(shown));
  }

  /// The paths where keys are saved.
  public static List<Endpoint> keys(LiveSettings settings) {
    return settings.now().keys().stream()
        .map(key -> config(key.path(), ConfigHandler.key(settings, key.member()))).toList();
  }

  /// A path where JSON can be had, by the query behind it (null when there is none).
  public static Endpoint json(String path, Function<String, Json.Obj> answer) {
    return Endpoint.at(path).get(shown(answer));
  }

  private static HttpHandler shown(Function<String, Json.Obj> answer) {
    return exchange -> JsonAnswer.send(exchange, 200,
        answer.apply(exchange.getRequestURI().getQuery()));
  }

  /// Those for the game; the dashboard's own come besides.
  ///
  /// @param afterLarge is run when a request of [#LARGE] bytes or more is over, on its thread
  public static List<Endpoint> of(Router router, LiveSettings settings, Stats stats,
      String version, Runnable afterLarge) {
    HttpHandler completions = completions(router, settings, stats, true, afterLarge);
    ModelsHandler models = new ModelsHandler(router);
    return List.of(
        Endpoint.at("/v1/chat/completions").post(completions),
        Endpoint.at("/chat/completions").post(completions),
        Endpoint.at("/v1").post(completions), // what players type who know only the base URL
        Endpoint.at("/v1/models").andBelow().get(models),
        Endpoint.at("/models").andBelow().get(models),
        Endpoint.at("/health").unguarded()
            .get(new HealthHandler(router, settings, version)));
  }

  /// Completions alone, which nobody hears of: no figure outlives them and no line of the log.
  public static List<Endpoint> unseen(Router router, LiveSettings settings) {
    return List.of(Endpoint.at("/v1/chat/completions")
        .post(completions(router, settings, new Stats(null, _ -> { }), false, () -> { })));
  }

  private static HttpHandler completions(Router router, LiveSettings settings, Stats stats,
      boolean logs, Runnable afterLarge) {
    ChatHandler chat = new ChatHandler(router, () -> settings.now().wholeWords(),
        () -> settings.now().finishBrokenLines(), stats, logs);
    return exchange -> {
      byte[] body = RequestBody.read(exchange);
      if (body == null) return;
      try {
        chat.handle(exchange, body);
      } finally {
        if (body.length >= LARGE) afterLarge.run();
      }
    };
  }
}
