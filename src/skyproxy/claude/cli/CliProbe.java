package skyproxy.claude.cli;

import java.lang.System.Logger.Level;
import java.time.Duration;
import skyproxy.chat.Failure;
import skyproxy.json.Json;

/// Asks the CLI for account and models without a request, by a process that serves nobody: at the
/// start, and from time to time as long as nobody is logged in.
///
/// The pool starts and ends the process, and calls this under its lock; [#see] needs none.
final class CliProbe {
  private static final System.Logger LOG = System.getLogger(CliProbe.class.getName());

  private final Duration retryDelay;
  private final Duration timeout;
  private final CliAccount account;
  private long dueAt = System.nanoTime();

  /// @param retryDelay from one question to the next
  /// @param timeout for the answer
  CliProbe(Duration retryDelay, Duration timeout, CliAccount account) {
    this.account = account;
    this.retryDelay = retryDelay;
    this.timeout = timeout;
  }

  CliAccount account() {
    return account;
  }

  /// What is wrong with the login, or null.
  Failure.NotReady failure() {
    return account.ignored() ? CliFailures.loginIgnored()
        : account.login() == CliAccount.Login.NO ? CliFailures.notLoggedIn() : null;
  }

  /// Whether it is time to ask. Who has asked has to wait before the next time.
  boolean due(long now) {
    if (now - dueAt < 0 || account.login() == CliAccount.Login.YES) return false;
    dueAt = now + retryDelay.toNanos();
    return true;
  }

  /// Asks again as soon as possible, since the last question failed for a reason that is mended.
  void askSoon(long now) {
    dueAt = now;
  }

  void ask(CliProcess process) {
    process.become(CliProcess.State.PROBING);
    process.say(StreamJson.initialize(""));
  }

  /// Looks at a line of any process; whether it is the answer to a control request, which a CLI
  /// that works gives.
  boolean see(Json.Obj line) {
    account.see(line);
    return new Json.Str("control_response").equals(line.get("type"));
  }

  /// Ends a process that has not answered in time; whether it had to.
  boolean endOverdue(CliProcess process) {
    if (process.age().compareTo(timeout) <= 0) return false;
    LOG.log(Level.WARNING, "The Claude CLI did not answer within {0} ms.", timeout.toMillis());
    process.end(true);
    return true;
  }
}
