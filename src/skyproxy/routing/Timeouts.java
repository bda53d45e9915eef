package skyproxy.routing;

import java.time.Duration;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Provider;

/// The time that one target has for one request.
///
/// @param place for a free place at its provider
/// @param firstEvent from then on, or from the last sign of life, to the first visible event
/// @param silence between two signs of life after that
record Timeouts(Duration place, Duration firstEvent, Duration silence) {
  /// How long to wait for a place when there is nobody else to ask.
  private static final Duration LAST_PLACE = Duration.ofMinutes(5);

  /// Those that a provider states.
  ///
  /// @param othersLeft whether another target could be asked instead
  static Timeouts of(Provider provider, ChatRequest request, boolean othersLeft) {
    return new Timeouts(othersLeft ? provider.limits().firstTokenOrUsual() : LAST_PLACE,
        provider.firstEvent(request), provider.limits().silence());
  }
}
