package skyproxy.codex;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Unavailable;
import skyproxy.chat.UsageWindow;
import skyproxy.chat.Waiting;
import skyproxy.json.Json;
import skyproxy.upstream.Readiness;
import skyproxy.upstream.UnsupportedParameters;

/// Answers with the player's Codex CLI, on the player's own login and plan.
public final class CodexProvider implements Provider {
  private static final String NAME = "codex";
  private static final String TITLE = "Codex";

  private volatile Limits limits;
  private final UnsupportedParameters unsupported = new UnsupportedParameters();
  private final CodexPlan plan = new CodexPlan();
  private final CodexSupervisor supervisor;
  private volatile Refusal refusal;

  /// A login that the upstream refused, and its words.
  private record Refusal(String message, CodexLogin login) {}

  /// Begins to look for Codex, in the background, and starts it when it is asked or
  /// [#startAhead] says so.
  ///
  /// @param cli the CLI's name or its path
  /// @param realHome where `codex login` keeps `auth.json`
  /// @param ownHome a folder of the proxy's own, where it keeps what Codex needs
  public CodexProvider(String cli, Path realHome, Path ownHome, Limits limits) {
    this(cli, realHome, ownHome, limits, true, List.of(), Map.of(),
        new Readiness(false, Readiness.USUAL));
  }

  /// @param mayLink whether to try a symbolic link to the login
  /// @param extra lines of settings that win over ours
  /// @param environment what the CLI gets besides our own environment
  /// @param readiness whether a process is kept ready
  CodexProvider(String cli, Path realHome, Path ownHome, Limits limits, boolean mayLink,
      List<String> extra, Map<String, String> environment, Readiness readiness) {
    this.limits = limits;
    CodexHome home = new CodexHome(ownHome, realHome, mayLink);
    CodexLauncher launcher = new CodexLauncher(home, realHome, extra, unsupported, plan);
    supervisor = new CodexSupervisor(cli, CodexCli.Machine.here(environment), home, launcher,
        readiness);
  }

  /// Stands in its place when it is switched off.
  public static Provider off() {
    String message = "Codex is switched off (--codex off). Leave that out to use it.";
    return new Unavailable(NAME, TITLE, message, details(null, CodexLogin.NONE, message));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return TITLE;
  }

  @Override
  public Reply open(ChatRequest request) {
    return new PendingReply(supervisor, state -> switch (state) {
      case CodexState.Running running -> new AppServerReply(request, running, unsupported,
          failures(request, running.models()), this::ended);
      case CodexState.Exec exec ->
          new ExecReply(request, exec, failures(request, CodexModels.UNKNOWN), this::ended);
      case CodexState.Starting _, CodexState.Asleep _, CodexState.Unavailable _ ->
          throw new IllegalStateException("there is nothing to answer through");
    });
  }

  private CodexFailures failures(ChatRequest request, CodexModels models) {
    return new CodexFailures(request.model(), models.ids(),
        () -> plan.untilFree(Instant.now()));
  }

  /// Learns from the end of a reply whether the login is good.
  ///
  /// @param failure null when it ended well
  private void ended(Failure failure) {
    if (failure == null) refusal = null;
    if (failure instanceof Failure.Unauthorized) {
      refusal = new Refusal(failure.message(), supervisor.login());
    }
  }

  @Override
  public List<UsageWindow> plan() {
    return plan.windows();
  }

  @Override
  public List<String> notes() {
    return supervisor.login().paysByToken() ? List.of("Codex is logged in with an API key, which"
        + " pays by the token, not with a plan. It does not tell what an answer costs, so no limit"
        + " in dollars can hold for it.") : List.of();
  }

  @Override
  public Instant extraUsageUntil() {
    return plan.extraUntil(Instant.now());
  }

  @Override
  public List<Waiting> waiting() {
    return supervisor.state() instanceof CodexState.Running running
        ? running.threads().waiting(NAME) : List.of();
  }

  @Override
  public Health health() {
    CodexLogin login = supervisor.login();
    Refusal refused = refusal;
    if (refused != null && !refused.login.equals(login)) refused = null;
    CodexState codex = supervisor.state();
    String message = switch (codex) {
      case CodexState.Unavailable(var text, _) -> text;
      case CodexState.Starting _, CodexState.Asleep _ -> null;
      case CodexState.Running _, CodexState.Exec _ -> refused == null ? null : refused.message;
    };
    Health.State state = codex instanceof CodexState.Starting ? Health.State.WARMING
        : message != null ? Health.State.UNAVAILABLE : Health.State.READY;
    if (codex instanceof CodexState.Asleep) {
      state = Health.State.ASLEEP;
      login = CodexLogin.NONE; // whether it is good is not known
    }
    return new Health(state, message, details(supervisor.path(), login, message));
  }

  private static Json.Obj details(Path path, CodexLogin login, String message) {
    return Json.Obj.builder()
        .put("path", path == null ? Json.NULL : new Json.Str(path.toString()))
        .put("auth_cached", login.present()).put("token_expired", login.expired(Instant.now()))
        .put("error", message == null ? Json.NULL : new Json.Str(message)).build();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public void use(Limits newer) {
    limits = newer;
  }

  @Override
  public List<Model> models() {
    CodexState state = supervisor.state();
    boolean usable = switch (state) {
      case CodexState.Running _, CodexState.Exec _ -> true;
      case CodexState.Asleep _ -> supervisor.login().present();
      case CodexState.Starting _, CodexState.Unavailable _ -> false;
    };
    if (!usable) return List.of();
    Set<String> ids = new LinkedHashSet<>();
    if (state instanceof CodexState.Running running) ids.addAll(running.models().ids());
    ids.addAll(CodexModels.OLD);
    return ids.stream().map(id -> new Model(id, 0, "openai")).toList();
  }

  @Override
  public void startAhead() {
    supervisor.startAhead();
  }

  /// How many threads are ready before anybody asks.
  int warmThreads() {
    return supervisor.state() instanceof CodexState.Running running ? running.threads().ready() : 0;
  }

  @Override
  public void close() {
    supervisor.close();
  }
}
