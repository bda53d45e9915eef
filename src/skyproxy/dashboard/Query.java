package skyproxy.dashboard;

import java.util.HashMap;
import java.util.Map;

/// The query of a URL, `after=12&whole`. Its values here are numbers: nothing is decoded.
final class Query {
  private Query() {}

  /// Names and values, "" where there is no `=`; of several the last one counts.
  static Map<String, String> parse(String query) {
    Map<String, String> found = new HashMap<>();
    if (query == null) return found;
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      found.put(equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    return found;
  }
}
