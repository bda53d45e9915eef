package skyproxy.claude.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import skyproxy.chat.Failure;
import skyproxy.chat.Model;
import skyproxy.claude.messages.ClaudePlan;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// The player's account, as the CLI's processes report it beside their answers. Any number of
/// threads.
final class CliAccount {

  /// The state of the login, as far as known.
  enum Login { UNKNOWN, YES, NO }

  private volatile Login login = Login.UNKNOWN;
  private volatile boolean paysByToken;
  private volatile List<Model> models = List.of();
  private final ClaudePlan plan = new ClaudePlan();
  private final BooleanSupplier asked;
  private final AtomicReference<CompletableFuture<Boolean>> ignored = new AtomicReference<>();

  /// @param asked whether the CLI says that somebody is logged in when it is asked as a player may
  ///     ask it; takes a while
  CliAccount(BooleanSupplier asked) {
    this.asked = asked;
  }

  /// Looks at a line of any process.
  void see(Json.Obj line) {
    Cursor at = Cursor.of(line);
    try {
      switch (at.at("type").stringOr("")) {
        case "control_response" -> answered(at.at("response"));
        case "rate_limit_event" -> plan.heard(at.at("rate_limit_info"));
        default -> { }
      }
    } catch (Cursor.Mismatch newer) {
      // A form that we do not know says nothing, and must not stop the process's reader.
      login = login == Login.UNKNOWN ? Login.YES : login;
    }
  }

  private void answered(Cursor response) {
    if (!response.at("request_id").stringOr("").equals(StreamJson.INITIALIZE)) return;
    Cursor report = response.at("response");
    String source = report.at("account").at("tokenSource").stringOr("");
    String key = report.at("account").at("apiKeySource").stringOr("none");
    List<Model> listed = new ArrayList<>();
    for (Cursor model : report.at("models").arrayOrEmpty()) {
      String id = model.at("resolvedModel").stringOr(model.at("value").stringOr("default"));
      boolean longer = id.indexOf('[') >= 0; // a larger window, which may be billed apart
      boolean madeUp = model.at("description").stringOr("").equals("Custom model");
      boolean known = listed.stream().anyMatch(one -> one.id().equals(id));
      if (longer || madeUp || known || id.equals("default")) continue;
      listed.add(new Model(id, 0, "anthropic"));
    }
    models = List.copyOf(listed);
    // A plan is used where there is a token of one; else a key, which `/login` may have made.
    paysByToken = source.equals("none") && !key.equals("none");
    login = source.equals("none") && key.equals("none") ? Login.NO : Login.YES;
    if (login == Login.NO) ask();
  }

  private CompletableFuture<Boolean> ask() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    ignored.set(answer);
    Threads.named("login of the Claude CLI").start(() -> {
      try {
        answer.complete(asked.getAsBoolean());
      } finally {
        answer.complete(false);
      }
    });
    return answer;
  }

  /// Whether nobody is logged in for us though somebody is for themselves, as far as known: the CLI
  /// keeps a plan's login to itself then.
  boolean ignored() {
    CompletableFuture<Boolean> answer = ignored.get();
    return login == Login.NO && answer != null && answer.getNow(false);
  }

  /// Why the CLI has refused a call with the words that nobody is logged in. Takes a moment where
  /// nobody has looked yet what it says of itself.
  Failure.NotReady refusal() {
    CompletableFuture<Boolean> answer = ignored.get();
    if (answer == null) answer = ask();
    boolean known = answer.copy().completeOnTimeout(false, 3, TimeUnit.SECONDS).join();
    return known ? CliFailures.loginIgnored() : CliFailures.notLoggedIn();
  }

  /// An answer came, whatever a process said that was started before the player logged in.
  void proved() {
    login = Login.YES;
  }

  Login login() {
    return login;
  }

  /// Whether its answers are billed by the token, as far as known; else a plan pays for them.
  boolean paysByToken() {
    return paysByToken;
  }

  /// Those of the plan; none as long as no process was asked.
  List<Model> models() {
    return models;
  }

  /// How much of the plan is used up, as last reported.
  ClaudePlan plan() {
    return plan;
  }
}
