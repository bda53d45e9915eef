package skyproxy.chat;

/// The tokens of a reply, as counted upstream.
///
/// @param prompt all tokens of the prompt, the cached ones among them
/// @param completion all tokens of the answer, those of the reasoning among them
/// @param cached how many of `prompt` were read from a cache
/// @param reasoning how many of `completion` were thought, not said
public record Usage(long prompt, long completion, long cached, long reasoning) {

  /// For an upstream that does not tell, or a reply that we ended: no figures, rather than zeros.
  public static final Usage NONE = new Usage(0, 0, 0, 0);

  public long total() {
    return prompt + completion;
  }
}
