package skyproxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import skyproxy.chat.Attempt;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Usage;

/// One request, after its end.
///
/// @param when it came in
/// @param job what it most likely was for
/// @param asked the `model` text that the client sent
/// @param answered the id of the model that answered or failed last; `asked` when none was tried
/// @param provider who answered or failed last; "" when none was tried
/// @param streamed whether the client asked for a stream
/// @param firstToken from the request to the first word from upstream, or null when none came
/// @param total from the request to its end
/// @param usage what the upstream counted, [Usage#NONE] when it did not tell
/// @param cost what the upstream says that it cost, in US dollars, or null
/// @param failure why there was no whole answer, or null
/// @param status the HTTP status that the client got, 0 when it was gone before
/// @param attempts all tries, in order
/// @param prompt the request as it came, or null unless [Stats#keepsTexts]
/// @param answer what was said, or null unless [Stats#keepsTexts]
public record Exchange(Instant when, Job job, String asked, String answered, String provider,
    boolean streamed, Duration firstToken, Duration total, Usage usage, Double cost,
    Outcome outcome, Failure failure, int status, List<Attempt> attempts, String prompt,
    String answer) {

  /// How a request ended.
  public enum Outcome {
    /// With a whole answer.
    ANSWERED,
    /// With an error, before or inside the answer.
    FAILED,
    /// The game did not wait for the end. No failure: it does so on purpose.
    HUNG_UP
  }

  public Exchange {
    attempts = List.copyOf(attempts);
  }
}
