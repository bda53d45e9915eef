package skyproxy.server;

import java.net.BindException;
import java.net.URI;

/// The port can't be had. The message says in one line why, and what to do.
public final class PortTakenException extends BindException {
  private final transient URI page;

  /// @param page where this program runs already and has the port; null where another has it
  PortTakenException(String message, URI page) {
    super(message);
    this.page = page;
  }

  /// The page of the one that has the port, or null when that is another program.
  public URI page() {
    return page;
  }
}
