package skyproxy.chat;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Why a reply ended, by OpenAI's names.
public enum FinishReason {
  STOP("stop"),
  LENGTH("length", "max_tokens", "max_output_tokens", "max_completion_tokens", "max_length",
      "model_length", "token_limit", "length_limit", "limit", "context_length",
      "model_context_window_exceeded", "context_length_exceeded"),
  TOOL_CALLS("tool_calls", "tool_call", "tool_use", "function_call"),
  CONTENT_FILTER("content_filter", "content_filtered", "sensitive", "safety", "refusal",
      "recitation", "blocklist", "prohibited_content", "spii", "image_safety",
      "guardrail_intervened", "moderation", "content_policy");

  /// OpenAI's older word for a call, which goes with a member that is as old.
  private static final String LEGACY_CALL = "function_call";

  /// Words of servers that say that an answer is not whole.
  private static final Set<String> FAULTS = Set.of("error", "network_error", "server_error",
      "internal_error", "internal_server_error", "model_error", "engine_error", "upstream_error",
      "insufficient_system_resource", "abort", "aborted", "cancel", "cancelled", "canceled",
      "fail", "failed", "failure", "exception", "timeout", "timed_out", "overloaded",
      "interrupted", "preempted", "incomplete", "disconnected", "connection_error",
      "malformed_function_call", "malformed_response");

  private final String wireName;
  private final List<String> otherNames;

  FinishReason(String wireName, String... otherNames) {
    this.wireName = wireName;
    this.otherNames = List.of(otherNames);
  }

  /// Reads a `finish_reason` in anybody's words; what we do not know is [#STOP].
  static FinishReason parse(String word) {
    for (FinishReason reason : values()) {
      if (reason.wireName.equals(word)) return reason;
    }
    String plain = plain(word);
    for (FinishReason reason : values()) {
      if (reason.wireName.equals(plain) || reason.otherNames.contains(plain)) return reason;
    }
    return STOP;
  }

  /// Whether a `finish_reason` tells of a fault: what came before it is no whole answer.
  static boolean tellsFault(String word) {
    return FAULTS.contains(plain(word));
  }

  /// A `finish_reason` as clients know it, the very same one if they do.
  static String known(String word) {
    return word.equals(LEGACY_CALL) ? word : parse(word).wireName;
  }

  private static String plain(String word) {
    return word.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
  }

  /// The value of `finish_reason`.
  public String wireName() {
    return wireName;
  }
}
