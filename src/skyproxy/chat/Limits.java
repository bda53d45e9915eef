package skyproxy.chat;

import java.time.Duration;

/// The timeouts of one upstream, and the number of requests it takes at once.
///
/// @param connect to be connected
/// @param firstToken from the request, or the last sign of life, to the first event of the reply;
///   null when the player has not said: see [#firstTokenOrUsual]
/// @param silence between two signs of life inside a reply
/// @param maxConcurrent requests at the same time; more wait their turn
public record Limits(Duration connect, Duration firstToken, Duration silence, int maxConcurrent) {

  public static final Limits DEFAULT = new Limits(
      Duration.ofSeconds(5), null, Duration.ofSeconds(30), Integer.MAX_VALUE);

  private static final Duration USUAL_FIRST_TOKEN = Duration.ofSeconds(30);

  public Limits {
    if (maxConcurrent < 1) throw new IllegalArgumentException("maxConcurrent " + maxConcurrent);
  }

  /// How long the first event may take when nobody else could answer.
  public Duration firstTokenOrUsual() {
    return firstToken == null ? USUAL_FIRST_TOKEN : firstToken;
  }
}
