package skyproxy.openai;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Cost;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.json.Json;

/// The particulars of one OpenAI-compatible server.
///
/// @param name by which we know it: `openrouter`, `ollama`
/// @param label what messages call it
/// @param base what `/chat/completions` is appended to
/// @param key our credential, null when there is none; asked for each request, since the player
///     may change it
/// @param keyNeeded whether nothing can be done without a key
/// @param keyRemedy what to do about a key that is missing or wrong
/// @param prefix what stands before its models' ids in ours
/// @param models ids that are listed even when the server can't be reached
/// @param drop members of a request that it must not see
/// @param add members of every request to it, where the client does not send them
/// @param prices what a model costs, by its id there; null where it costs nothing
/// @param warm whether its model is kept loaded
/// @param heedsReasoning whether it knows `reasoning`, by which the game forbids thoughts
/// @param introduction who to say is calling when the client does not; its members may be null
record ServerProfile(String name, String label, URI base, Supplier<String> key, boolean keyNeeded,
    String keyRemedy, String prefix, List<String> models, Set<String> drop, Json.Obj add,
    Prices prices, boolean warm, boolean heedsReasoning, ChatRequest.Caller introduction,
    Limits limits) {

  ServerProfile {
    models = List.copyOf(models);
    drop = Set.copyOf(drop);
  }

  /// A price list.
  interface Prices {

    /// For a server that costs nothing.
    Prices NONE = (_, _) -> null;

    /// What a model costs.
    ///
    /// @param listed what the server's own list of models says, or null
    Price of(String model, Price listed);

    /// Whether there are any.
    default boolean any() {
      return this != NONE;
    }
  }

  /// The address of one of its endpoints.
  URI at(String path) {
    return URI.create(base.toString().replaceFirst("/+$", "") + path);
  }

  /// Reads its answer to the question for its models: `{"data":[{"id":…}]}`, or the bare array that
  /// some servers send.
  List<Model> models(Json answer) {
    Json list = answer instanceof Json.Obj whole ? whole.get("data") : answer;
    List<Model> models = new ArrayList<>();
    if (!(list instanceof Json.Arr(var items))) return models;
    for (Json item : items) {
      if (item instanceof Json.Obj one && one.get("id") instanceof Json.Str(var id)
          && !id.isBlank()) {
        models.add(new Model(prefix + id, created(one.get("created")),
            one.get("owned_by") instanceof Json.Str(var owner) && !owner.isBlank()
                ? owner : name, price(one.get("pricing"))));
      }
    }
    return models;
  }

  /// Reads OpenRouter's `pricing`, dollars a token and a request as texts; null when it is none.
  /// What is written to the cache costs what the prompt does where nothing else is said.
  /// https://openrouter.ai/docs/api-reference/list-available-models
  private static Price price(Json pricing) {
    if (!(pricing instanceof Json.Obj prices)) return null;
    BigDecimal input = Cost.told(prices.get("prompt"));
    BigDecimal output = Cost.told(prices.get("completion"));
    if (input == null || output == null) return null;
    BigDecimal read = Cost.told(prices.get("input_cache_read"));
    BigDecimal write = Cost.told(prices.get("input_cache_write"));
    if (write == null) write = input;
    BigDecimal call = Cost.told(prices.get("request"));
    return new Price(List.of(new Price.Tier(Long.MAX_VALUE, input, read == null ? input : read,
        write, write, output)), call == null ? BigDecimal.ZERO : call, true);
  }

  private static long created(Json value) {
    return value instanceof Json.Num number && number.text().matches("\\d{1,15}")
        ? number.longValue() : 0;
  }
}
