package skyproxy.upstream;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// Reads `Retry-After`: seconds or a date.
/// https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
public final class RetryAfter {
  private RetryAfter() {}

  /// How long an upstream asks to be left alone; null when it does not say, or not readably.
  public static Duration of(HttpHeaders headers, Instant now) {
    Optional<String> value = headers.firstValue("retry-after");
    return value.isEmpty() ? null : parse(value.get().strip(), now);
  }

  static Duration parse(String text, Instant now) {
    if (text.matches("\\d{1,9}(\\.\\d{1,3})?")) {
      return Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1000));
    }
    try {
      Instant when = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return when.isAfter(now) ? Duration.between(now, when) : Duration.ZERO;
    } catch (DateTimeParseException unreadable) {
      return null;
    }
  }
}
