package skyproxy.scenes;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A choice of the player among answers without names.
///
/// @param winner the model of the best one, or null for a tie
record Vote(Instant when, String winner, List<Played> played) {
  private static final int MOST = 6;

  Vote {
    played = List.copyOf(played);
  }

  /// @param when null: it is in what is read
  static Vote read(Cursor at, Instant when) {
    List<Cursor> all = at.at("played").array();
    if (all.size() < 2 || all.size() > MOST) {
      throw at.at("played").mismatch("must hold two to six models");
    }
    List<Played> played = all.stream().map(Played::read).toList();
    String winner = at.at("winner").stringOr(null);
    if (winner != null && played.stream().noneMatch(one -> one.model().equals(winner))) {
      throw at.at("winner").mismatch("must be one of those who played, or null for a tie");
    }
    return new Vote(when == null ? instant(at.at("when")) : when, winner, played);
  }

  static Instant instant(Cursor at) {
    try {
      return Instant.parse(at.string());
    } catch (DateTimeException wrong) {
      throw at.mismatch("must be a time");
    }
  }

  Json.Obj json() {
    return Json.Obj.builder().put("when", when.toString())
        .put("winner", winner == null ? Json.NULL : new Json.Str(winner))
        .put("played", new Json.Arr(played.stream().map(one -> (Json) one.json()).toList()))
        .build();
  }
}
