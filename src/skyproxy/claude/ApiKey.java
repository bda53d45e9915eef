package skyproxy.claude;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.json.Json;

/// The player's own key for the Messages API, which may change while the proxy runs.
final class ApiKey implements Credentials {
  private static final String MISSING = "There is no API key for Claude. Set anthropic_api_key in"
      + " the settings or ANTHROPIC_API_KEY in the environment.";

  /// A credential that was refused, and in which words.
  private record Refusal(Credential credential, String message) {}

  private final Supplier<String> key;
  private volatile Credential last;
  private volatile Refusal refusal;

  /// @param key read for every request; null when there is none
  ApiKey(Supplier<String> key) {
    this.key = key;
  }

  @Override
  public CompletableFuture<Credential> current() {
    Credential credential = credential();
    if (credential != null) return CompletableFuture.completedFuture(credential);
    return CompletableFuture.failedFuture(
        new ChatException(new Failure.NotReady(MISSING, null)));
  }

  /// The same object as long as the key is the same.
  private Credential credential() {
    String now = key.get();
    if (now == null || now.isBlank()) return null;
    Credential known = last;
    Credential fresh = Credential.ofKey(now.strip());
    if (fresh.equals(known)) return known;
    last = fresh;
    return fresh;
  }

  @Override
  public CompletableFuture<Credential> renew(Credential refused, Failure why) {
    refusal = new Refusal(refused, why.message());
    return null;
  }

  @Override
  public void accepted(Credential credential) {
    if (refusal != null) refusal = null;
  }

  @Override
  public Health health() {
    Credential credential = credential();
    Refusal known = refusal;
    boolean refused = known != null && known.credential().equals(credential);
    String problem = credential == null ? MISSING : refused ? known.message() : null;
    return new Health(problem == null ? Health.State.READY : Health.State.UNAVAILABLE, problem,
        Json.Obj.builder().put("auth_cached", credential != null).build());
  }

  @Override
  public void close() {}
}
