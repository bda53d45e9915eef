package skyproxy.chat;

import java.time.Duration;

/// One try at one target, for the log and the dashboard.
///
/// @param model what the client calls the target
/// @param provider who was asked
/// @param failure why it did not answer, or null when it did
/// @param took from the request to the failure, or to the first event
/// @param queued how much of that it waited for a place
/// @param leftOut how many of the oldest messages it was not sent, since they are too much for it
public record Attempt(String model, String provider, Failure failure, Duration took,
    Duration queued, int leftOut) {

  public Attempt {
    model = Secrets.masked(model); // a key may have been pasted in its place
  }
}
