package skyproxy.codex;

import java.util.List;
import java.util.function.Consumer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A conversation inside the app-server, good for one request.
///
/// A second turn on a busy thread would steer the first, and a thread that was interrupted holds
/// the prompt and not the answer; so none is used twice. Callbacks come on the session's reader
/// thread; [#close] may come from any thread, at any time, and never blocks.
final class CodexThread {
  private final CodexSession session;
  private final String id;
  private final long born = System.nanoTime();
  private Consumer<Json.Obj> mailbox;
  private String turn;
  private boolean turning;
  private boolean closed;

  CodexThread(CodexSession session, String id) {
    this.session = session;
    this.id = id;
  }

  CodexSession session() {
    return session;
  }

  long ageNanos() {
    return System.nanoTime() - born;
  }

  /// Gives the thread its past and asks for its next turn. `ear` hears the turn's notifications,
  /// and any answer that is an error.
  void begin(List<Json> items, Json.Obj next, Consumer<Json.Obj> ear) {
    synchronized (this) {
      mailbox = ear;
    }
    session.listen(id, this::heard);
    if (items.isEmpty()) {
      start(next);
    } else {
      inject(items, answer -> {
        if (answer.get("result") != null) start(next);
        else ear.accept(answer);
      });
    }
  }

  void inject(List<Json> items, Consumer<Json.Obj> then) {
    session.send("thread/inject_items", Json.Obj.builder().put("threadId", id)
        .put("items", new Json.Arr(items)).build(), then);
  }

  private void start(Json.Obj next) {
    synchronized (this) {
      if (closed) return;
      turning = true;
    }
    session.send("turn/start", next.with("threadId", new Json.Str(id)), answer -> {
      Cursor started = Cursor.of(answer).at("result").at("turn").at("id");
      if (started.isString()) {
        learn(started.string());
      } else {
        over();
        tell(answer);
      }
    });
  }

  private void heard(Json.Obj message) {
    Cursor root = Cursor.of(message);
    Cursor turnId = root.at("params").at("turnId");
    if (turnId.isString()) learn(turnId.string());
    boolean last = root.at("method").stringOr("").equals("turn/completed");
    if (last || message == CodexSession.GONE) over();
    tell(message);
  }

  private void tell(Json.Obj message) {
    Consumer<Json.Obj> ear;
    synchronized (this) {
      ear = closed ? null : mailbox;
    }
    if (ear != null) ear.accept(message);
  }

  private synchronized void learn(String turnId) {
    if (turn != null) return;
    turn = turnId;
    if (closed && turning) interrupt();
  }

  private synchronized void over() {
    turning = false;
    if (closed) leave();
  }

  /// Ends the turn if there is one, then lets the server forget the thread.
  synchronized void close() {
    if (closed) return;
    closed = true;
    if (!turning) leave();
    else if (turn != null) interrupt();
  }

  private void interrupt() {
    session.send("turn/interrupt", Json.Obj.builder().put("threadId", id).put("turnId", turn)
        .build(), answer -> {
          if (answer.get("result") == null) over();
        });
  }

  private void leave() {
    session.unlisten(id);
    session.send("thread/unsubscribe",
        Json.Obj.builder().put("threadId", id).build(), _ -> { });
  }
}
