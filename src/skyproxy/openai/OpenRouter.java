package skyproxy.openai;

import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Limits;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.json.Json;

/// OpenRouter: an OpenAI-compatible server with a key, and with headers that say who calls.
/// https://openrouter.ai/docs/api-reference/overview
public final class OpenRouter {
  /// Programs on a player's own computer have no site; OpenRouter takes this for one as long as
  /// there is a title. https://openrouter.ai/docs/app-attribution
  private static final ChatRequest.Caller US =
      new ChatRequest.Caller("http://localhost", ChatRequest.Caller.OURS);

  /// Asks for the cost in the reply's `usage`. By now OpenRouter tells it unasked; what else may
  /// stand at its address, and speaks its language as it was, has to be asked.
  /// https://openrouter.ai/docs/use-cases/usage-accounting
  private static final Json.Obj TELL_COST = Json.Obj.builder()
      .put("usage", Json.Obj.builder().put("include", true).build()).build();

  private OpenRouter() {}

  /// @param url the API, such as `https://openrouter.ai/api/v1`
  /// @param key the player's key, null as long as there is none; asked for each request
  public static Provider provider(URI url, Supplier<String> key, Limits limits) {
    return new OpenAiProvider(new ServerProfile("openrouter", "OpenRouter", url, key, true,
        "Enter a key from openrouter.ai/keys on the dashboard, or as openrouter_api_key in the"
            + " settings file.",
        "", List.of(), Set.of(), TELL_COST, OpenRouter::price, false, true, US, limits));
  }

  /// Each reply tells what it cost; the list of models only what it should. What neither that nor
  /// its name says to be free is taken to cost something.
  private static Price price(String model, Price listed) {
    return listed != null ? listed : model.endsWith(":free") ? Price.FREE : Price.TOLD;
  }
}
