package skyproxy.codex;

import java.util.List;
import java.util.function.Consumer;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines.Line;

/// A conversation inside the app-server, good for one request.
///
/// A second turn on a busy thread would steer the first, and a thread that was interrupted holds
/// the prompt and not the answer; so none is used twice. Callbacks come on the server's reader
/// thread; [#close] may come from any thread, at any time, and never blocks.
final class AppServerThread {

  private enum State {
    /// No turn is under way.
    IDLE,
    /// A turn was asked for; its name may not be known yet.
    TURNING,
    /// Closed in the middle of a turn, which must end before the thread can be left.
    ENDING,
    /// Closed, and nothing more is heard.
    LEFT
  }

  private final AppServer server;
  private final String id;
  private final long born = System.nanoTime();
  private State state = State.IDLE;
  private Consumer<Line> mailbox;
  private String turn;

  AppServerThread(AppServer server, String id) {
    this.server = server;
    this.id = id;
  }

  long ageNanos() {
    return System.nanoTime() - born;
  }

  /// Gives the thread its past and asks for its next turn. `ear` hears the turn's notifications,
  /// any answer that is an error, and the end of the process.
  void begin(List<Json> items, Json.Obj next, Consumer<Line> ear) {
    synchronized (this) {
      mailbox = ear;
    }
    server.listen(id, this::heard);
    if (items.isEmpty()) {
      start(next);
    } else {
      inject(items, answer -> {
        if (AppServer.resultOf(answer) != null) start(next);
        else handOn(answer);
      });
    }
  }

  void inject(List<Json> items, Consumer<Line> then) {
    server.send("thread/inject_items", Json.Obj.builder().put("threadId", id)
        .put("items", new Json.Arr(items)).build(), then);
  }

  private void start(Json.Obj next) {
    synchronized (this) {
      if (state != State.IDLE) return;
      state = State.TURNING;
    }
    server.send("turn/start", next.with("threadId", new Json.Str(id)), answer -> {
      Cursor started = AppServer.resultOf(answer) instanceof Json.Obj result
          ? Cursor.of(result).at("turn").at("id") : null;
      if (started != null && started.isString()) {
        named(started.string());
      } else {
        over();
        handOn(answer);
      }
    });
  }

  private void heard(Line line) {
    Consumer<Line> ear;
    synchronized (this) {
      if (line instanceof Line.Message(var message)) {
        Cursor root = Cursor.of(message);
        Cursor turnId = root.at("params").at("turnId");
        if (turnId.isString()) named(turnId.string());
        if (root.at("method").stringOr("").equals("turn/completed")) over();
      } else {
        over();
      }
      ear = ear();
    }
    if (ear != null) ear.accept(line);
  }

  private void handOn(Line line) {
    Consumer<Line> ear = ear();
    if (ear != null) ear.accept(line);
  }

  /// Who still wants to hear, or null.
  private synchronized Consumer<Line> ear() {
    return switch (state) {
      case IDLE, TURNING -> mailbox;
      case ENDING, LEFT -> null;
    };
  }

  private synchronized void named(String turnId) {
    if (turn != null) return;
    turn = turnId;
    if (state == State.ENDING) interrupt();
  }

  private synchronized void over() {
    switch (state) {
      case TURNING -> state = State.IDLE;
      case ENDING -> leave();
      case IDLE, LEFT -> { }
    }
  }

  /// Ends the turn if there is one, then lets the server forget the thread.
  synchronized void close() {
    switch (state) {
      case IDLE -> leave();
      case TURNING -> {
        state = State.ENDING;
        if (turn != null) interrupt();
      }
      case ENDING, LEFT -> { }
    }
  }

  private void interrupt() {
    server.send("turn/interrupt", Json.Obj.builder().put("threadId", id).put("turnId", turn)
        .build(), answer -> {
          if (AppServer.resultOf(answer) == null) over();
        });
  }

  private void leave() {
    state = State.LEFT;
    server.unlisten(id);
    server.send("thread/unsubscribe",
        Json.Obj.builder().put("threadId", id).build(), _ -> { });
  }
}
