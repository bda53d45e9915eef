package skyproxy.codex;

import java.time.Duration;
import java.util.function.Function;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;

/// A reply that first waits for Codex to be there: at the start of the program, and while a
/// process that died is started anew.
final class PendingReply implements Reply {
  private final CodexSupervisor supervisor;
  private final Function<CodexState, Reply> opener;
  private Reply reply;

  /// @param opener opens the reply on a [CodexState.Running] or a [CodexState.Exec]
  PendingReply(CodexSupervisor supervisor, Function<CodexState, Reply> opener) {
    this.supervisor = supervisor;
    this.opener = opener;
  }

  @Override
  public Event next(Duration patience) {
    if (reply != null) return reply.next(patience);
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      switch (supervisor.await(patience)) {
        case CodexState.Starting _, CodexState.Asleep _ -> {
          return Event.QUIET;
        }
        case CodexState.Unavailable(var message, var retryAfter) ->
            throw new ChatException(new Failure.NotReady(message, retryAfter));
        case CodexState.Running server -> reply = opener.apply(server);
        case CodexState.Exec exec -> reply = opener.apply(exec);
      }
    } catch (InterruptedException interrupted) {
      throw ChatException.stopping(interrupted);
    }
    return reply.next(Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0)));
  }

  @Override
  public Duration queued() {
    return reply == null ? Duration.ZERO : reply.queued();
  }

  @Override
  public void close() {
    if (reply != null) reply.close();
  }
}
