package skyproxy.scenes;

import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The play of a scene by one model.
///
/// @param model as it was asked for
/// @param firstWord milliseconds to the first word, or null when none came
/// @param total milliseconds to the end
/// @param promptTokens 0 when nobody told
/// @param completionTokens 0 when nobody told
/// @param cost US dollars, or null when nobody knows
/// @param formKept whether the answer has the form that the game needs
record Played(String model, Long firstWord, long total, long promptTokens, long completionTokens,
    Double cost, boolean formKept) {
  private static final int NAME = 200;

  static Played read(Cursor at) {
    String model = at.at("model").string();
    if (model.length() > NAME) throw at.at("model").mismatch("is too long");
    Cursor first = at.at("first_word_ms");
    Cursor cost = at.at("cost_usd");
    return new Played(model, first.isMissing() ? null : first.integer(),
        at.at("total_ms").integerOr(0), at.at("prompt_tokens").integerOr(0),
        at.at("completion_tokens").integerOr(0), cost.isMissing() ? null : cost.number(),
        at.at("form_kept").boolOr(false));
  }

  Json.Obj json() {
    Json.Obj.Builder out = Json.Obj.builder().put("model", model);
    if (firstWord == null) out.putNull("first_word_ms");
    else out.put("first_word_ms", firstWord);
    out.put("total_ms", total).put("prompt_tokens", promptTokens)
        .put("completion_tokens", completionTokens);
    if (cost == null) out.putNull("cost_usd");
    else out.put("cost_usd", cost);
    return out.put("form_kept", formKept).build();
  }
}
