package skyproxy.claude;

import java.time.Duration;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;

/// The reply of a model that will retire: when its upstream does not know it any more, that of its
/// successor. One thread.
final class SuccessionReply implements Reply {
  private final Supplier<Reply> successor;
  private Reply reply;
  private Usage before = Usage.NONE;
  private boolean succeeded;

  /// @param successor opens the reply of the successor, or gives null when there is none
  SuccessionReply(Reply reply, Supplier<Reply> successor) {
    this.reply = reply;
    this.successor = successor;
  }

  @Override
  public Event next(Duration patience) {
    try {
      return reply.next(patience);
    } catch (ChatException failed) {
      Reply next = succeeded || !(failed.failure() instanceof Failure.UnknownModel) ? null
          : successor.get();
      if (next == null) throw failed;
      succeeded = true;
      before = reply.untold();
      reply.close();
      reply = next;
      return Event.PULSE;
    }
  }

  @Override
  public Duration queued() {
    return reply.queued();
  }

  @Override
  public Usage untold() {
    return before.plus(reply.untold());
  }

  @Override
  public void close() {
    reply.close();
  }
}
