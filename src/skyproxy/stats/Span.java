package skyproxy.stats;

import skyproxy.json.Json;

/// The figures of a span of time. Not safe for several threads.
record Span(MetricsTable table, PlayTime play) {
  Span() {
    this(new MetricsTable(), new PlayTime());
  }

  void add(RequestRecord request) {
    table.add(request);
    play.add(request.when());
  }

  /// The members that `/stats` has.
  Json.Obj json() {
    return table.json(play.played());
  }
}
