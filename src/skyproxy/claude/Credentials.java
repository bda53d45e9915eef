package skyproxy.claude;

import java.util.concurrent.CompletableFuture;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;

/// The source of the credential for calls to the Messages API. Any number of threads.
interface Credentials extends AutoCloseable {

  /// The credential, maybe only on its way. Fails with a `ChatException` that says what to do.
  CompletableFuture<Credential> current();

  /// Another one in place of one that Anthropic refused; null when there is none to be had now.
  CompletableFuture<Credential> renew(Credential refused, Failure why);

  /// Anthropic took it.
  void accepted(Credential credential);

  /// Whether there is one, and what to do if not; in the details `auth_cached`, and the `path` of
  /// the program it comes from if it was found.
  Health health();

  /// Ends what was started to get one.
  @Override
  void close();
}
