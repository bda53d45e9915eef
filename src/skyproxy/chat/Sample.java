package skyproxy.chat;

import java.net.URI;
import java.util.List;
import java.util.function.Function;

/// Everything that rehearsing a provider takes without its upstream, and so without cost.
///
/// @param provider makes one whose upstream is at this address
/// @param model an id of its own
/// @param stream the upstream's answer, in the pieces that it comes in (`text/event-stream`)
/// @param whole the answer when no stream was asked for, in JSON; null where there always is one
public record Sample(Function<URI, Provider> provider, String model, List<String> stream,
    String whole) {

  public Sample {
    stream = List.copyOf(stream);
  }
}
