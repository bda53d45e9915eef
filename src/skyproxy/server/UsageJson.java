package skyproxy.server;

import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// OpenAI's `usage` object.
/// https://platform.openai.com/docs/api-reference/chat/object
final class UsageJson {
  private UsageJson() {}

  static Json.Obj of(Usage usage) {
    return Json.Obj.builder()
        .put("prompt_tokens", usage.prompt())
        .put("completion_tokens", usage.completion())
        .put("total_tokens", usage.total())
        .put("prompt_tokens_details",
            Json.Obj.builder().put("cached_tokens", usage.cached()).build())
        .put("completion_tokens_details",
            Json.Obj.builder().put("reasoning_tokens", usage.reasoning()).build())
        .build();
  }
}
