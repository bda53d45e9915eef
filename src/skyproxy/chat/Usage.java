package skyproxy.chat;

import java.math.BigDecimal;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The tokens of a reply, as counted upstream.
///
/// @param prompt all tokens of the prompt, the cached ones among them
/// @param completion all tokens of the answer, those of the reasoning among them
/// @param cached how many of `prompt` were read from a cache
/// @param reasoning how many of `completion` were thought, not said
/// @param written how many of `prompt` were written to a cache, for an hour or less
/// @param writtenForHour how many of `written` are kept for an hour
/// @param cost what the upstream says that the reply costs, in US dollars, or null
public record Usage(long prompt, long completion, long cached, long reasoning, long written,
    long writtenForHour, BigDecimal cost) {

  /// More than anybody counts: nonsense, and a sum of many such still fits.
  private static final double MOST = 1e15;

  /// For an upstream that does not tell, or a reply that we ended: no figures, rather than zeros.
  public static final Usage NONE = new Usage(0, 0, 0, 0);

  /// Nothing written, no cost told.
  public Usage(long prompt, long completion, long cached, long reasoning) {
    this(prompt, completion, cached, reasoning, 0, 0, null);
  }

  public long total() {
    return prompt + completion;
  }

  /// The sum of two replies.
  public Usage plus(Usage other) {
    if (equals(NONE) || other.equals(NONE)) return equals(NONE) ? other : this;
    return new Usage(prompt + other.prompt, completion + other.completion, cached + other.cached,
        reasoning + other.reasoning, written + other.written,
        writtenForHour + other.writtenForHour,
        cost == null ? other.cost : other.cost == null ? cost : cost.add(other.cost));
  }

  /// Reads OpenAI's `usage` object, as an upstream wrote it. Some count in odd types; figures are
  /// no reason to fail a reply.
  /// https://platform.openai.com/docs/api-reference/chat/object
  public static Usage read(Json.Obj counted) {
    Cursor at = Cursor.of(counted);
    Cursor prompt = at.at("prompt_tokens_details");
    return new Usage(count(at.at("prompt_tokens")), count(at.at("completion_tokens")),
        count(prompt.at("cached_tokens")),
        count(at.at("completion_tokens_details").at("reasoning_tokens")),
        count(prompt.at("cache_write_tokens")), 0, cost(at));
  }

  private static long count(Cursor at) {
    return at.json() instanceof Json.Num number && number.isInteger()
        && number.doubleValue() > 0 && number.doubleValue() < MOST ? number.longValue() : 0;
  }

  /// The cost as told. Who brings a key of its own to a go-between is told that one's fee, and
  /// apart from it what its key is billed.
  private static BigDecimal cost(Cursor at) {
    BigDecimal told = Cost.told(at.at("cost").json());
    BigDecimal apart = Cost.told(at.at("cost_details").at("upstream_inference_cost").json());
    return told != null && apart != null && new Json.Bool(true).equals(at.at("is_byok").json())
        ? told.add(apart) : told;
  }
}
