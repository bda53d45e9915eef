package skyproxy.codex;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import skyproxy.chat.Secrets;

/// The state of Codex, as [CodexSupervisor] last published it: whether there is one, and what a
/// request is answered through.
sealed interface CodexState {

  /// When somebody asks: no process is kept ready.
  record Asleep() implements CodexState {}

  /// Soon: it is being started.
  record Starting() implements CodexState {}

  /// Not at all. `retryAfter` is null when somebody must do something first.
  record Unavailable(String message, Duration retryAfter) implements CodexState {
    public Unavailable {
      message = Secrets.masked(message);
    }
  }

  /// Through a running app-server.
  record Running(CodexCli cli, int identity, AppServer server, WarmThreads threads,
      CodexModels models) implements CodexState {}

  /// By a process for each request.
  ///
  /// @param why the app-server could not be used
  record Exec(CodexCli cli, int identity, Path home, Path folder, List<String> settings,
      String why) implements CodexState {}
}
