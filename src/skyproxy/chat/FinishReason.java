package skyproxy.chat;

/// Why a reply ended, by OpenAI's names.
public enum FinishReason {
  STOP("stop"), LENGTH("length"), TOOL_CALLS("tool_calls"), CONTENT_FILTER("content_filter");

  private final String wireName;

  FinishReason(String wireName) {
    this.wireName = wireName;
  }

  /// The value of `finish_reason`.
  public String wireName() {
    return wireName;
  }
}
