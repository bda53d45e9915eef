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

  /// For a wait that was interrupted, which only the end of the program does; the thread stays
  /// marked as interrupted.
  public static ChatException stopping(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new ChatException(new Failure.Stopping("The proxy is stopping."), cause);
  }

  public Failure failure() {
    return failure;
  }
}
