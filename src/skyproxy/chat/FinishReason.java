package skyproxy.chat;

/// Why a reply ended, by OpenAI's names.
public enum FinishReason {
  STOP("stop"), LENGTH("length"), TOOL_CALLS("tool_calls"), CONTENT_FILTER("content_filter");

  private final String wireName;

  FinishReason(String wireName) {
    this.wireName = wireName;
  }

  /// Reads a `finish_reason`; what we do not know is [#STOP].
  static FinishReason parse(String word) {
    for (FinishReason reason : values()) {
      if (reason.wireName.equals(word)) return reason;
    }
    return word.equals("max_tokens") ? LENGTH : STOP;
  }

  /// The value of `finish_reason`.
  public String wireName() {
    return wireName;
  }
}
