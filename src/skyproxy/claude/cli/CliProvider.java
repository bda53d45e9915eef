package skyproxy.claude.cli;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Model;
import skyproxy.chat.Price;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.UsageWindow;
import skyproxy.chat.Waiting;
import skyproxy.claude.messages.ClaudePrices;
import skyproxy.json.Json;
import skyproxy.upstream.Readiness;

/// Claude by the player's own CLI, which makes the calls on their plan. Any number of threads.
public final class CliProvider implements Provider {
  private static final String MODEL = "[A-Za-z0-9][\\w.:@\\[\\]-]{0,99}";

  private final Supplier<ClaudeCli> cli;
  private final Map<String, String> environment;
  private final int processes;
  private final String model;
  private final Readiness readiness;
  private CliPool pool;
  private ClaudeCli used;
  private boolean closed;

  /// @param cli finds the program, null when there is none; asked again until there is
  /// @param environment set for every process
  /// @param processes how many there may be
  /// @param model what the first request will probably want
  /// @param readiness whether processes are kept ready
  public CliProvider(Supplier<ClaudeCli> cli, Map<String, String> environment, int processes,
      String model, Readiness readiness) {
    this.readiness = readiness;
    this.cli = cli;
    this.environment = new HashMap<>(environment);
    this.processes = processes;
    this.model = model;
    pool();
  }

  private synchronized CliPool pool() {
    if (pool == null && !closed) {
      used = cli.get();
      if (used == null) return null;
      CliStarter starter = new CliStarter(used, environment, CliStarter.usualHome());
      pool = new CliPool(starter, processes, model, CliPool.Timing.USUAL, readiness);
    }
    return pool;
  }

  @Override
  public String name() {
    return "claude";
  }

  @Override
  public Reply open(ChatRequest request) {
    CliPool current = pool();
    if (current == null) {
      throw new ChatException(new Failure.NotReady(CliSearch.MISSING, null));
    }
    if (!request.model().matches(MODEL)) {
      throw new ChatException(new Failure.UnknownModel("'" + request.model()
          + "' is not a valid model name. Choose one that /v1/models lists."));
    }
    return new CliReply(current, request);
  }

  @Override
  public void startAhead() {
    readiness.asked(); // the pool looks at it every second
  }

  @Override
  public Health health() {
    CliPool current = pool();
    if (current == null) {
      return new Health(Health.State.UNAVAILABLE, CliSearch.MISSING, Json.Obj.builder().build());
    }
    Failure failure = current.failure();
    CliAccount.Login login = current.account().login();
    Health.State state = failure != null ? Health.State.UNAVAILABLE
        : login != CliAccount.Login.UNKNOWN ? Health.State.READY
        : readiness.awake() ? Health.State.WARMING : Health.State.ASLEEP;
    return new Health(state, failure == null ? null : failure.message(), Json.Obj.builder()
        .put("path", used.path().toString()).put("auth_cached", login == CliAccount.Login.YES)
        .put("login_ignored", current.account().ignored()).build());
  }

  @Override
  public List<Model> models() {
    CliPool current = pool();
    return current == null ? List.of() : current.account().models();
  }

  @Override
  public List<UsageWindow> plan() {
    CliPool current = pool();
    return current == null ? List.of() : current.account().plan().windows();
  }

  @Override
  public List<String> notes() {
    return paysByToken() ? List.of("The Claude CLI is logged in with an account that pays by the"
        + " token, not with a plan: each answer costs money, which is counted here.") : List.of();
  }

  private boolean paysByToken() {
    CliPool current = pool();
    return current != null && current.account().paysByToken();
  }

  /// A plan has no price. What the CLI does not tell, of a reply that it did not end itself, is an
  /// estimate.
  @Override
  public Price price(String model) {
    return paysByToken() ? new Price(ClaudePrices.of(model).tiers(), true) : null;
  }

  @Override
  public Instant extraUsageUntil() {
    CliPool current = pool();
    return current == null ? null : current.account().plan().extraUntil();
  }

  @Override
  public List<Waiting> waiting() {
    CliPool current = pool();
    return current == null ? List.of() : current.waiting(name());
  }

  @Override
  public void close() {
    CliPool last;
    synchronized (this) {
      closed = true;
      last = pool;
    }
    if (last != null) last.close();
  }
}
