package skyproxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import skyproxy.chat.Attempt;
import skyproxy.chat.Cost;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Purpose;
import skyproxy.chat.Secrets;
import skyproxy.chat.Usage;

/// A request that has ended. A key that was pasted in the place of a model is masked.
///
/// @param when it came in
/// @param purpose what it most likely was for
/// @param modelText the `model` that the client sent
/// @param model the id of the model that answered or failed last; `modelText` when none was tried
/// @param provider who answered or failed last; "" when none was tried
/// @param streamed whether the client asked for a stream
/// @param beginning what stands for the beginning of its prompt, see [skyproxy.chat.Beginning]
/// @param queued how long it waited for places
/// @param firstToken from the request to the first word from upstream, or null when none came
/// @param total from the request to its end
/// @param usage what the upstream counted, [Usage#NONE] when it did not tell
/// @param cost what all tries together cost, or null where nothing is paid or nothing is known
/// @param windowPercent by how much the window of a plan filled up, as far as that was seen
/// @param outcome how it ended
/// @param failure why there was no whole answer, or null; also of one that was ended behind a
///     sentence when it broke off, and counts as answered
/// @param status the HTTP status that the client got, 0 when it was gone before
/// @param attempts all tries, in order
/// @param prompt the request as it came but for large pictures and credentials, or null unless
///     [Stats#keepsTexts]
/// @param answer what was said, also without credentials, or null unless [Stats#keepsTexts]
public record RequestRecord(Instant when, Purpose purpose, String modelText, String model,
    String provider, boolean streamed, long beginning, Duration queued, Duration firstToken,
    Duration total, Usage usage, Cost cost, double windowPercent, Outcome outcome,
    Failure failure, int status, List<Attempt> attempts, String prompt, String answer) {

  /// The end of a request.
  public enum Outcome {
    /// With a whole answer.
    ANSWERED,
    /// With an error, before or inside the answer.
    FAILED,
    /// The game did not wait for the end. No failure: it does so on purpose.
    HUNG_UP;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RequestRecord {
    modelText = Secrets.masked(modelText);
    model = Secrets.masked(model);
    attempts = List.copyOf(attempts);
  }

  public Job job() {
    return purpose.job();
  }

  RequestRecord withoutTexts() {
    return prompt == null && answer == null ? this : withTexts(null, null);
  }

  /// The most that its texts can take in memory.
  long textBytes() {
    return 2L * ((prompt == null ? 0 : prompt.length()) + (answer == null ? 0 : answer.length()));
  }

  private RequestRecord withTexts(String question, String reply) {
    return new RequestRecord(when, purpose, modelText, model, provider, streamed, beginning,
        queued, firstToken, total, usage, cost, windowPercent, outcome, failure, status,
        attempts, question, reply);
  }
}
