package skyproxy.settings;

import java.io.IOException;

/// Says in a line why a change is not on the disk. It holds all the same until the proxy ends, and
/// is saved as soon as it can be.
public final class NotSavedException extends IOException {
  NotSavedException(IOException why) {
    super("This holds now, but could not be saved: " + why.getMessage() + " The proxy goes on"
        + " trying.", why);
  }
}
