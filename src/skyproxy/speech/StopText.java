package skyproxy.speech;

import java.util.List;

/// Ends a text where one of some sequences begins, wherever its pieces are cut; for an upstream
/// that can't be told to stop there itself. One instance a reply, one thread.
public final class StopText {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean reached;

  /// @param stops none of them empty
  public StopText(List<String> stops) {
    this.stops = stops;
  }

  /// Takes the next piece and returns what certainly stands before any of the sequences.
  public String feed(String delta) {
    if (stops.isEmpty()) return delta;
    if (reached) return "";
    String text = held.append(delta).toString();
    held.setLength(0);
    int at = first(text);
    if (at >= 0) {
      reached = true;
      return text.substring(0, at);
    }
    int open = opening(text);
    held.append(text, open, text.length());
    return text.substring(0, open);
  }

  /// Whether one of the sequences came.
  public boolean reached() {
    return reached;
  }

  /// What was held back and turned out to be none of the sequences.
  public String end() {
    String text = held.toString();
    held.setLength(0);
    return text;
  }

  private int first(String text) {
    int first = -1;
    for (String stop : stops) {
      int at = text.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    return first;
  }

  /// Where the longest tail begins that may still become one of the sequences.
  private int opening(String text) {
    int longest = stops.stream().mapToInt(String::length).max().orElse(0) - 1;
    for (int at = Math.max(0, text.length() - longest); at < text.length(); at++) {
      String tail = text.substring(at);
      if (stops.stream().anyMatch(stop -> stop.startsWith(tail))) return at;
    }
    return text.length();
  }
}
