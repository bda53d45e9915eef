package skyproxy.stats;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import skyproxy.chat.Attempt;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The last call of the game, and of each provider when it was asked and what went wrong with it.
///
/// Used by [Stats], under its lock.
final class LastSeen {
  private static final int PROVIDERS = 100;

  private record LastError(Instant when, String message) {}

  private final Map<String, LastError> errors = new LinkedHashMap<>();
  private final Map<String, Instant> asked = new LinkedHashMap<>();
  private Json game = Json.NULL;

  /// An attempt that answers clears what was wrong before.
  void attempt(Attempt attempt, Instant now) {
    String provider = attempt.provider();
    if (asked.size() < PROVIDERS || asked.containsKey(provider)) asked.put(provider, now);
    if (attempt.failure() == null) {
      errors.remove(provider);
    } else if (errors.size() < PROVIDERS || errors.containsKey(provider)) {
      errors.put(provider, new LastError(now, RequestJson.cut(attempt.failure().message())));
    }
  }

  /// The game has called, and this is how it ended.
  void game(RequestRecord request) {
    game = Json.Obj.builder().put("when", request.when().toString())
        .put("asked", RequestJson.cut(request.modelText()))
        .put("model", RequestJson.cut(request.model()))
        .put("outcome", request.outcome().wireName()).build();
  }

  /// The last call of the game, or null.
  Json game() {
    return game;
  }

  /// When a provider was asked, or null.
  Instant asked(String provider) {
    return asked.get(provider);
  }

  /// The last error of a provider, or null when it has answered since.
  Json.Obj error(String provider) {
    LastError error = errors.get(provider);
    return error == null ? null : Json.Obj.builder()
        .put("when", error.when().toString()).put("message", error.message()).build();
  }

  void clear() {
    errors.clear();
    asked.clear();
    game = Json.NULL;
  }

  /// What outlives the program.
  Json.Obj.Builder save(Json.Obj.Builder out) {
    Json.Obj.Builder times = Json.Obj.builder();
    asked.forEach((provider, when) -> times.put(provider, when.toString()));
    return out.put("asked", times.build()).put("game", game);
  }

  void load(Cursor at) {
    if (!at.at("asked").isMissing()) {
      at.at("asked").members().forEach((provider, when) ->
          asked.put(provider, Instant.parse(when.string())));
    }
    if (!at.at("game").isMissing()) game = at.at("game").object();
  }
}
