package skyproxy.chat;

/// Carries a [Failure] from the place that understood the problem to one of the two that act on
/// it: the router (try the next target?) and the chat handler (which status, which words?).
public final class ChatException extends RuntimeException {
  private final transient Failure failure;

  public ChatException(Failure failure) {
    this(failure, null);
  }

  public ChatException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
