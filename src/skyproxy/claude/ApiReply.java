package skyproxy.claude;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.json.Json;

/// A reply of the Messages API: waits for the credential, calls, and calls again where that
/// helps: once with another credential, and without each parameter that the model refuses. Never
/// after the first event, since what has been said can't be taken back.
final class ApiReply implements Reply {
  private static final int REPEATS = 8;

  private final ApiProvider api;
  private final Credentials credentials;
  private final ChatRequest request;
  private CompletableFuture<Credential> awaited;
  private Credential credential;
  private Json.Obj body;
  private Reply reply;
  private Usage before = Usage.NONE;
  private boolean renewed;
  private int repeats;
  private boolean said;

  ApiReply(ApiProvider api, Credentials credentials, ChatRequest request) {
    this.api = api;
    this.credentials = credentials;
    this.request = request;
    awaited = credentials.current();
    if (awaited.isDone() && !awaited.isCompletedExceptionally()) send(awaited.join());
  }

  private void send(Credential with) {
    credential = with;
    body = api.body(request, with);
    reply = api.send(request, body, with);
  }

  @Override
  public Event next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (reply == null && !awaitCredential(left)) return Event.QUIET;
      try {
        Event event = reply.next(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        if (!said && event != null && !(event instanceof Event.Idle)) {
          said = true;
          body = null;
          credentials.accepted(credential);
        }
        return event;
      } catch (ChatException failed) {
        recover(credential.hiddenIn(failed));
      }
    }
  }

  private boolean awaitCredential(long nanos) {
    try {
      send(awaited.get(nanos, TimeUnit.NANOSECONDS));
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ChatException known) {
        throw new ChatException(known.failure(), known);
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException stopped) {
      throw ChatException.stopping(stopped);
    }
  }

  /// Gets ready to call again, or throws what went wrong.
  private void recover(ChatException failed) {
    reply.close();
    if (said) throw failed;
    if (!renewed && failed.failure() instanceof Failure.Unauthorized) {
      CompletableFuture<Credential> other = credentials.renew(credential, failed.failure());
      if (other == null) throw failed;
      renewed = true;
      awaited = other;
    } else if (repeats < REPEATS && api.learn(request, body, failed.failure())) {
      repeats++;
      awaited = CompletableFuture.completedFuture(credential);
    } else {
      throw failed;
    }
    before = before.plus(reply.untold());
    reply = null;
  }

  @Override
  public Usage untold() {
    return reply == null ? before : before.plus(reply.untold());
  }

  @Override
  public void close() {
    if (reply != null) reply.close();
  }
}
